// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "crawler/tokens/unscoped_logins.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "tests/unit/crawler/tokens_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKeystoneRefusal[] =
    R"({"error":{"code":401,"message":"The request you have made requires authentication."}})";

class UnscopedLoginsTest : public testing::Test {
 protected:
  absl::StatusOr<UnscopedToken> Get(const ShareTarget& target, absl::string_view refused = "") {
    absl::StatusOr<UnscopedToken> result = absl::UnknownError("done did not run");
    logins_.Get(target, refused,
                [&](const absl::StatusOr<UnscopedToken>& token) { result = token; });
    EXPECT_TRUE(transport_.Run(absl::InfiniteFuture()).ok());
    return result;
  }
  // The message of a login that the site refuses with this answer.
  std::string Refusal(const std::string& token, HttpResponse answer, ErrorClass expected) {
    site_.On(FederationUrl("openid"), std::move(answer));
    const absl::Status status = Get(FederatedTarget(GivenToken(token))).status();
    EXPECT_EQ(FormatErrorClass(GetErrorClass(status)), FormatErrorClass(expected));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(token)));
    return std::string(status.message());
  }
  absl::Time Later() const { return clock_.Now() + absl::Hours(1); }

  FakeSite site_;
  FakeTransport transport_{&site_};
  ManualClock clock_;
  AccessTokens access_tokens_{&transport_, &clock_, {}};
  UnscopedLogins logins_{&transport_, &access_tokens_, &clock_, SourceOptions{}};
};

TEST_F(UnscopedLoginsTest, OneLoginForAllSharesOfAnEndpoint) {
  site_.On(FederationUrl("openid"), UnscopedResponse("unscoped", Later()));
  int done_count = 0;
  for (const char* vo : {"a", "b", "c", "d"}) {
    logins_.Get(FederatedTarget(GivenToken("opaque"), vo), "",
                [&](const absl::StatusOr<UnscopedToken>& token) {
                  ASSERT_TRUE(token.ok()) << token.status();
                  EXPECT_EQ(token->value, "unscoped");
                  EXPECT_EQ(token->keystone_base, kKeystone);
                  EXPECT_EQ(token->protocol, "openid");
                  EXPECT_EQ(token->expire_time, Later());
                  ++done_count;
                });
  }
  EXPECT_TRUE(transport_.Run(absl::InfiniteFuture()).ok());
  EXPECT_EQ(done_count, 4);
  EXPECT_TRUE(Get(FederatedTarget(GivenToken("opaque"), "e")).ok());
  ASSERT_EQ(site_.requests.size(), 1U);
  EXPECT_EQ(site_.requests[0].headers.back().value, "Bearer opaque");
  EXPECT_TRUE(site_.requests[0].body.empty());
  EXPECT_EQ(logins_.request_count(), 1);
}

TEST_F(UnscopedLoginsTest, OtherCredentialsAndOtherEndpointsHaveTheirOwn) {
  site_.On(FederationUrl("openid"), UnscopedResponse("unscoped", Later()));
  site_.On(FederationUrl("openid", "lab"), UnscopedResponse("of-lab", Later()));
  EXPECT_EQ(Get(FederatedTarget(GivenToken("one")))->value, "unscoped");
  EXPECT_EQ(Get(FederatedTarget(GivenToken("two")))->value, "unscoped");
  ShareTarget lab = FederatedTarget(GivenToken("one"));
  lab.credentials.identity_provider = "lab";
  EXPECT_EQ(Get(lab)->value, "of-lab");
  EXPECT_EQ(site_.requests.size(), 3U);
}

TEST_F(UnscopedLoginsTest, AFailureReachesEveryShareAndIsNotRetried) {
  site_.On(FederationUrl("openid"), 401, kKeystoneRefusal);
  for (const char* vo : {"a", "b", "c"}) {
    EXPECT_EQ(GetErrorClass(Get(FederatedTarget(GivenToken("opaque"), vo)).status()),
              ErrorClass::kForbidden);
  }
  EXPECT_EQ(site_.requests.size(), 1U);
}

