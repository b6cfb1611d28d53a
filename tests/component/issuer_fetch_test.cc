// SPDX-License-Identifier: Apache-2.0

// Tokens of an issuer whose documents come over HTTP.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/token/http_fetch.h"
#include "server/token/token_error.h"
#include "tests/support/loopback_server.h"
#include "tests/unit/server/token_fixture.h"

namespace cis::server {
namespace {

LoopbackReply AnswerAsIssuer(const LoopbackRequest& request) {
  const std::string url = absl::StrCat("http://", request.Header("Host"));
  if (request.target == "/.well-known/openid-configuration") {
    return {HttpAnswer(200, TestJson{{"issuer", url},
                                     {"jwks_uri", url + "/keys"},
                                     {"userinfo_endpoint", url + "/userinfo"}}
                                .dump())};
  }
  if (request.target == "/keys") {
    return {HttpAnswer(200, TestJson{{"keys", {RsaKey().Jwk("k1")}}}.dump())};
  }
  if (request.target == "/userinfo" && !request.Header("Authorization").empty()) {
    return {HttpAnswer(200, R"({"sub":"alice","entitlements":["urn:x"]})")};
  }
  if (request.target == "/revoked") return {HttpAnswer(401, "")};
  if (request.target == "/forbidden") return {HttpAnswer(403, "")};
  if (request.target == "/large") return {HttpAnswer(200, std::string(300000, ' '))};
  return {HttpAnswer(503, "")};
}

TEST(IssuerFetchTest, VerifiesATokenWithWhatTheIssuerPublishes) {
  LoopbackServer server(AnswerAsIssuer);
  const SystemClock clock;
  const std::string url = server.Url("");
  TokenVerifierOptions options;
  options.issuers = {{url, {"cis"}, {"RS256"}, IssuerOptions::Groups::kUserinfo}};
  TokenVerifier verifier(options, MakeHttpFetch(&clock, ""), &clock);
  const TestJson payload = {{"iss", url},
                            {"sub", "alice"},
                            {"aud", "cis"},
                            {"exp", absl::ToUnixSeconds(clock.Now()) + 3600}};
  const std::string token = MakeToken(RsaKey(), R"({"alg":"RS256","kid":"k1"})", payload.dump());
  const auto identity = verifier.Verify(token);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_THAT(identity->groups, ::testing::ElementsAre("urn:x"));
  EXPECT_EQ(server.requests().back().Header("Authorization"), absl::StrCat("Bearer ", token));
}

TEST(IssuerFetchTest, TellsAnswersApart) {
  LoopbackServer server(AnswerAsIssuer);
  const SystemClock clock;
  const Fetch fetch = MakeHttpFetch(&clock, "");
  const auto code_of = [&](const char* path, bool allow_loopback) {
    return fetch({server.Url(path), "", absl::Seconds(3), allow_loopback}).status().code();
  };
  EXPECT_EQ(code_of("/keys", true), absl::StatusCode::kOk);
  EXPECT_EQ(code_of("/revoked", true), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(code_of("/forbidden", true), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code_of("/busy", true), absl::StatusCode::kUnavailable);
  EXPECT_EQ(code_of("/large", true), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(code_of("/keys", false), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace cis::server
