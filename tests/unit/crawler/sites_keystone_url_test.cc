// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/keystone_url.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis::crawler {
namespace {

TEST(KeystoneUrl, SpellingsOfOneEndpointAreOne) {
  for (const char* text : {"https://site.example:5000/v3", "https://site.example:5000/v3/",
                           "https://site.example:5000", "https://site.example:5000/",
                           "HTTPS://SITE.Example:5000/V3", " https://site.example:5000/v3 ",
                           "https://site.example:5000//", "https://site.example:5000/v2.0",
                           "https://site.example.:5000/v3?x=1#y", "site.example:5000/v3"}) {
    const absl::StatusOr<std::string> url = NormalizeKeystoneUrl(text);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(*url, "https://site.example:5000") << text;
  }
}

TEST(KeystoneUrl, TheSchemesOwnPortIsLeftOut) {
  EXPECT_EQ(*NormalizeKeystoneUrl("https://site.example:443/v3"), "https://site.example");
  EXPECT_EQ(*NormalizeKeystoneUrl("https://site.example/v3"), "https://site.example");
  EXPECT_EQ(*NormalizeKeystoneUrl("http://site.example:443/v3"), "http://site.example:443");
}

TEST(KeystoneUrl, KeepsAPath) {
  EXPECT_EQ(*NormalizeKeystoneUrl("https://site.example/identity/v3/"),
            "https://site.example/identity");
  EXPECT_EQ(*NormalizeKeystoneUrl("site.example:5000//v3"), "https://site.example:5000");
  EXPECT_EQ(*NormalizeKeystoneUrl("https://site.example/v3x"), "https://site.example/v3x");
}

TEST(KeystoneUrl, RefusesWhatIsNoUrl) {
  for (const char* text :
       {"", "   ", "https://", "ftp://site.example/", "ftp//site.example", "https//site.example/v3",
        "//site.example", "https://site .example/v3", "https://user:pw@site.example/v3"}) {
    EXPECT_EQ(NormalizeKeystoneUrl(text).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace cis::crawler
