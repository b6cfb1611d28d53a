// SPDX-License-Identifier: Apache-2.0
#include "client/cli/access_advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cis::client {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(AccessAdvice, IsForRefusalsOfAccessOnly) {
  EXPECT_EQ(AccessAdvice({"SITE_NOT_FOUND", "", ""}), "");
  EXPECT_EQ(AccessAdvice({"", "TOKEN_EXPIRED", "the token of stdin"}), "");
}

TEST(AccessAdvice, SaysHowToSendATokenIfNoneWasSent) {
  for (const char* reason : {"ACCESS_DENIED", "TOKEN_REFUSED", "TOKEN_NOT_VERIFIED"}) {
    const std::string advice = AccessAdvice({reason, "", ""});
    EXPECT_THAT(advice, StartsWith("This call carried no token"));
    EXPECT_THAT(advice, HasSubstr("--token-file FILE, OIDC_ACCESS_TOKEN or --oidc-agent ACCOUNT"));
  }
}

TEST(AccessAdvice, NamesTheSourceOfTheTokenThatWasSent) {
  EXPECT_EQ(AccessAdvice({"TOKEN_REFUSED", "TOKEN_EXPIRED", "the token of OIDC_ACCESS_TOKEN"}),
            "This call carried the token of OIDC_ACCESS_TOKEN; TOKEN_EXPIRED: get a new one from "
            "its issuer");
  EXPECT_EQ(AccessAdvice({"TOKEN_REFUSED", "", "the token of OIDC_ACCESS_TOKEN"}),
            "This call carried the token of OIDC_ACCESS_TOKEN");
  EXPECT_EQ(AccessAdvice({"ACCESS_DENIED", "", "the token of stdin"}),
            "This call carried the token of stdin, which does not help here; ask the operator of "
            "the server for access");
}

TEST(AccessAdvice, HasOneAdviceForEachCode) {
  std::set<std::string> advices;
  const std::vector<std::string> codes = {
      "TOKEN_MALFORMED", "TOKEN_EXPIRED",      "TOKEN_NOT_YET_VALID",
      "ISSUER_UNKNOWN",  "ISSUER_UNAVAILABLE", "ALGORITHM_REFUSED",
      "KEY_UNKNOWN",     "SIGNATURE_INVALID",  "AUDIENCE_WRONG"};
  for (const std::string& code : codes) {
    const std::string advice = AccessAdvice({"TOKEN_REFUSED", code, "the token of stdin"});
    const size_t at = advice.find(code + ": ");
    ASSERT_NE(at, std::string::npos) << advice;
    advices.insert(advice.substr(at + code.size()));
  }
  EXPECT_EQ(advices.size(), codes.size());
  EXPECT_THAT(AccessAdvice({"TOKEN_REFUSED", "NEW_CODE", "the token of stdin"}),
              HasSubstr("NEW_CODE: get a new one"));
}

}  // namespace
}  // namespace cis::client
