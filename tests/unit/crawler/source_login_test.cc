#include "crawler/http/http_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/crawler/source_fixture.h"

namespace cis {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const SourceEvent& LoginFailure(const std::vector<SourceEvent>& events) {
  static const SourceEvent kNone;
  const SourceEvent* event = FindFailure(events, Kind::kAuth);
  EXPECT_NE(event, nullptr);
  EXPECT_EQ(events.size(), 1U) << "a failed login ends the source";
  return event == nullptr ? kNone : *event;
}

TEST(SourceLogin, PasswordAsksForTheProjectAndReportsWhatTheTokenSays) {
  FakeSite site = WorkingSite();
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  const SourceEvent* login = FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth);
  ASSERT_NE(login, nullptr);
  EXPECT_EQ(login->share.project_id, "p1");
  EXPECT_EQ(login->share.project_name, "the-vo");
  EXPECT_EQ(login->share.endpoint.resolved_region, "RegionOne");
  EXPECT_EQ(login->share.support, VoSupport::kAuthenticated);
  EXPECT_EQ(login->request_count, 1);
  const json body = json::parse(site.requests.front().body);
  EXPECT_EQ(body["auth"]["scope"]["project"]["id"], "p1");
  EXPECT_EQ(body["auth"]["identity"]["password"]["user"]["password"], kPassword);
}

TEST(SourceLogin, ProjectByNameAndDomain) {
  FakeSite site = WorkingSite();
  ShareTarget target = PasswordTarget();
  target.share.project_id.clear();
  target.credentials.project_name = "the-vo";
  target.credentials.project_domain_name = "egi.eu";
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  const json body = json::parse(site.requests.front().body);
  EXPECT_EQ(body["auth"]["scope"]["project"],
            json::parse(R"({"name":"the-vo","domain":{"name":"egi.eu"}})"));
  ASSERT_NE(FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth), nullptr);
}

TEST(SourceLogin, ApplicationCredentialSendsNoScope) {
  FakeSite site = WorkingSite();
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  target.credentials.type = Credentials::Type::kApplicationCredential;
  target.credentials.credential_id = "ac1";
  target.credentials.credential_secret = "ac-secret";
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  const json body = json::parse(site.requests.front().body);
  EXPECT_EQ(body["auth"].count("scope"), 0U);
  EXPECT_EQ(body["auth"]["identity"]["application_credential"]["id"], "ac1");
  EXPECT_NE(FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth), nullptr);
}

TEST(SourceLogin, OidcTokenIsExchangedAndThenScoped) {
  FakeSite site = WorkingSite();
  const std::string federation =
      absl::StrCat(kKeystone, "/v3/OS-FEDERATION/identity_providers/egi.eu/protocols/openid/auth");
  HttpResponse unscoped = TokenResponse({}, "");
  unscoped.headers.back().value = "unscoped-token";
  site.On(absl::StrCat("POST ", federation), unscoped);
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  target.credentials.type = Credentials::Type::kOidcAccessToken;
  target.credentials.token = "oidc-access-token";
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  EXPECT_NE(FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth), nullptr);
  EXPECT_TRUE(site.requests[0].body.empty());
  EXPECT_EQ(site.requests[0].headers.back().value, "Bearer oidc-access-token");
  const json body = json::parse(site.requests[1].body);
  EXPECT_EQ(body["auth"]["identity"]["token"]["id"], "unscoped-token");
  EXPECT_EQ(body["auth"]["scope"]["project"]["id"], "p1");
}

TEST(SourceLogin, RefusedOidcTokenSaysNothingAboutTheVo) {
  FakeSite site;
  site.On(absl::StrCat("POST ", kKeystone,
                       "/v3/OS-FEDERATION/identity_providers/egi.eu/protocols/openid/auth"),
          401, "<html>Apache</html>");
  ShareTarget target = PasswordTarget();
  target.credentials.type = Credentials::Type::kOidcAccessToken;
  target.credentials.token = "oidc-access-token";
  const SourceEvent failure = LoginFailure(CrawlSite(target, site));
  EXPECT_EQ(failure.error, ErrorClass::kAuth);
  EXPECT_EQ(failure.share.support, VoSupport::kUnknown);
  EXPECT_THAT(std::string(failure.status.message()),
              AllOf(HasSubstr("expired"), Not(HasSubstr("oidc-access-token"))));
}

