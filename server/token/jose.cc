// SPDX-License-Identifier: Apache-2.0
#include "server/token/jose.h"

#include <cjose/cjose.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "schema/base/check.h"

namespace cis::server {
namespace {

struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

}  // namespace

Sha256 DigestOf(absl::string_view text) {
  Sha256 digest{};
  CIS_CHECK(
      EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
      "OpenSSL has SHA-256");
  return digest;
}

Sha256 KeyedDigestOf(absl::string_view key, absl::string_view text) {
  Sha256 digest{};
  unsigned int size = 0;
  const unsigned char* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  CIS_CHECK(done != nullptr && size == digest.size(), "OpenSSL has HMAC-SHA-256");
  return digest;
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  CIS_CHECK(
      RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1,
      "the system has random numbers");
  return bytes;
}

std::optional<std::string> DecodeBase64Url(absl::string_view text) {
  if (text.empty() || text.size() % 4 == 1) return std::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_') {
      return std::nullopt;
    }
  }
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  return bytes;
}

std::optional<PublicKey> PublicKey::Import(absl::string_view jwk) {
  cjose_err error{};
  cjose_jwk_t* key = cjose_jwk_import(jwk.data(), jwk.size(), &error);
  if (key == nullptr) return std::nullopt;
  return PublicKey(
      std::shared_ptr<const void>(key, [key](const void*) { cjose_jwk_release(key); }));
}

std::optional<std::string> PublicKey::Verify(absl::string_view token) const {
  // cjose ends the process for some texts that are not base64url.
  for (const absl::string_view part : absl::StrSplit(token, '.')) {
    if (!DecodeBase64Url(part).has_value()) return std::nullopt;
  }
  cjose_err error{};
  const std::unique_ptr<cjose_jws_t, ReleaseJws> jws(
      cjose_jws_import(token.data(), token.size(), &error));
  if (jws == nullptr) return std::nullopt;
  if (!cjose_jws_verify(jws.get(), static_cast<const cjose_jwk_t*>(key_.get()), &error)) {
    return std::nullopt;
  }
  uint8_t* payload = nullptr;
  size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &error)) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(payload), size);
}

}  // namespace cis::server
