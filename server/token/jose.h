// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only file that knows cjose: keys and signatures. Nothing of cryptography is our own.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cis::server {

using Sha256 = std::array<uint8_t, 32>;

Sha256 DigestOf(absl::string_view text);

// The HMAC-SHA-256 of `text` under `key`.
Sha256 KeyedDigestOf(absl::string_view key, absl::string_view text);

// Returns that many bytes that nobody can guess.
std::string RandomBytes(size_t count);

// Decodes base64url without padding, line breaks or anything else; the text is not empty.
std::optional<std::string> DecodeBase64Url(absl::string_view text);

// A public key. Safe to use from any number of threads.
class PublicKey {
 public:
  // Imports a JWK that has only the members of a public key, whose numbers DecodeBase64Url can
  // decode. Returns nothing if cjose refuses it.
  static std::optional<PublicKey> Import(absl::string_view jwk);

  // Returns the payload of a compact JWS whose signature is of this key, by the algorithm that its
  // header names. Nothing otherwise.
  std::optional<std::string> Verify(absl::string_view token) const;

 private:
  explicit PublicKey(std::shared_ptr<const void> key) : key_(std::move(key)) {}

  std::shared_ptr<const void> key_;  // cjose_jwk_t
};

}  // namespace cis::server
