// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace cis::server {

// Names persons in logs and limits without saying who they are: without the key, nobody can
// find the person, not even by trying all subjects of an issuer. Immutable.
class CallerDigest {
 public:
  // `key` is kept; an empty one is replaced by a random one, so that digests of two starts of the
  // server differ.
  explicit CallerDigest(std::string key);

  // Returns 16 hexadecimal digits (HMAC-SHA-256, cut to 64 bits) of the subject of an issuer.
  std::string Of(absl::string_view issuer_url, absl::string_view subject) const;

 private:
  const std::string key_;
};

}  // namespace cis::server