TEST_F(UnscopedLoginsTest, LogsInAgainForATokenThatEndsOrIsRefused) {
  int count = 0;
  site_.On(FederationUrl("openid"), [&](const HttpRequest&) {
    return UnscopedResponse(absl::StrCat("token-", ++count), Later());
  });
  const ShareTarget target = FederatedTarget(GivenToken("opaque"));
  EXPECT_EQ(Get(target)->value, "token-1");
  EXPECT_EQ(Get(target, "token-1")->value, "token-2") << "refused by Keystone";
  EXPECT_EQ(Get(target, "token-1")->value, "token-2") << "the second share that was refused";
  clock_.Advance(absl::Hours(1) - kMinUnscopedTokenLife + absl::Seconds(1));
  EXPECT_EQ(Get(target)->value, "token-3") << "near its end";
}

TEST_F(UnscopedLoginsTest, TriesTheOtherNameOfTheProtocolAndRemembersIt) {
  // What Keystone says of a protocol that it has no login method for.
  site_.On(FederationUrl("openid"), 401,
           R"({"error":{"code":401,"message":"Attempted to authenticate with an unsupported )"
           R"(method.","identity":{"methods":["password","token","oidc"]}}})");
  int count = 0;
  site_.On(FederationUrl("oidc"), [&](const HttpRequest&) {
    return UnscopedResponse(absl::StrCat("token-", ++count), Later());
  });
  const ShareTarget target = FederatedTarget(GivenToken("opaque"));
  EXPECT_EQ(Get(target)->protocol, "oidc");
  EXPECT_EQ(Get(target, "token-1")->value, "token-2");
  EXPECT_EQ(site_.requests.size(), 3U) << "openid is asked once";
}

TEST_F(UnscopedLoginsTest, BeginsWithWhatWorkedLastTime) {
  site_.On(FederationUrl("oidc"), UnscopedResponse("unscoped", Later()));
  ShareTarget target = FederatedTarget(GivenToken("opaque"));
  target.share.endpoint.protocol = "oidc";
  EXPECT_TRUE(Get(target).ok());
  EXPECT_EQ(site_.requests.size(), 1U);
}

TEST_F(UnscopedLoginsTest, AProtocolThatIsConfiguredIsTheOnlyOneTried) {
  site_.On(FederationUrl("mapped"), 404, R"({"error":{"code":404,"message":"no protocol"}})");
  ShareTarget target = FederatedTarget(GivenToken("opaque"));
  target.credentials.protocol = "mapped";
  const absl::Status status = Get(target).status();
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kConfig);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("\"egi.eu\" with protocol \"mapped\";"), HasSubstr("cis.protocol")));
  EXPECT_EQ(site_.requests.size(), 1U);
}

TEST_F(UnscopedLoginsTest, UnknownIdentityProviderNamesBothProtocolsTried) {
  for (const char* protocol : {"openid", "oidc"}) {
    site_.On(FederationUrl(protocol), 404,
             R"({"error":{"code":404,"message":"Could not find Identity Provider: egi.eu."}})");
  }
  const absl::Status status = Get(FederatedTarget(GivenToken("opaque"))).status();
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kConfig);
  EXPECT_THAT(std::string(status.message()), HasSubstr("\"openid\" or \"oidc\""));
}

HttpResponse FromApache(absl::string_view challenge) {
  HttpResponse response = FakeSite::Json(401, "<html>Unauthorized</html>");
  if (!challenge.empty()) response.headers.push_back({"WWW-Authenticate", std::string(challenge)});
  return response;
}

