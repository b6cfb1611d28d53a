// SPDX-License-Identifier: Apache-2.0
#include "server/serving/server_credentials.h"

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "grpc/grpc.h"
#include "grpc/grpc_security.h"
#include "schema/base/check.h"
#include "schema/base/mutex.h"

namespace cis::server {
namespace {

// gRPC's C++ interface has credentials whose files it watches itself, but it would use a pair that
// does not match, and an expired one. Its C interface asks us when a connection begins.
class Renewable final : public grpc::ServerCredentials {
 public:
  explicit Renewable(const Holder<TlsMaterial>* material) : material_(material) {
    grpc_ssl_server_credentials_options* options =
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            RequestOf(*material->Current()), Fetch, this);
    credentials_ = grpc_ssl_server_credentials_create_with_options(options);
    CIS_CHECK(credentials_ != nullptr, "the material was read before");
  }
  Renewable(const Renewable&) = delete;
  Renewable& operator=(const Renewable&) = delete;
  ~Renewable() override { grpc_server_credentials_release(credentials_); }

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& processor) override {
    CIS_CHECK(processor == nullptr, "nothing of ours sets a processor");
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_client_certificate_request_type RequestOf(const TlsMaterial& material) {
    if (material.client_ca.empty()) return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
    return material.client_certificate_optional
               ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
               : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    return static_cast<Renewable*>(self)->Renew(config);
  }

  grpc_ssl_certificate_config_reload_status Renew(grpc_ssl_server_certificate_config** config) {
    std::shared_ptr<const TlsMaterial> current = material_->Current();
    const MutexLock lock(&mu_);
    if (current == used_) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    const grpc_ssl_pem_key_cert_pair pair = {current->private_key.c_str(),
                                             current->certificate_chain.c_str()};
    // gRPC wants certificates here that it reads but does not use if no client is asked for its
    // own.
    const std::string& client_ca =
        current->client_ca.empty() ? current->certificate_chain : current->client_ca;
    *config = grpc_ssl_server_certificate_config_create(client_ca.c_str(), &pair, 1);
    used_ = std::move(current);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const Holder<TlsMaterial>* const material_;
  grpc_server_credentials* credentials_ = nullptr;
  Mutex mu_;
  std::shared_ptr<const TlsMaterial> used_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> RenewableCredentials(const Holder<TlsMaterial>* material) {
  return std::make_shared<Renewable>(material);
}

}  // namespace cis::server
