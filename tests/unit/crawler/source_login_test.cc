// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "nlohmann/json.hpp"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {
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

TEST(SourceLogin, ScopesToAProjectByNameAndDomain) {
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

ShareTarget FederatedTarget() {
  ShareTarget target = PasswordTarget();
  target.credentials = {};
  target.credentials.type = Credentials::Type::kOidcAccessToken;
  target.share.endpoint.protocol = "openid";
  return target;
}

UnscopedToken Unscoped(const std::string& value, absl::Time expire_time = absl::InfiniteFuture()) {
  UnscopedToken token;
  token.value = value;
  token.keystone_base = kKeystone;
  token.protocol = "oidc";
  token.expire_time = expire_time;
  return token;
}

std::string TokenIn(const HttpRequest& request) {
  return json::parse(request.body)["auth"]["identity"]["token"]["id"];
}

TEST(SourceLogin, FederatedLoginScopesTheSharedToken) {
  FakeSite site = WorkingSite();
  site.unscoped = [](const std::string& refused) {
    EXPECT_EQ(refused, "");
    return Unscoped("unscoped-token");
  };
  const std::vector<SourceEvent> events = CrawlSite(FederatedTarget(), site);
  const SourceEvent* login = FindEvent(events, SourceEvent::Type::kLogin, Kind::kAuth);
  ASSERT_NE(login, nullptr);
  EXPECT_EQ(login->share.endpoint.protocol, "oidc") << "what worked, not what was guessed";
  EXPECT_EQ(TokenIn(site.requests[0]), "unscoped-token");
  EXPECT_EQ(json::parse(site.requests[0].body)["auth"]["scope"]["project"]["id"], "p1");
  EXPECT_EQ(site.CountOf(absl::StrCat(kKeystone, "/v3/auth/tokens")), 1);
}

TEST(SourceLogin, FailedFederatedLoginSaysNothingAboutTheVo) {
  FakeSite site;
  site.unscoped = [](const std::string&) {
    return MakeError(absl::StatusCode::kUnauthenticated, ErrorClass::kAuth, "that is why");
  };
  const SourceEvent failure = LoginFailure(CrawlSite(FederatedTarget(), site));
  EXPECT_EQ(failure.error, ErrorClass::kAuth);
  EXPECT_EQ(failure.share.support, VoSupport::kUnknown);
  EXPECT_EQ(failure.status.message(), "that is why");
  EXPECT_TRUE(site.requests.empty());
}

TEST(SourceLogin, UnscopedTokenThatKeystoneHasForgottenIsReplacedOnce) {
  FakeSite site = WorkingSite();
  const HttpResponse good = TokenResponse(UsualCatalog());
  site.On(kTokens, [&](const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
    // Keystone's words for a token that has expired.
    if (TokenIn(request) == "old") {
      return FakeSite::Json(404, R"({"error":{"message":"Failed to validate token","code":404}})");
    }
    return good;
  });
  std::vector<std::string> refused;
  site.unscoped = [&](const std::string& token) {
    refused.push_back(token);
    return Unscoped(token.empty() ? "old" : "new");
  };
  EXPECT_NE(FindEvent(CrawlSite(FederatedTarget(), site), SourceEvent::Type::kLogin, Kind::kAuth),
            nullptr);
  EXPECT_THAT(refused, testing::ElementsAre("", "old"));

  refused.clear();
  site.unscoped = [&](const std::string& token) {
    refused.push_back(token);
    return Unscoped("old");
  };
  const SourceEvent failure = LoginFailure(CrawlSite(FederatedTarget(), site));
  EXPECT_EQ(failure.error, ErrorClass::kAuth);
  EXPECT_EQ(refused.size(), 2U) << "no storm";
}

TEST(SourceLogin, RefusedProjectIsExplainedByTheGroupsOfTheToken) {
  FakeSite site;
  site.On(kTokens, 401, R"({"error":{"message":"no","code":401}})");
  UnscopedToken token = Unscoped("unscoped-token");
  site.unscoped = [&](const std::string&) { return token; };
  const auto message = [&] {
    const SourceEvent failure = LoginFailure(CrawlSite(FederatedTarget(), site));
    EXPECT_EQ(failure.share.support, VoSupport::kRefused);
    return std::string(failure.status.message());
  };
  EXPECT_THAT(message(),
              HasSubstr("the account is not (or no longer) in VO the-vo, or the project"));
  token.claims.emplace();
  token.claims->names_groups = true;
  token.claims->groups = {"urn:mace:egi.eu:group:other:role=member#aai.egi.eu"};
  EXPECT_THAT(message(), HasSubstr("the token names no group of VO the-vo (of 1)"));
  token.claims->groups.emplace_back("urn:mace:egi.eu:group:the-vo:role=member#aai.egi.eu");
  EXPECT_THAT(message(), HasSubstr("though the token names a group of VO the-vo"));
}

TEST(SourceLogin, TokenThatHasExpiredIsRenewedAsOftenAsItMust) {
  // Each token lasts for 15 answers, and a second passes with every answer.
  constexpr absl::Duration kLife = absl::Seconds(15);
  constexpr int kPages = 40;
  FakeSite site = WorkingSite();
  const std::string images = absl::StrCat(kGlance, "/v2/images?limit=1000");
  for (int page = 0; page < kPages; ++page) {
    const std::string url = page == 0 ? images : absl::StrCat(images, "&marker=i", page);
    const std::string next =
        page + 1 == kPages ? "" : absl::StrCat(R"(,"next":"/v2/images?marker=i)", page + 1, R"(")");
    site.OnGet(url, absl::StrCat(R"({"images":[{"id":"i)", page + 1, R"("}])", next, "}"));
  }
  absl::Time now = SourceTestTime();
  const auto token = [&](const HttpRequest&) {
    HttpResponse response = TokenResponse(UsualCatalog());
    const std::string at = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now + kLife, absl::UTCTimeZone());
    response.body = absl::StrReplaceAll(response.body, {{"2026-01-02T04:04:05.000000Z", at}});
    return response;
  };
  site.On(kTokens, token);
  OpenStackSource source(PasswordTarget(), SourceOptions{});
  std::deque<SourceRequest> open;
  std::vector<SourceEvent> events;
  absl::Time good_until = now;
  const auto take = [&](SourceStep step) {
    for (SourceEvent& event : step.events) events.push_back(std::move(event));
    for (SourceRequest& request : step.requests) open.push_back(std::move(request));
  };
  take(source.Start(now));
  while (!open.empty()) {
    const SourceRequest next = std::move(open.front());
    open.pop_front();
    now += absl::Seconds(1);
    const bool is_login = next.request.method == "POST";
    if (is_login) good_until = now + kLife;
    absl::StatusOr<HttpResponse> answer = site.Answer(next.request);
    if (!is_login && now >= good_until) answer = FakeSite::Json(401, "{}");
    take(source.OnResponse(next.tag, answer, now));
    ASSERT_LT(site.requests.size(), 200U) << "no end";
  }
  EXPECT_GE(site.CountOf(absl::StrCat(kKeystone, "/v3/auth/tokens")), 4);
  const SourceEvent* found = FindObservation(events, Kind::kImages);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->observation.documents.size(), kPages + 3U)
      << "and the hidden, community and pending ones";
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
}  // namespace cis::crawler
