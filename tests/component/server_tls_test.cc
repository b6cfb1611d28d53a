// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "tests/component/server_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Makes `name`.pem and `name`.key, a certificate for localhost that signs itself.
void MakeCertificate(const TempDir& dir, const std::string& name) {
  const std::string command = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=",
      name, " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ", dir.File(name + ".key"),
      " -out ", dir.File(name + ".pem"), " 2>/dev/null");
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    MakeCertificate(dir_, "server");
    MakeCertificate(dir_, "client");
    MakeCertificate(dir_, "stranger");
    tls_.certificate_chain = ReadFile(dir_.File("server.pem"));
    tls_.private_key = ReadFile(dir_.File("server.key"));
  }

  void StartServer() {
    ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = tls_;
    auto server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    server_->Publish(Snapshot::Build(CatalogBuilder().Select("SITE-A", "ops").Build()));
  }

  // Lists sites with the certificate of `client` ("" = none), trusting the server's.
  grpc::Status Call(const std::string& client, bool plain = false) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = tls_.certificate_chain;
    if (!client.empty()) {
      options.pem_cert_chain = ReadFile(dir_.File(client + ".pem"));
      options.pem_private_key = ReadFile(dir_.File(client + ".key"));
    }
    const auto stub = v1::InventoryService::NewStub(
        grpc::CreateChannel(server_->address(), plain ? grpc::InsecureChannelCredentials()
                                                      : grpc::SslCredentials(options)));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::ListSitesResponse response;
    return stub->ListSites(&context, {}, &response);
  }

  const TempDir dir_;
  TlsMaterial tls_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, ServesOverTlsOnly) {
  StartServer();
  const grpc::Status status = Call("");
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(Call("", true).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, RequiresAClientCertificateIfConfigured) {
  tls_.client_ca = ReadFile(dir_.File("client.pem"));
  StartServer();
  const grpc::Status status = Call("client");
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(Call("").error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Call("stranger").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, UsesANewCertificateForNewConnections) {
  StartServer();
  ASSERT_TRUE(Call("").ok());
  const TlsMaterial old = tls_;
  MakeCertificate(dir_, "renewed");
  tls_.certificate_chain = ReadFile(dir_.File("renewed.pem"));
  tls_.private_key = ReadFile(dir_.File("renewed.key"));
  EXPECT_EQ(Call("").error_code(), grpc::StatusCode::UNAVAILABLE);
  const absl::Status status = server_->ReplaceCertificate(tls_);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(Call("").ok());
  tls_ = old;
  EXPECT_EQ(Call("").error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TlsTest, KeepsACertificateThatWorks) {
  StartServer();
  const absl::Time expire_time = server_->certificate_expire_time();
  TlsMaterial wrong = tls_;
  wrong.private_key = ReadFile(dir_.File("stranger.key"));
  EXPECT_EQ(server_->ReplaceCertificate(wrong).code(), absl::StatusCode::kInvalidArgument);
  wrong = tls_;
  wrong.client_ca = ReadFile(dir_.File("client.pem"));
  EXPECT_EQ(server_->ReplaceCertificate(wrong).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Call("").ok());
  EXPECT_EQ(server_->certificate_expire_time(), expire_time);
}

TEST_F(TlsTest, RefusesAKeyOfAnotherCertificate) {
  tls_.private_key = ReadFile(dir_.File("stranger.key"));
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.tls = tls_;
  EXPECT_EQ(Server::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
  options.tls.private_key = "not a key";
  EXPECT_EQ(Server::Start(options).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cis::server
