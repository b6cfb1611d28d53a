// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "schema/base/mutex.h"
#include "server/http/http_message.h"
#include "server/tls/certificate.h"

struct ssl_st;
namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace cis::server {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// Returns what TLS connections are made with: TLS 1.2 or later, OpenSSL's defaults otherwise. With
// a client CA, a client must present a certificate that it has signed. Returns INVALID_ARGUMENT if
// `material` cannot be used.
absl::StatusOr<TlsContext> MakeTlsContext(const TlsMaterial& material);

// Makes a context once per material. Safe to use from any number of threads.
class TlsContexts {
 public:
  // `material` returns what is used now; not set: there is no TLS.
  explicit TlsContexts(std::function<std::shared_ptr<const TlsMaterial>()> material)
      : material_(std::move(material)) {}

  // Returns what connections that begin now use; null without TLS. Material that cannot be used is
  // logged, and what was used before stays. Returns INVALID_ARGUMENT if there is nothing before.
  absl::StatusOr<TlsContext> Current();

 private:
  const std::function<std::shared_ptr<const TlsMaterial>()> material_;
  Mutex mu_;
  std::shared_ptr<const TlsMaterial> seen_ ABSL_GUARDED_BY(mu_);
  TlsContext context_ ABSL_GUARDED_BY(mu_);
};

// Fills in the client certificate, if there is one, of a connection whose handshake is done.
void ReadClientCertificate(ssl_st* connection, HttpPeer* peer);

}  // namespace cis::server
