// SPDX-License-Identifier: Apache-2.0

// The HTTP server over TLS.

#include <openssl/ssl.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "server/snapshot/holder.h"
#include "tests/component/http_server_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct FreeSsl {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

class HttpTlsTest : public HttpServerFixture {
 protected:
  void SetUp() override {
    for (const char* name : {"server", "renewed", "client", "stranger"}) {
      const std::string command = absl::StrCat(
          "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
          "-subj ",
          "/O=Example/CN=", name, " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ",
          dir_.File(absl::StrCat(name, ".key")), " -out ", dir_.File(absl::StrCat(name, ".pem")),
          " 2>/dev/null");
      ASSERT_EQ(std::system(command.c_str()), 0) << command;
    }
    Use("server");
    options_.tls = [this] { return material_.Current(); };
  }

  // What connections that begin from now on get.
  void Use(const std::string& name, const std::string& client_ca = "", bool is_optional = false) {
    TlsMaterial material;
    material.client_certificate_optional = is_optional;
    material.certificate_chain = ContentOf(dir_.File(name + ".pem"));
    material.private_key = ContentOf(dir_.File(name + ".key"));
    if (!client_ca.empty()) material.client_ca = ContentOf(dir_.File(client_ca + ".pem"));
    material_.Publish(std::make_shared<const TlsMaterial>(material));
  }

  // Asks for /peer, trusting the certificate `trusted`, with the certificate `own` ("" = none).
  // Returns "" if there is no connection.
  std::string Ask(const std::string& trusted, const std::string& own = "",
                  int max_version = TLS1_3_VERSION) {
    const std::unique_ptr<SSL_CTX, FreeSsl> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_security_level(context.get(), 0);  // so that the server decides
    SSL_CTX_set_max_proto_version(context.get(), max_version);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_load_verify_locations(context.get(), dir_.File(trusted + ".pem").c_str(), nullptr);
    if (!own.empty()) {
      SSL_CTX_use_certificate_file(context.get(), dir_.File(own + ".pem").c_str(),
                                   SSL_FILETYPE_PEM);
      SSL_CTX_use_PrivateKey_file(context.get(), dir_.File(own + ".key").c_str(), SSL_FILETYPE_PEM);
    }
    const RawClient client = Connect();
    const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), client.fd());
    if (SSL_connect(ssl.get()) != 1) return "";
    const std::string request = Get("/peer", "Connection: close\r\n");
    if (SSL_write(ssl.get(), request.data(), static_cast<int>(request.size())) <= 0) return "";
    std::string reply;
    char buffer[4096];
    int size = 0;
    while ((size = SSL_read(ssl.get(), buffer, sizeof buffer)) > 0) {
      reply.append(buffer, static_cast<size_t>(size));
    }
    const bool is_whole = SSL_get_error(ssl.get(), size) == SSL_ERROR_ZERO_RETURN;
    EXPECT_TRUE(reply.empty() || is_whole) << "the server does not say that it has sent all";
    return reply;
  }

  const TempDir dir_;
  Holder<TlsMaterial> material_;
};

TEST_F(HttpTlsTest, AnswersOverTlsOnly) {
  StartServer();
  EXPECT_THAT(Ask("server"), HasSubstr("\r\n\r\n127.0.0.1 unix=0 loopback=1 tls=1"));
  EXPECT_THAT(Ask("server", "", TLS1_2_VERSION), HasSubstr("tls=1"));
  EXPECT_EQ(Ask("server", "", TLS1_1_VERSION), "");
  EXPECT_EQ(Ask("stranger"), "");
  const std::string plain = Exchange(Get("/peer"));
  EXPECT_EQ(plain.find("HTTP/"), std::string::npos) << plain;
}

TEST_F(HttpTlsTest, UsesARenewedCertificateForNewConnections) {
  StartServer();
  EXPECT_THAT(Ask("server"), StartsWith("HTTP/1.1 200 "));
  Use("renewed");
  EXPECT_THAT(Ask("renewed"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(Ask("server"), "");
}

TEST_F(HttpTlsTest, KeepsTheCertificateIfTheNewOneCannotBeUsed) {
  StartServer();
  TlsMaterial broken;
  broken.certificate_chain = ContentOf(dir_.File("renewed.pem"));
  broken.private_key = ContentOf(dir_.File("stranger.key"));
  material_.Publish(std::make_shared<const TlsMaterial>(broken));
  EXPECT_THAT(Ask("server"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpTlsTest, RefusesToStartWithMaterialThatCannotBeUsed) {
  material_.Publish(std::make_shared<const TlsMaterial>());
  const auto server = HttpServer::Start(options_, [](const auto&, const auto&) {});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpTlsTest, RequiresTheCertificateOfAClientIfConfigured) {
  Use("server", "client");
  StartServer();
  EXPECT_THAT(Ask("server", "client"), HasSubstr("tls=1 CN=client,O=Example localhost,127.0.0.1"));
  EXPECT_EQ(Ask("server"), "");
  EXPECT_EQ(Ask("server", "stranger"), "");
}

TEST_F(HttpTlsTest, TakesTheCertificateOfAClientIfItHasOne) {
  Use("server", "client", true);
  StartServer();
  EXPECT_THAT(Ask("server", "client"), HasSubstr("tls=1 CN=client,O=Example localhost"));
  EXPECT_THAT(Ask("server"), HasSubstr("tls=1  "));
  EXPECT_EQ(Ask("server", "stranger"), "");
}

TEST_F(HttpTlsTest, CutsOffAHandshakeThatNeverEnds) {
  options_.times.handshake = absl::Milliseconds(50);
  StartServer();
  EXPECT_EQ(Connect().ReadToEnd(), "");
}

}  // namespace
}  // namespace cis::server
