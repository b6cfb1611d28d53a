// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "crawler/tokens/token_messages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "nlohmann/json.hpp"
#include "tests/unit/crawler/tokens_fixture.h"

namespace cis::crawler {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(TokenClaims, ReadsGroupsOfCheckInAndOfIndigoIam) {
  const auto checkin = ReadTokenClaims(Jwt(
      R"("iss":"https://aai.egi.eu/auth/realms/egi","exp":1767323045,"aud":"one",)"
      R"("eduperson_entitlement":["urn:mace:egi.eu:group:vo.access.egi.eu:role=member#aai.egi.eu"])"));
  ASSERT_TRUE(checkin.has_value());
  EXPECT_EQ(checkin->issuer, "https://aai.egi.eu/auth/realms/egi");
  EXPECT_EQ(checkin->expire_time, absl::FromUnixSeconds(1767323045));
  EXPECT_THAT(checkin->audiences, ElementsAre("one"));
  EXPECT_TRUE(ClaimVo(*checkin, "VO.access.egi.eu"));
  EXPECT_FALSE(ClaimVo(*checkin, "access.egi.eu"));
  EXPECT_FALSE(ClaimVo(*checkin, "vo.access.egi"));

  const auto iam =
      ReadTokenClaims(Jwt(R"("aud":["a","b"],"wlcg.groups":["/escape","/escape/ska"])"));
  ASSERT_TRUE(iam.has_value());
  EXPECT_THAT(iam->audiences, ElementsAre("a", "b"));
  EXPECT_EQ(iam->expire_time, absl::InfiniteFuture());
  EXPECT_TRUE(ClaimVo(*iam, "escape"));
  EXPECT_TRUE(ClaimVo(*iam, "escape.ska"));
  EXPECT_FALSE(ClaimVo(*iam, "esc"));
}

TEST(TokenClaims, ReadsSubgroupsAndEntitlementsWithoutRole) {
  TokenClaims claims;
  claims.groups = {"urn:mace:egi.eu:group:biomed:vip:role=member#aai.egi.eu",
                   "urn:geant:egi.eu:group:eng#aai.egi.eu"};
  EXPECT_TRUE(ClaimVo(claims, "biomed"));
  EXPECT_TRUE(ClaimVo(claims, "eng"));
  EXPECT_FALSE(ClaimVo(claims, "vip"));
}

TEST(TokenClaims, NoGroupsAtAllIsNotTheSameAsAnEmptyList) {
  EXPECT_FALSE(ReadTokenClaims(Jwt(R"("iss":"x")"))->names_groups);
  const auto empty = ReadTokenClaims(Jwt(R"("eduperson_entitlement":[])"));
  EXPECT_TRUE(empty->names_groups);
  EXPECT_TRUE(empty->groups.empty());
}

TEST(TokenClaims, OpaqueTokensHaveNone) {
  for (const char* token : {"", "opaque", "a.b.c", "..", "e30.e30", "MQ.MQ.MQ", "e30.W10.x"}) {
    EXPECT_FALSE(ReadTokenClaims(token).has_value()) << token;
  }
}

TEST(TokenMessages, WritesTheRefreshRequestOfAConfidentialClient) {
  const HttpRequest request = TokenRequest(RefreshGrant(), {kTokenUrl, false}, "se&cret");
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, kTokenUrl);
  EXPECT_FALSE(request.idempotent) << "a refresh token may be good for one use";
  EXPECT_EQ(request.body, "grant_type=refresh_token&refresh_token=se%26cret");
  EXPECT_EQ(request.headers.back().name, "Authorization");
  EXPECT_EQ(request.headers.back().value,
            absl::StrCat("Basic ", absl::Base64Escape("cis:very%20secret")));
}

TEST(TokenMessages, WritesTheRefreshRequestWithTheSecretInTheBodyOrNone) {
  TokenGrant grant = RefreshGrant();
  grant.audience = "https://keystone.example.org/";
  grant.scope = "openid";
  EXPECT_EQ(TokenRequest(grant, {kTokenUrl, true}, "r").body,
            "grant_type=refresh_token&refresh_token=r&client_id=cis&client_secret=very%20secret"
            "&scope=openid&audience=https%3A%2F%2Fkeystone.example.org%2F");
  grant.client_secret.clear();
  grant.audience.clear();
  grant.scope.clear();
  grant.resource = "urn:x";
  const HttpRequest request = TokenRequest(grant, {kTokenUrl, false}, "r");
  EXPECT_EQ(request.body,
            "grant_type=refresh_token&refresh_token=r&client_id=cis&resource=urn%3Ax");
  for (const HttpHeader& header : request.headers) EXPECT_NE(header.name, "Authorization");
}

Answer AnswerOf(int status, absl::string_view body, absl::string_view url = kTokenUrl) {
  return {std::string(url), FakeSite::Json(status, body), SourceTestTime()};
}

TEST(TokenMessages, ReadsADiscoveryDocument) {
  const auto request = DiscoveryRequest(RefreshGrant());
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(absl::StrCat("GET ", request->url), kDiscovery);
  const auto parse = [](absl::string_view more, absl::string_view issuer = kIssuer) {
    return ParseDiscovery(RefreshGrant(),
                          AnswerOf(200, absl::StrCat(R"({"issuer":")", issuer, R"(")", more, "}")));
  };
  const auto good = parse(absl::StrCat(R"(,"token_endpoint":")", kTokenUrl, R"(")"));
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->url, kTokenUrl);
  EXPECT_FALSE(good->secret_in_body);
  EXPECT_TRUE(parse(R"(,"token_endpoint":"https://x.org/t",)"
                    R"("token_endpoint_auth_methods_supported":["client_secret_post"])")
                  ->secret_in_body);
  EXPECT_FALSE(
      parse(R"(,"token_endpoint":"https://x.org/t","token_endpoint_auth_methods_supported":)"
            R"(["client_secret_post","client_secret_basic"])")
          ->secret_in_body);
  EXPECT_TRUE(parse(R"(,"token_endpoint":"https://x.org/t")", absl::StrCat(kIssuer, "/")).ok());
}

TEST(TokenMessages, RefusesADiscoveryDocumentThatIsNotToBeTrusted) {
  const auto parse = [](absl::string_view body) {
    return ParseDiscovery(RefreshGrant(), AnswerOf(200, body)).status();
  };
  const absl::Status other =
      parse(R"({"issuer":"https://evil.example","token_endpoint":"https://evil.example/t"})");
  EXPECT_EQ(GetErrorClass(other), ErrorClass::kPolicy);
  EXPECT_THAT(std::string(other.message()), HasSubstr("https://evil.example"));
  const std::string issuer = absl::StrCat(R"({"issuer":")", kIssuer, R"(")");
  EXPECT_EQ(GetErrorClass(parse(issuer + R"(,"token_endpoint":"http://issuer.example.org/t"})")),
            ErrorClass::kPolicy);
  EXPECT_EQ(GetErrorClass(parse(issuer + R"(,"token_endpoint":"https://127.0.0.1/t"})")),
            ErrorClass::kPolicy);
  EXPECT_EQ(GetErrorClass(parse(issuer + "}")), ErrorClass::kParse);
  EXPECT_EQ(GetErrorClass(parse("<html>")), ErrorClass::kParse);
  EXPECT_EQ(GetErrorClass(ParseDiscovery(RefreshGrant(), AnswerOf(404, "")).status()),
            ErrorClass::kNotFound);
}

TEST(TokenMessages, SecretsGoToHttpsOnlyAndToThisMachineIfAllowed) {
  TokenGrant grant = RefreshGrant();
  grant.issuer = "http://issuer.example.org";
  const absl::Status plain = DiscoveryRequest(grant).status();
  EXPECT_EQ(GetErrorClass(plain), ErrorClass::kPolicy);
  EXPECT_THAT(std::string(plain.message()), HasSubstr("not https"));
  grant.allow_loopback = true;
  EXPECT_FALSE(DiscoveryRequest(grant).ok()) << "not on this machine";
  grant.issuer = "http://127.0.0.1:8443";
  EXPECT_TRUE(DiscoveryRequest(grant).ok());
  grant.allow_loopback = false;
  EXPECT_THAT(std::string(DiscoveryRequest(grant).status().message()),
              HasSubstr("allow_loopback: true"));
}

TEST(TokenMessages, ReadsATokenAnswer) {
  const auto got = ParseTokenAnswer(
      RefreshGrant(),
      AnswerOf(200, R"({"access_token":"opaque","expires_in":60,"refresh_token":"r2"})"), "r1");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->token.value, "opaque");
  EXPECT_EQ(got->token.expire_time, SourceTestTime() + absl::Seconds(60));
  EXPECT_EQ(got->next_secret, "r2");
  const auto same = ParseTokenAnswer(
      RefreshGrant(), AnswerOf(200, R"({"access_token":"x","refresh_token":"r1"})"), "r1");
  EXPECT_EQ(same->next_secret, "");
  EXPECT_EQ(same->token.expire_time, absl::InfiniteFuture());
  const std::string jwt = JwtUntil(SourceTestTime() + absl::Seconds(30));
  const auto known = ParseTokenAnswer(
      RefreshGrant(),
      AnswerOf(200, absl::StrCat(R"({"access_token":")", jwt, R"(","expires_in":3600})")), "r1");
  EXPECT_EQ(known->token.expire_time, SourceTestTime() + absl::Seconds(30)) << "a JWT knows better";
}

TEST(TokenMessages, RefusalsSayWhatToDoAndHoldNoSecret) {
  const auto message = [](int status, absl::string_view body) {
    const absl::Status refused =
        ParseTokenAnswer(RefreshGrant(), AnswerOf(status, body), kRefreshTokenSecret).status();
    EXPECT_EQ(GetErrorClass(refused), ErrorClass::kAuth);
    return std::string(refused.message());
  };
  EXPECT_THAT(message(400, absl::StrCat(R"({"error":"invalid_grant","error_description":"token )",
                                        kRefreshTokenSecret, R"( not active"})")),
              AllOf(HasSubstr("invalid_grant (token *** not active)"), HasSubstr("get a new one"),
                    Not(HasSubstr(kRefreshTokenSecret))));
  EXPECT_THAT(message(401, R"({"error":"invalid_client"})"),
              HasSubstr("client id or client secret"));
  EXPECT_THAT(message(400, R"({"error":"invalid_target"})"), HasSubstr("audience or resource"));
  EXPECT_THAT(message(400, "<html>"), HasSubstr("HTTP 400"));
  EXPECT_EQ(GetErrorClass(ParseTokenAnswer(RefreshGrant(), AnswerOf(503, ""), "").status()),
            ErrorClass::kServer);
  EXPECT_EQ(GetErrorClass(ParseTokenAnswer(RefreshGrant(), AnswerOf(200, "{}"), "").status()),
            ErrorClass::kParse);
}

TEST(TokenMessages, WritesAndReadsMessagesOfMytoken) {
  TokenGrant grant;
  grant.type = TokenGrant::Type::kMytoken;
  grant.server = "https://mytoken.example.org/";
  grant.mytoken = "m1";
  grant.audience = "a";
  EXPECT_EQ(DiscoveryRequest(grant)->url,
            "https://mytoken.example.org/.well-known/mytoken-configuration");
  const auto endpoint = ParseDiscovery(
      grant, AnswerOf(200, R"({"access_token_endpoint":"https://mytoken.example.org/api/v0/t"})"));
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  const json body = json::parse(TokenRequest(grant, *endpoint, "m1").body);
  EXPECT_EQ(body, json::parse(R"({"grant_type":"mytoken","mytoken":"m1","audience":"a"})"));
  const auto got = ParseTokenAnswer(
      grant,
      AnswerOf(200, R"({"access_token":"x","expires_in":9,"token_update":{"mytoken":"m2"}})"),
      "m1");
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->next_secret, "m2");
  EXPECT_THAT(
      std::string(ParseTokenAnswer(grant, AnswerOf(401, R"({"error":"invalid_token"})"), "m1")
                      .status()
                      .message()),
      HasSubstr("the mytoken has expired"));
}

TEST(TokenMessages, WritesAndReadsMessagesOfTheAgent) {
  TokenGrant grant;
  grant.type = TokenGrant::Type::kOidcAgent;
  grant.account = "egi";
  grant.socket = "/run/agent";
  EXPECT_EQ(json::parse(AgentRequest(grant, absl::Seconds(60))),
            json::parse(R"({"request":"access_token","account":"egi","min_valid_period":60,)"
                        R"("application_hint":"cis-crawler"})"));
  const auto got = ParseAgentAnswer(
      grant, R"({"status":"success","access_token":"x","issuer":"i","expires_at":1767323045})");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->value, "x");
  EXPECT_EQ(got->expire_time, absl::FromUnixSeconds(1767323045));
  EXPECT_THAT(
      std::string(ParseAgentAnswer(grant, R"({"status":"failure","error":"Account not loaded"})")
                      .status()
                      .message()),
      AllOf(HasSubstr("account egi"), HasSubstr("Account not loaded"), HasSubstr("oidc-token")));
  EXPECT_EQ(GetErrorClass(ParseAgentAnswer(grant, "12:nonce:cipher").status()), ErrorClass::kParse);
  grant.account.clear();
  grant.issuer = kIssuer;
  EXPECT_EQ(json::parse(AgentRequest(grant, absl::Seconds(60)))["issuer"], kIssuer);
}

}  // namespace
}  // namespace cis::crawler