TEST(SourceLogin, UnknownIdentityProviderIsAConfigurationError) {
  FakeSite site;
  site.On(absl::StrCat("POST ", kKeystone,
                       "/v3/OS-FEDERATION/identity_providers/egi.eu/protocols/openid/auth"),
          404, R"({"error":{"code":404,"message":"Could not find Identity Provider: egi.eu."}})");
  ShareTarget target = PasswordTarget();
  target.credentials.type = Credentials::Type::kOidcAccessToken;
  const SourceEvent failure = LoginFailure(CrawlSite(target, site));
  EXPECT_EQ(failure.error, ErrorClass::kConfig);
  EXPECT_EQ(site.requests.size(), 1U) << "Keystone itself answered: no discovery";
}

TEST(SourceLogin, RefusedCredentialIsARefusalOfTheVo) {
  FakeSite site;
  site.On(kTokens, 401, absl::StrCat(R"({"error":{"message":"bad )", kPassword, R"("}})"));
  const SourceEvent failure = LoginFailure(CrawlSite(PasswordTarget(), site));
  EXPECT_EQ(failure.error, ErrorClass::kAuth);
  EXPECT_EQ(failure.share.support, VoSupport::kRefused);
  EXPECT_THAT(std::string(failure.status.message()),
              AllOf(HasSubstr("HTTP 401"), HasSubstr("project p1"), Not(HasSubstr(kPassword))));
}

TEST(SourceLogin, OutageIsNoRefusal) {
  FakeSite site;
  site.Break(kTokens, MakeError(absl::StatusCode::kDeadlineExceeded, ErrorClass::kTimeout,
                                "no answer within 30s"));
  const SourceEvent failure = LoginFailure(CrawlSite(PasswordTarget(), site));
  EXPECT_EQ(failure.error, ErrorClass::kTimeout);
  EXPECT_EQ(failure.share.support, VoSupport::kUnknown);
  FakeSite busy;
  busy.On(kTokens, 503, "<html>busy</html>");
  const SourceEvent refused = LoginFailure(CrawlSite(PasswordTarget(), busy));
  EXPECT_EQ(refused.error, ErrorClass::kServer);
  EXPECT_EQ(refused.share.support, VoSupport::kUnknown);
}

TEST(SourceLogin, TokenOfAnotherOrNoProjectIsRefused) {
  for (const char* project : {"", "p2"}) {
    FakeSite site;
    site.On(kTokens, TokenResponse(UsualCatalog(), project));
    const SourceEvent failure = LoginFailure(CrawlSite(PasswordTarget(), site));
    EXPECT_EQ(failure.error, ErrorClass::kAuth);
    EXPECT_THAT(std::string(failure.status.message()), HasSubstr("not for project p1"));
    EXPECT_EQ(site.requests.size(), 1U) << "no service is asked with that token";
  }
}

TEST(SourceLogin, GivenTokenThatIsScopedAlreadyIsUsedAsItIs) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kKeystone, "/v3/auth/tokens"), 200, TokenJson(UsualCatalog(), "p1"));
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  target.credentials.type = Credentials::Type::kToken;
  target.credentials.token = "given-token";
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
  EXPECT_EQ(site.CountOf(absl::StrCat(kKeystone, "/v3/auth/tokens")), 1);
  EXPECT_EQ(site.requests.back().headers.back().value, "given-token");
}

