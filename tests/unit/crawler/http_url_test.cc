// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "net/http/url.h"

namespace cis::crawler {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Normal(absl::string_view text) {
  const absl::StatusOr<Url> url = ParseUrl(text);
  return url.ok() ? FormatUrl(*url) : std::string(absl::StatusCodeToString(url.status().code()));
}

TEST(Url, NormalisesWhatMeansTheSame) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://site.example:5000/v3", "https://site.example:5000/v3"},
      {"HTTPS://Site.Example:443/V3", "https://site.example/V3"},
      {"http://site.example:80", "http://site.example/"},
      {"https://site.example:", "https://site.example/"},
      {"https://site.example.:5000/", "https://site.example:5000/"},
      {"https://site.example?x=1", "https://site.example/?x=1"},
      {"https://site.example/a/./b/../c/", "https://site.example/a/c/"},
      {"https://site.example/a/..", "https://site.example/"},
      {"https://site.example/../../x", "https://site.example/x"},
      {"https://site.example/x#frag", "https://site.example/x"},
      {"https://[::1]:5000/v3", "https://[::1]:5000/v3"},
      {"https://10.0.0.1/", "https://10.0.0.1/"},
      {"https://a.example/p?q=http://b/#c", "https://a.example/p?q=http://b/"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(Normal(text), expected) << text;
}

TEST(Url, FormatsAndParsesToTheSame) {
  for (const char* text : {"https://site.example:5000/v3?limit=10&marker=a%20b",
                           "http://[fe80::1]/", "https://1.2.3.4:65535/x//y/"}) {
    const absl::StatusOr<Url> url = ParseUrl(text);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(*ParseUrl(FormatUrl(*url)), *url) << text;
  }
}

TEST(Url, RefusesWhatIsNoUrlOrReadsInTwoWays) {
  for (const char* text : {"",
                           "site.example",
                           "/v3",
                           "ftp://site.example/",
                           "file:///etc/passwd",
                           "https://",
                           "https:///v3",
                           "https://site.example:0/",
                           "https://site.example:65536/",
                           "https://site.example:-1/",
                           "https://site.example:5000x/",
                           "https://user:pw@site.example/",
                           "https://site.example@evil.example/",
                           "https://site.example\\@evil.example/",
                           "https://si te.example/",
                           "https://site.example/a b",
                           "https://site.example/\n",
                           "https://127.1/",
                           "https://0x7f.0.0.1/",
                           "https://2130706433/",
                           "https://0177.0.0.1.5/",
                           "https://%31%32%37.0.0.1/",
                           "https://\xc3\xa9.example/",
                           "https://[::1/",
                           "https://[::g]/",
                           "https://[::1]5000/",
                           "https://a..b/",
                           "https://-a.example/",
                           "https://.example/"}) {
    EXPECT_EQ(Normal(text), "INVALID_ARGUMENT") << text;
  }
  EXPECT_EQ(Normal("https://site.example/" + std::string(9000, 'x')), "INVALID_ARGUMENT");
}

TEST(Url, ErrorsAreOfTheConfigurationAndHideSecrets) {
  const absl::Status status = ParseUrl("https://me:hunter2@site.example/?token=abc").status();
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kConfig);
  EXPECT_THAT(status.message(), HasSubstr("site.example"));
  EXPECT_THAT(status.message(), Not(HasSubstr("hunter2")));
  EXPECT_THAT(status.message(), Not(HasSubstr("abc")));
}

TEST(Url, OriginsIgnoreThePathAndSpellings) {
  EXPECT_EQ(FormatOrigin(*ParseUrl("HTTPS://A.example:443/x?y")), "https://a.example");
  EXPECT_EQ(FormatOrigin(*ParseUrl("https://a.example:5000/x")), "https://a.example:5000");
  EXPECT_NE(FormatOrigin(*ParseUrl("http://a.example/")),
            FormatOrigin(*ParseUrl("https://a.example/")));
}

TEST(Url, JoinsReferencesAsRfc3986Says) {
  const Url base = *ParseUrl("https://site.example:9292/v2/images?limit=2");
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/v2/images?marker=x", "https://site.example:9292/v2/images?marker=x"},
      {"?marker=x", "https://site.example:9292/v2/images?marker=x"},
      {"schemas", "https://site.example:9292/v2/schemas"},
      {"../v1", "https://site.example:9292/v1"},
      {"", "https://site.example:9292/v2/images?limit=2"},
      {"#part", "https://site.example:9292/v2/images?limit=2"},
      {"//other.example/x", "https://other.example/x"},
      {"http://other.example:80/x", "http://other.example/x"},
      {"x?y=a:b", "https://site.example:9292/v2/x?y=a:b"},
  };
  for (const auto& [reference, expected] : cases) {
    const absl::StatusOr<Url> joined = JoinUrl(base, reference);
    ASSERT_TRUE(joined.ok()) << reference << ": " << joined.status();
    EXPECT_EQ(FormatUrl(*joined), expected) << reference;
  }
  EXPECT_FALSE(JoinUrl(base, "javascript:alert(1)").ok());
  EXPECT_FALSE(JoinUrl(base, "file:///etc/passwd").ok());
}

TEST(Url, ClassifiesHosts) {
  for (const char* host : {"127.0.0.1", "127.255.0.9", "0.0.0.0", "::1", "[::1]", "::", "localhost",
                           "LOCALHOST", "a.localhost", "localhost.", "::ffff:127.0.0.1",
                           "::127.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::"}) {
    EXPECT_EQ(ClassifyHost(host), HostClass::kLoopback) << host;
  }
  for (const char* host :
       {"169.254.169.254", "fe80::1", "febf::1", "::ffff:169.254.1.1", "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"}) {
    EXPECT_EQ(ClassifyHost(host), HostClass::kLinkLocal) << host;
  }
  for (const char* host : {"10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
                           "100.127.0.1", "fc00::1", "fd12::1", "::ffff:10.0.0.1"}) {
    EXPECT_EQ(ClassifyHost(host), HostClass::kPrivate) << host;
  }
  for (const char* host : {"172.32.0.1", "100.128.0.1", "193.144.0.1", "2001:db8::1", "fec0::1",
                           "localhost.example", "site.example", "::ffff:8.8.8.8",
                           "64:ff9b::8.8.8.8", "2002:808:808::", "64:ff9c::7f00:1"}) {
    EXPECT_EQ(ClassifyHost(host), HostClass::kPublic) << host;
  }
}

TEST(Url, RedactsWhatMayBeSecret) {
  EXPECT_EQ(RedactUrl("https://s.example/x?limit=5&marker=a&access_token=zzz&X-Api-Key=k&code=1"),
            "https://s.example/x?limit=5&marker=a&access_token=***&X-Api-Key=***&code=***");
  EXPECT_EQ(RedactUrl("https://me:pw@s.example/x#part"), "https://***@s.example/x");
  EXPECT_EQ(RedactUrl("https://me:p/w?x@s.example/y"), "https://***@s.example/y");
  EXPECT_EQ(RedactUrl("https://s.example/a@b"), "https://s.example/a@b");
  EXPECT_EQ(RedactUrl("https://[::1]:5000/a@b"), "https://[::1]:5000/a@b");
  EXPECT_EQ(RedactUrl("https://s.example:5000/a@b"), "https://s.example:5000/a@b");
  EXPECT_EQ(RedactUrl("no url\nat all"), "no?url?at?all");
  EXPECT_EQ(RedactUrl("https://s.example/?"), "https://s.example/?");
}

}  // namespace
}  // namespace cis::crawler
