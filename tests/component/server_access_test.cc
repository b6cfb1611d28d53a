// SPDX-License-Identifier: Apache-2.0

// Who may see what, over real connections.

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "schema/base/read_file.h"
#include "server/policy/policy_file.h"
#include "tests/component/server_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPolicy[] = R"(
rules:
  - who: {client_certificate: {san: portal.example.org}}
    may: {vos: [ops]}
)";

// A server that takes connections over loopback for strangers, as behind a proxy, and one Unix
// socket of which it knows better.
class AccessTest : public ::testing::Test {
 protected:
  void Start(const std::string& policy, const std::string& listen = "127.0.0.1:0") {
    ServerOptions options;
    options.listen_address = listen;
    options.trusted_proxies = {"127.0.0.1"};
    options.tls = tls_;
    options.rates = rates_;
    if (!policy.empty()) options.policy = Parse(policy);
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    CatalogBuilder builder;
    builder.Select("SITE-A", "ops");
    Flavor own = MakeFlavor("secret-flavor");
    own.is_public = false;
    builder.AddFlavor(MakeFlavor("open-flavor"));
    builder.AddFlavor(own);
    builder.AddImage(MakeImage("open-image"));
    server_->Publish(Snapshot::Build(builder.Build(1)));
  }

  static std::shared_ptr<const Policy> Parse(const std::string& text) {
    absl::StatusOr<Policy> policy = ParsePolicy("test", text);
    EXPECT_TRUE(policy.ok()) << policy.status();
    return policy.ok() ? std::make_shared<const Policy>(*std::move(policy)) : nullptr;
  }

  std::shared_ptr<grpc::Channel> Connect(const std::string& client = "") {
    if (tls_ == TlsMaterial()) {
      return grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    }
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = tls_.certificate_chain;
    if (!client.empty()) {
      options.pem_cert_chain = Read(client + ".pem");
      options.pem_private_key = Read(client + ".key");
    }
    return grpc::CreateChannel(server_->address(), grpc::SslCredentials(options));
  }

  // The names of all flavors, or the reason why there is no answer.
  std::string Flavors(const std::shared_ptr<grpc::Channel>& channel,
                      const std::string& token = "") {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", token);
    v1::ListFlavorsRequest request;
    request.set_parent("sites/-");
    v1::ListFlavorsResponse response;
    const grpc::Status status =
        v1::InventoryService::NewStub(channel)->ListFlavors(&context, request, &response);
    if (!status.ok()) return ErrorInfoOf(status).reason();
    std::string names;
    for (const v1::Flavor& flavor : response.flavors()) {
      absl::StrAppend(&names, flavor.display_name(), " ");
    }
    return names;
  }

  void MakeCertificate(const std::string& name) {
    const std::string command = absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ",
        "-subj /CN=", name, " -addext subjectAltName=DNS:", name,
        ".example.org,IP:127.0.0.1 -keyout ", dir_.File(name + ".key"), " -out ",
        dir_.File(name + ".pem"), " 2>/dev/null");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  std::string Read(const std::string& name) {
    return ReadTextFile(dir_.File(name), 1 << 20).value_or("");
  }

  const TempDir dir_;
  TlsMaterial tls_;
  RateLimits rates_;
  std::unique_ptr<Server> server_;
};

TEST_F(AccessTest, WithoutAPolicyOnlyProcessesOfTheMachineMayAsk) {
  Start("");
  EXPECT_EQ(Flavors(Connect()), "ACCESS_DENIED");
}

TEST_F(AccessTest, AServerInsideAProcessAnswersIt) {
  Start("", "");
  EXPECT_EQ(Flavors(server_->InProcessChannel()), "open-flavor secret-flavor ");
}

TEST_F(AccessTest, AUnixSocketIsOfTheMachine) {
  Start("", absl::StrCat("unix:", dir_.File("cis.sock")));
  EXPECT_EQ(Flavors(Connect()), "open-flavor secret-flavor ");
}

