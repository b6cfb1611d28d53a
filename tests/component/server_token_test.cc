// SPDX-License-Identifier: Apache-2.0

// What bearer tokens of an issuer let their bearers see.

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "cis/v1/changes.grpc.pb.h"
#include "gmock/gmock.h"
#include "server/policy/policy_file.h"
#include "tests/component/server_fixture.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_issuer.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kRules[] = R"(
rules:
  - who: {issuer: test, group: ops, role: member}
    may: {vos: own}
  - who: {issuer: test, subject: operator}
    may: {vos: all, operation: true}
)";

class TokenTest : public ::testing::Test {
 protected:
  void Start(const std::string& groups_from = "token") {
    ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.trusted_proxies = {"127.0.0.1"};
    options.clock = &clock_;
    options.fetch = issuer_.MakeFetch();
    options.policy = Parse(absl::StrCat(R"(
issuers:
  - {name: test, url: ")",
                                        kIssuerUrl, R"(", audiences: [cis], groups_from: )",
                                        groups_from, ", scope: groups}", kRules));
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    CatalogBuilder builder;
    builder.Select("SITE-A", "ops");
    Flavor own = MakeFlavor("secret");
    own.is_public = false;
    builder.AddFlavor(MakeFlavor("open"));
    builder.AddFlavor(own);
    server_->Publish(Snapshot::Build(builder.Build(1)));
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  }

  static std::shared_ptr<const Policy> Parse(const std::string& text) {
    absl::StatusOr<Policy> policy = ParsePolicy("test", text);
    EXPECT_TRUE(policy.ok()) << policy.status();
    return policy.ok() ? std::make_shared<const Policy>(*std::move(policy)) : nullptr;
  }

  int64_t Now() const { return absl::ToUnixSeconds(clock_.Now()); }

  TestJson Claims(const std::vector<std::string>& groups) const {
    return TestJson{{"iss", kIssuerUrl}, {"sub", "alice"},      {"aud", "cis"},
                    {"iat", Now()},      {"exp", Now() + 7200}, {"scope", "openid groups"},
                    {"groups", groups}};
  }
  static std::string Token(const TestJson& claims, const std::string& kid = "k1") {
    return MakeToken(RsaKey(), TestJson{{"alg", "RS256"}, {"kid", kid}}.dump(), claims.dump());
  }

