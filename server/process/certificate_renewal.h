// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/tls/certificate.h"

namespace cis::server {

// The files of --tls-cert, --tls-key and --client-ca; empty = not given.
struct CertificatePaths {
  std::string certificate;
  std::string key;
  std::string client_ca;
  bool client_certificate_optional = false;
};

// Reads the files, which may be pipes. Returns INVALID_ARGUMENT naming the flag if one of them
// cannot be read or is empty.
absl::StatusOr<TlsMaterial> ReadCertificateFiles(const CertificatePaths& paths);

// Looks whether the files have changed, and has what they hold now used. What cannot be used is
// logged once, and what was used before stays. Poll from one thread.
class CertificateRenewal {
 public:
  // `used` is what ReadCertificateFiles returned first. `replace` uses material from now on, or
  // returns why it cannot.
  using Replace = std::function<absl::Status(const TlsMaterial& material)>;
  CertificateRenewal(CertificatePaths paths, TlsMaterial used, Replace replace);

  // Does nothing without TLS, or if one of the files is a pipe, which can be read once only.
  void Poll();

  // Whether the last poll found material that cannot be used. May be called from any thread.
  bool failed() const { return failed_; }

 private:
  absl::Status Renew();

  const CertificatePaths paths_;
  const Replace replace_;
  const bool is_renewable_;
  TlsMaterial used_;
  std::string reported_;  // the problem that was logged last; empty = none
  std::atomic<bool> failed_ = false;
};

}  // namespace cis::server
