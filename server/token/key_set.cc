// SPDX-License-Identifier: Apache-2.0
#include "server/token/key_set.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "server/token/strict_json.h"

namespace cis::server {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxKeys = 64;
constexpr size_t kMinRsaBytes = 256;   // 2048 bits
constexpr size_t kMaxRsaBytes = 1024;  // more only costs time
constexpr size_t kMaxExponentBytes = 4;

constexpr struct {
  absl::string_view algorithm;
  absl::string_view family;
} kAlgorithms[] = {
    {"RS256", "RSA"}, {"RS384", "RSA"},   {"RS512", "RSA"},   {"PS256", "RSA"},   {"PS384", "RSA"},
    {"PS512", "RSA"}, {"ES256", "P-256"}, {"ES384", "P-384"}, {"ES512", "P-521"},
};

// The text of a member; empty if it is absent or no text.
std::string TextOf(const Json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// The bytes that a base64url text stands for; 0 if it is none.
size_t BytesOf(const std::string& text) {
  const std::optional<std::string> bytes = DecodeBase64Url(text);
  return bytes.has_value() ? bytes->size() : 0;
}

// Whether a key may verify signatures, as far as it says.
bool IsForSignatures(const Json& jwk) {
  if (jwk.contains("use") && TextOf(jwk, "use") != "sig") return false;
  const auto operations = jwk.find("key_ops");
  return operations == jwk.end() ||
         (operations->is_array() && std::any_of(operations->begin(), operations->end(),
                                                [](const Json& op) { return op == "verify"; }));
}

// The members of the public key alone, so that nothing else of `jwk` matters; null if there is no
// such key. `family` gets its kind.
Json PublicPartOf(const Json& jwk, std::string* family) {
  const std::string kty = TextOf(jwk, "kty");
  if (kty == "RSA") {
    const size_t modulus = BytesOf(TextOf(jwk, "n"));
    const size_t exponent = BytesOf(TextOf(jwk, "e"));
    if (modulus < kMinRsaBytes || modulus > kMaxRsaBytes || exponent == 0 ||
        exponent > kMaxExponentBytes) {
      return nullptr;
    }
    *family = kty;
    return Json{{"kty", kty}, {"n", TextOf(jwk, "n")}, {"e", TextOf(jwk, "e")}};
  }
  if (kty == "EC") {
    if (BytesOf(TextOf(jwk, "x")) == 0 || BytesOf(TextOf(jwk, "y")) == 0) return nullptr;
    *family = TextOf(jwk, "crv");
    return Json{{"kty", kty}, {"crv", *family}, {"x", TextOf(jwk, "x")}, {"y", TextOf(jwk, "y")}};
  }
  return nullptr;
}

}  // namespace

absl::string_view KeyFamilyOf(absl::string_view algorithm) {
  for (const auto& row : kAlgorithms) {
    if (row.algorithm == algorithm) return row.family;
  }
  return "";
}

std::optional<KeySet> KeySet::Parse(absl::string_view text) {
  const std::optional<Json> document = ParseStrictObject(text);
  if (!document.has_value()) return std::nullopt;
  const auto jwks = document->find("keys");
  if (jwks == document->end() || !jwks->is_array()) return std::nullopt;
  KeySet set;
  for (const Json& jwk : *jwks) {
    if (set.keys_.size() == kMaxKeys) break;
    if (!jwk.is_object() || !IsForSignatures(jwk)) continue;
    std::string family;
    const Json part = PublicPartOf(jwk, &family);
    if (part.is_null()) continue;
    const std::string algorithm = TextOf(jwk, "alg");
    if (jwk.contains("alg") && KeyFamilyOf(algorithm) != family) continue;
    std::optional<PublicKey> key = PublicKey::Import(part.dump());
    if (key.has_value()) {
      set.keys_.push_back({TextOf(jwk, "kid"), family, algorithm, *std::move(key)});
    }
  }
  return set;
}

const PublicKey* KeySet::Find(absl::string_view kid, absl::string_view algorithm) const {
  const absl::string_view family = KeyFamilyOf(algorithm);
  const PublicKey* found = nullptr;
  for (const Key& key : keys_) {
    if (key.family != family || (!key.algorithm.empty() && key.algorithm != algorithm)) continue;
    if (!kid.empty()) {
      if (key.kid == kid) return &key.key;
      continue;
    }
    if (found != nullptr) return nullptr;
    found = &key.key;
  }
  return found;
}

}  // namespace cis::server