TEST(SourceLogin, GivenTokenOfAnotherProjectIsRescoped) {
  FakeSite site = WorkingSite();
  site.On(absl::StrCat("GET ", kKeystone, "/v3/auth/tokens"), 200, TokenJson(UsualCatalog(), "p2"));
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  target.credentials.type = Credentials::Type::kToken;
  target.credentials.token = "given-token";
  const std::vector<SourceEvent> events = CrawlSite(target, site);
  EXPECT_NE(FindObservation(events, Kind::kImages), nullptr);
  EXPECT_EQ(json::parse(site.requests[1].body)["auth"]["identity"]["token"]["id"], "given-token");
}

TEST(SourceLogin, KeystoneBelowAPathIsFoundByItsVersionList) {
  FakeSite site = WorkingSite();
  site.On(kTokens, 300, "{}");
  // The link names an inner host: only its path counts.
  site.On(absl::StrCat("GET ", kKeystone, "/"), 300,
          R"({"versions":{"values":[{"id":"v3.14","status":"stable","links":[{"rel":"self",)"
          R"("href":"http://inner:35357/identity/v3/"}]}]}})");
  site.On("POST https://site.example.org:5000/identity/v3/auth/tokens",
          TokenResponse(UsualCatalog()));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  EXPECT_NE(FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth), nullptr);
}

TEST(SourceLogin, NoKeystoneAtTheUrlIsAConfigurationError) {
  FakeSite site;
  const SourceEvent failure = LoginFailure(CrawlSite(PasswordTarget(), site));
  EXPECT_EQ(failure.error, ErrorClass::kConfig);
  EXPECT_THAT(std::string(failure.status.message()), HasSubstr("no Keystone v3"));
  EXPECT_EQ(site.requests.size(), 2U);
}

TEST(SourceLogin, NoSecretIsSentOverPlainHttpUnlessAllowed) {
  FakeSite site;
  ShareTarget target = PasswordTarget();
  target.share.endpoint.keystone_url = "http://site.example.org:5000";
  const SourceEvent failure = LoginFailure(CrawlSite(target, site));
  EXPECT_EQ(failure.error, ErrorClass::kPolicy);
  EXPECT_THAT(std::string(failure.status.message()),
              AllOf(HasSubstr("allow_http: true"), HasSubstr("sites/SITE.yaml:3")));
  EXPECT_TRUE(site.requests.empty());
}

TEST(SourceLogin, MissingCredentialIsAConfigurationError) {
  FakeSite site;
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  EXPECT_EQ(LoginFailure(CrawlSite(target, site)).error, ErrorClass::kConfig);
}

TEST(SourceLogin, AnswerThatIsNoTokenIsAParseError) {
  for (const char* body : {"", "[]", "{\"token\":", "{\"token\":7}", "<html></html>"}) {
    FakeSite site;
    site.On(kTokens, 201, body);
    EXPECT_EQ(LoginFailure(CrawlSite(PasswordTarget(), site)).error, ErrorClass::kParse) << body;
  }
}

TEST(SourceLogin, SeveralCompleteRegionsAreReportedInsteadOfOneBeingPicked) {
  FakeSite site;
  std::vector<CatalogRow> rows;
  for (const char* region : {"B", "A"}) {
    for (const CatalogRow& row : UsualCatalog()) rows.push_back({row.type, region, row.url});
  }
  site.On(kTokens, TokenResponse(rows));
  const std::vector<SourceEvent> events = CrawlSite(PasswordTarget(), site);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, SourceEvent::Type::kRegions);
  EXPECT_EQ(events[0].regions, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(site.requests.size(), 1U);
}

TEST(SourceLogin, UnknownRegionNamesThoseThere) {
  FakeSite site = WorkingSite();
  ShareTarget target = PasswordTarget();
  target.share.endpoint.region = "RegionTwo";
  const SourceEvent failure = LoginFailure(CrawlSite(target, site));
  EXPECT_EQ(failure.error, ErrorClass::kConfig);
  EXPECT_EQ(failure.share.support, VoSupport::kAuthenticated);
  EXPECT_EQ(failure.status.message(),
            "the catalog has no region \"RegionTwo\"; it has \"RegionOne\"");
}

}  // namespace
}  // namespace cis