  // The names of all flavors, or the reason and the code of the token's error.
  std::string Flavors(const std::string& token) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    v1::ListFlavorsRequest request;
    request.set_parent("sites/-");
    v1::ListFlavorsResponse response;
    const grpc::Status status =
        v1::InventoryService::NewStub(channel_)->ListFlavors(&context, request, &response);
    if (!status.ok()) {
      const google::rpc::ErrorInfo info = ErrorInfoOf(status);
      const auto code = info.metadata().find("code");
      return absl::StrCat(info.reason(), " ", code == info.metadata().end() ? "" : code->second);
    }
    std::string names;
    for (const v1::Flavor& flavor : response.flavors()) {
      absl::StrAppend(&names, flavor.display_name(), " ");
    }
    return names;
  }

  v1::FindPlacementsResponse Find(const std::string& token) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", absl::StrCat("Bearer ", token));
    v1::FindPlacementsRequest request;
    request.mutable_query()->add_vos("ops");
    v1::FindPlacementsResponse response;
    const grpc::Status status =
        v1::PlacementService::NewStub(channel_)->FindPlacements(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  TestIssuer issuer_;
  TestClock clock_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

constexpr char kMember[] = "urn:mace:egi.eu:group:ops:role=member#aai.egi.eu";

TEST_F(TokenTest, AMemberOfAVoSeesWhatTheVoHas) {
  Start();
  EXPECT_EQ(Flavors(Token(Claims({kMember}))), "open secret ");
  EXPECT_EQ(Flavors(""), "open ");
}

TEST_F(TokenTest, AMemberOfSomethingElseSeesWhatIsPublic) {
  Start();
  for (const char* group :
       {"urn:mace:egi.eu:group:ops:sub:role=member#aai.egi.eu",
        "urn:mace:egi.eu:group:ops.example.org:role=member#aai.egi.eu",
        "urn:mace:egi.eu:group:ops:role=vm_operator#aai.egi.eu", "ops", "not a group"}) {
    EXPECT_EQ(Flavors(Token(Claims({group}))), "open ") << group;
  }
}

TEST_F(TokenTest, ATokenThatIsNotGoodIsRefusedAndNotTakenForNone) {
  Start();
  const auto with = [this](const std::string& name, const TestJson& value) {
    TestJson claims = Claims({kMember});
    claims[name] = value;
    return claims;
  };
  EXPECT_EQ(Flavors(Token(with("iss", "https://other.example.org"))),
            "TOKEN_REFUSED ISSUER_UNKNOWN");
  EXPECT_EQ(Flavors(Token(with("exp", Now() - 120))), "TOKEN_REFUSED TOKEN_EXPIRED");
  EXPECT_EQ(Flavors(Token(with("aud", "other"))), "TOKEN_REFUSED AUDIENCE_WRONG");
  EXPECT_EQ(Flavors(Token(Claims({kMember}), "unknown")), "TOKEN_REFUSED KEY_UNKNOWN");
  EXPECT_EQ(
      Flavors(MakeToken(OtherRsaKey(), R"({"alg":"RS256","kid":"k1"})", Claims({kMember}).dump())),
      "TOKEN_REFUSED SIGNATURE_INVALID");
  EXPECT_EQ(Flavors(MakeToken(RsaKey(), R"({"alg":"none"})", Claims({kMember}).dump())),
            "TOKEN_REFUSED ALGORITHM_REFUSED");
  EXPECT_EQ(Flavors("abc"), "TOKEN_REFUSED TOKEN_MALFORMED");
}

TEST_F(TokenTest, GroupsMayBeStatedAtUserinfo) {
  Start("userinfo");
  issuer_.Put("/userinfo", TestJson{{"sub", "alice"}, {"eduperson_entitlement", {kMember}}}.dump());
  const std::string token = Token(Claims({}));
  EXPECT_EQ(Flavors(token), "open secret ");
  EXPECT_EQ(Flavors(token), "open secret ");
  EXPECT_EQ(issuer_.Count("/userinfo"), 1);
}

TEST_F(TokenTest, ATokenWithoutTheScopeIsToldSo) {
  Start("userinfo");
  issuer_.Put("/userinfo", TestJson{{"sub", "alice"}}.dump());
  TestJson claims = Claims({});
  claims["scope"] = "openid";
  const v1::FindPlacementsResponse found = Find(Token(claims));
  ASSERT_EQ(found.warnings_size(), 1);
  EXPECT_EQ(found.warnings(0).code(), "VO_NOT_VISIBLE");
  EXPECT_THAT(found.warnings(0).message(), HasSubstr("lacks the scope \"groups\" of test"));
}

TEST_F(TokenTest, AnIssuerThatIsDownIsNotAReasonToRefuse) {
  issuer_.SetDown(true);
  Start();
  EXPECT_EQ(Flavors(Token(Claims({kMember}))), "TOKEN_NOT_VERIFIED ISSUER_UNAVAILABLE");
  EXPECT_EQ(Flavors(""), "open ");
}

// An issuer that hangs, as seen by callers with and without tokens.
TEST_F(TokenTest, NobodyElseWaitsForAnIssuer) {
  Start("userinfo");
  absl::Notification asked;
  absl::Notification answer;
  const Fetch fetch = issuer_.MakeFetch();
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.trusted_proxies = {"127.0.0.1"};
  options.clock = &clock_;
  options.policy =
      Parse(absl::StrCat(R"(
issuers:
  - {name: test, url: ")",
                         kIssuerUrl, R"(", audiences: [cis], groups_from: userinfo})", kRules));
  options.fetch = [&, fetch](const FetchRequest& request) -> absl::StatusOr<std::string> {
    if (absl::StrContains(request.url, "userinfo")) {
      if (!asked.HasBeenNotified()) asked.Notify();
      answer.WaitForNotification();
    }
    return fetch(request);
  };
  issuer_.Put("/userinfo", TestJson{{"sub", "alice"}, {"eduperson_entitlement", {kMember}}}.dump());
  const std::shared_ptr<const Snapshot> snapshot = server_->snapshot();
  server_ = *Server::Start(options);
  server_->Publish(snapshot);
  channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
  const std::string token = Token(Claims({}));
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 4; ++i) {
    waiting.push_back(std::async(std::launch::async, [&] { return Flavors(token); }));
  }
  asked.WaitForNotification();
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Flavors(""), "open ");
  answer.Notify();
  for (std::future<std::string>& one : waiting) EXPECT_EQ(one.get(), "open secret ");
}

TEST_F(TokenTest, ANewPolicyKeepsWhatIsKnownOfItsIssuers) {
  Start();
  const std::string token = Token(Claims({kMember}));
  EXPECT_EQ(Flavors(token), "open secret ");
  const int fetched = issuer_.Count("/keys");
  const std::string issuers =
      absl::StrCat(R"(issuers: [{name: test, url: ")", kIssuerUrl,
                   R"(", audiences: [cis], groups_from: token, scope: groups}])");
  server_->ReplacePolicy(Parse(issuers));
  EXPECT_EQ(Flavors(token), "open ");
  EXPECT_EQ(issuer_.Count("/keys"), fetched);
  server_->ReplacePolicy(Parse("rules: []"));
  EXPECT_EQ(Flavors(token), "TOKEN_REFUSED ");
}

TEST_F(TokenTest, NoLineOfTheLogHasATokenOrItsBearer) {
  Start();
  TestJson claims = Claims({kMember});
  claims["exp"] = Now() - 120;
  const std::string token = Token(claims);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Flavors(token), "TOKEN_REFUSED TOKEN_EXPIRED");
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("access.refused"));
  EXPECT_THAT(log, Not(HasSubstr("alice")));
  EXPECT_THAT(log, Not(HasSubstr(token.substr(0, 20))));
}

TEST_F(TokenTest, ARequestIdIsReturnedAndLogged) {
  Start();
  ::testing::internal::CaptureStderr();
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "mine-1");
  context.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  context.AddMetadata("authorization", "Bearer abc");
  v1::ListSitesResponse response;
  EXPECT_FALSE(v1::InventoryService::NewStub(channel_)
                   ->ListSites(&context, v1::ListSitesRequest(), &response)
                   .ok());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("request_id=mine-1"));
  EXPECT_THAT(log, HasSubstr("trace_id=4bf92f3577b34da6a3ce929d0e0e4736"));
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto at = trailing.find("x-request-id");
  ASSERT_NE(at, trailing.end());
  EXPECT_EQ(std::string(at->second.data(), at->second.size()), "mine-1");
}

}  // namespace
}  // namespace cis::server
