// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cis::server {

// PEM texts. All empty = no TLS.
struct TlsMaterial {
  std::string certificate_chain;  // the server's certificate first, then those that signed it
  std::string private_key;        // not encrypted
  std::string client_ca;          // not empty: clients need a certificate that one of these signed

  bool client_certificate_optional = false;  // clients without one may connect too

  friend bool operator==(const TlsMaterial&, const TlsMaterial&) = default;
};

// When all certificates of a chain are valid.
struct Validity {
  absl::Time begin_time;
  absl::Time expire_time;
};

// Returns when the chain of `material` is valid. Returns INVALID_ARGUMENT, naming the part
// ("certificate", "key" or "client CA") and what is wrong with it: a text that holds no PEM of its
// kind, a key that is encrypted or that does not belong to the first certificate.
absl::StatusOr<Validity> ReadMaterial(const TlsMaterial& material);

// The same, and INVALID_ARGUMENT if a certificate of the chain is not valid at `now`: it has
// expired, or is not valid yet.
absl::StatusOr<Validity> CheckMaterial(const TlsMaterial& material, absl::Time now);

}  // namespace cis::server
