// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/token/jose.h"

namespace cis::server {

// The keys of an issuer that can verify signatures. Immutable.
class KeySet {
 public:
  // Reads a JWK set. Keys that are of no use (symmetric, for encryption, too short, not known) are
  // left out, and so are all after the first 64. Returns nothing if it is no JWK set.
  static std::optional<KeySet> Parse(absl::string_view text);

  // Returns the key with the id `kid` that fits `algorithm`; without an id, the only key that fits.
  // nullptr if there is none, or more than one for a token without an id. Lives as long as the set.
  const PublicKey* Find(absl::string_view kid, absl::string_view algorithm) const;

  size_t size() const { return keys_.size(); }

 private:
  struct Key {
    std::string kid;
    std::string family;     // "RSA", "P-256"...
    std::string algorithm;  // the only one; empty = any of the family
    PublicKey key;
  };

  std::vector<Key> keys_;
};

// Returns the kind of key that signs by `algorithm`, such as "RSA" or "P-256". Empty for an
// algorithm that is never accepted: `none`, HMAC, anything unknown.
absl::string_view KeyFamilyOf(absl::string_view algorithm);

}  // namespace cis::server