TEST_F(AccessTest, AnonymousCallersSeeWhatIsPublic) {
  Start(kPolicy);
  const auto channel = Connect();
  EXPECT_EQ(Flavors(channel), "open-flavor ");

  grpc::ClientContext list_context;
  v1::ListSharesRequest list;
  list.set_parent("sites/-");
  v1::ListSharesResponse shares;
  const auto inventory = v1::InventoryService::NewStub(channel);
  ASSERT_TRUE(inventory->ListShares(&list_context, list, &shares).ok());
  ASSERT_EQ(shares.shares_size(), 1);
  EXPECT_EQ(shares.shares(0).vo(), "ops");
  EXPECT_EQ(shares.shares(0).project_id(), "");

  grpc::ClientContext find_context;
  v1::FindPlacementsRequest find;
  find.mutable_query()->add_vos("ops");
  v1::FindPlacementsResponse found;
  ASSERT_TRUE(
      v1::PlacementService::NewStub(channel)->FindPlacements(&find_context, find, &found).ok());
  EXPECT_EQ(found.placements_size(), 0);
  ASSERT_EQ(found.warnings_size(), 1);
  EXPECT_EQ(found.warnings(0).code(), "VO_NOT_VISIBLE");
}

TEST_F(AccessTest, ATokenThatProvesNothingIsRefused) {
  Start(kPolicy);
  EXPECT_EQ(Flavors(Connect(), "Bearer abc"), "TOKEN_REFUSED");
  EXPECT_EQ(Flavors(Connect(), "Basic abc"), "TOKEN_REFUSED");
}

TEST_F(AccessTest, AClientCertificateHasTheRightsOfItsRule) {
  for (const char* name : {"server", "portal", "stranger"}) MakeCertificate(name);
  tls_ = {Read("server.pem"), Read("server.key"), Read("portal.pem") + Read("stranger.pem")};
  Start(kPolicy);
  EXPECT_EQ(Flavors(Connect("portal")), "open-flavor secret-flavor ");
  EXPECT_EQ(Flavors(Connect("stranger")), "open-flavor ");
}

TEST_F(AccessTest, ACertificateMayBeOptional) {
  for (const char* name : {"server", "portal", "foreign"}) MakeCertificate(name);
  tls_ = {Read("server.pem"), Read("server.key"), Read("portal.pem")};
  Start(kPolicy);
  EXPECT_EQ(Flavors(Connect()), "");  // UNAVAILABLE, of the transport
  tls_.client_certificate_optional = true;
  Start(kPolicy);
  EXPECT_EQ(Flavors(Connect()), "open-flavor ");
  EXPECT_EQ(Flavors(Connect("portal")), "open-flavor secret-flavor ");
  EXPECT_EQ(Flavors(Connect("foreign")), "");
}

TEST_F(AccessTest, ACallerThatAsksTooFastIsToldWhenToAskAgain) {
  rates_ = {.per_second = 0.001, .burst = 2};
  Start(kPolicy);
  const auto channel = Connect();
  EXPECT_EQ(Flavors(channel), "open-flavor ");
  EXPECT_EQ(Flavors(channel), "open-flavor ");
  EXPECT_EQ(Flavors(Connect()), "RATE_LIMITED");
  Start(kPolicy, absl::StrCat("unix:", dir_.File("cis.sock")));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Flavors(Connect()), "open-flavor secret-flavor ");
}

TEST_F(AccessTest, APolicyIsReplacedUnderTheServer) {
  Start(kPolicy);
  const auto channel = Connect();
  EXPECT_EQ(Flavors(channel), "open-flavor ");
  server_->ReplacePolicy(Parse("rules: [{who: {anonymous: true}, may: {vos: all}}]"));
  EXPECT_EQ(Flavors(channel), "open-flavor secret-flavor ");
}

TEST_F(AccessTest, ARefusalIsLoggedWithTheAddressThatTheProxySays) {
  Start("");
  ::testing::internal::CaptureStderr();
  grpc::ClientContext context;
  context.AddMetadata("x-forwarded-for", "127.0.0.1, 192.0.2.7");
  v1::ListSitesResponse response;
  EXPECT_EQ(v1::InventoryService::NewStub(Connect())
                ->ListSites(&context, v1::ListSitesRequest(), &response)
                .error_code(),
            grpc::StatusCode::PERMISSION_DENIED);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("access.refused"));
  EXPECT_THAT(log, HasSubstr("method=ListSites"));
  EXPECT_THAT(log, HasSubstr("address=192.0.2.7"));
  EXPECT_THAT(log, Not(HasSubstr("address=127.0.0.1")));
}

}  // namespace
}  // namespace cis::server
