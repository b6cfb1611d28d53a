// SPDX-License-Identifier: Apache-2.0
#include "client/token/oidc_agent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cis::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseAgentReply, ReturnsTheToken) {
  const auto token = ParseAgentReply(
      R"({"status": "success", "access_token": "abc", "issuer": "https://i/", "expires_at": 1})",
      "egi");
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(*token, "abc");
}

TEST(ParseAgentReply, ReturnsTheWordsOfTheAgent) {
  const absl::Status status =
      ParseAgentReply(R"({"status": "failure", "error": "Account not loaded"})", "egi").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("account egi: Account not loaded"));
}

TEST(ParseAgentReply, RefusesOtherAnswersWithoutShowingThem) {
  for (const char* reply :
       {"", "secret", "[\"secret\"]", R"({"status": "success", "access_token": 7})",
        R"({"status": "success"})", R"({"status": "failure", "access_token": "secret"})",
        R"({"status": "success", "access_token": ""})"}) {
    const absl::Status status = ParseAgentReply(reply, "egi").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << reply;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(ParseAgentReply, CutsLongErrors) {
  const std::string reply =
      R"({"status": "failure", "error": ")" + std::string(10'000, 'x') + "\"}";
  EXPECT_LT(ParseAgentReply(reply, "egi").status().message().size(), 1000u);
}

}  // namespace
}  // namespace cis::client