TEST_F(UnscopedLoginsTest, ReportsAWrongAudience) {
  const std::string token = JwtUntil(Later(), R"("aud":["https://other.example/"])");
  EXPECT_THAT(Refusal(token, FromApache(""), ErrorClass::kAuth),
              AllOf(HasSubstr("wrong audience"), HasSubstr("\"https://other.example/\""),
                    HasSubstr("`audience` or `resource`")));
}

TEST_F(UnscopedLoginsTest, ReportsAnInsufficientScopeLikeAWrongAudience) {
  EXPECT_THAT(
      Refusal("opaque", FromApache(R"(Bearer error="insufficient_scope")"), ErrorClass::kAuth),
      AllOf(HasSubstr("wrong audience"), HasSubstr("its audience is not known here")));
}

TEST_F(UnscopedLoginsTest, ReportsAnInvalidToken) {
  const std::string token = JwtUntil(Later(), R"("iss":"https://me.example")");
  EXPECT_THAT(Refusal(token, FromApache(R"(Bearer error="invalid_token", error_description="x")"),
                      ErrorClass::kAuth),
              AllOf(HasSubstr("revoked"), HasSubstr("does not trust (\"https://me.example\")")));
}

TEST_F(UnscopedLoginsTest, ReportsAnAccountWithoutAGroup) {
  EXPECT_THAT(Refusal(JwtUntil(Later(), R"("eduperson_entitlement":[])"),
                      FakeSite::Json(401, kKeystoneRefusal), ErrorClass::kForbidden),
              HasSubstr("the token names no group; add the account to the VO (again)"));
}

TEST_F(UnscopedLoginsTest, ReportsGroupsThatTheSiteDoesNotKnow) {
  EXPECT_THAT(Refusal(JwtUntil(Later(), R"("wlcg.groups":["/a","/b"])"),
                      FakeSite::Json(403, kKeystoneRefusal), ErrorClass::kForbidden),
              HasSubstr("the site knows no group that the token names (2)"));
}

TEST_F(UnscopedLoginsTest, ReportsThatAnOpaqueTokenDoesNotDescribeTheAccount) {
  EXPECT_THAT(Refusal("opaque", FakeSite::Json(401, kKeystoneRefusal), ErrorClass::kForbidden),
              HasSubstr("not (or no longer) in a group that the site knows"));
}

TEST_F(UnscopedLoginsTest, ExpiredTokenIsNotSent) {
  const absl::Status status =
      Get(FederatedTarget(GivenToken(JwtUntil(clock_.Now() - absl::Hours(3))))).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("expired at"));
  EXPECT_TRUE(site_.requests.empty());
}

TEST_F(UnscopedLoginsTest, KeystoneBelowAPathIsFoundOnceForAll) {
  site_.On(absl::StrCat("GET ", kKeystone, "/"), 300,
           absl::StrCat(R"({"versions":{"values":[{"id":"v3.14","status":"stable","links":)"
                        R"([{"rel":"self","href":")",
                        kKeystone, R"(/identity/v3/"}]}]}})"));
  const std::string url = absl::StrReplaceAll(FederationUrl("openid"), {{"/v3/", "/identity/v3/"}});
  site_.On(url, UnscopedResponse("unscoped", Later()));
  const auto token = Get(FederatedTarget(GivenToken("opaque")));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->keystone_base, absl::StrCat(kKeystone, "/identity"));
}

TEST_F(UnscopedLoginsTest, DistinguishesNoKeystoneAnOutageAndNonsense) {
  EXPECT_THAT(Refusal("opaque", FakeSite::Json(404, "<html>"), ErrorClass::kConfig),
              HasSubstr("no Keystone v3 with federated login"));
  ShareTarget other = FederatedTarget(GivenToken("other"));
  site_.On(FederationUrl("openid"), 503, R"({"error":{"message":"token other is busy"}})");
  const absl::Status busy = Get(other).status();
  EXPECT_EQ(GetErrorClass(busy), ErrorClass::kServer);
  EXPECT_THAT(std::string(busy.message()), Not(HasSubstr("busy"))) << "it may quote the token";
  site_.On(FederationUrl("openid"), 201, "{}");
  EXPECT_EQ(GetErrorClass(Get(FederatedTarget(GivenToken("third"))).status()), ErrorClass::kParse);
}

TEST_F(UnscopedLoginsTest, NoTokenGoesOverPlainHttp) {
  ShareTarget target = FederatedTarget(GivenToken("opaque"));
  target.share.endpoint.keystone_url = "http://site.example.org:5000";
  EXPECT_EQ(GetErrorClass(Get(target).status()), ErrorClass::kPolicy);
  EXPECT_TRUE(site_.requests.empty());
}

TEST_F(UnscopedLoginsTest, RefreshTokenThatIsRefusedIsTheReasonOfTheEndpoint) {
  AddIssuer(site_, {});
  site_.On(absl::StrCat("POST ", kTokenUrl), 400, R"({"error":"invalid_grant"})");
  const absl::Status status = Get(FederatedTarget(RefreshGrant())).status();
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kAuth);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(kIssuer), HasSubstr("the refresh token has expired")));
}

}  // namespace
}  // namespace cis::crawler
