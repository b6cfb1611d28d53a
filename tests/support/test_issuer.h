// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keys that OpenSSL makes and signs with, and an issuer that publishes them without a network.

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "schema/base/mutex.h"
#include "server/token/fetch.h"

namespace cis::server {

using TestJson = nlohmann::json;

inline std::string Base64Url(absl::string_view bytes) {
  std::string text = absl::WebSafeBase64Escape(bytes);
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

// A key pair.
class TestKey {
 public:
  static TestKey Rsa() { return TestKey(EVP_RSA_gen(2048), "RSA"); }
  static TestKey Ec() { return TestKey(EVP_EC_gen("P-256"), "EC"); }

  std::string Sign(absl::string_view text) const {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> ctx(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    size_t size = 0;
    EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(ctx.get(), nullptr, &size, data, text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                   text.size());
    signature.resize(size);
    return kty_ == "EC" ? Raw(signature) : signature;
  }

  TestJson Jwk(const std::string& kid) const {
    TestJson jwk{{"kty", kty_}, {"kid", kid}, {"use", "sig"}};
    if (kty_ == "RSA") {
      jwk["n"] = Number(OSSL_PKEY_PARAM_RSA_N);
      jwk["e"] = Number(OSSL_PKEY_PARAM_RSA_E);
    } else {
      jwk["crv"] = "P-256";
      jwk["x"] = Number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
      jwk["y"] = Number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    }
    return jwk;
  }

 private:
  TestKey(EVP_PKEY* key, std::string kty) : key_(key, EVP_PKEY_free), kty_(std::move(kty)) {}

  static std::string Bytes(const BIGNUM* number, int size) {
    std::string bytes(static_cast<size_t>(size), '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), size);
    return bytes;
  }

  // r and s of a DER signature, one after the other.
  static std::string Raw(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string raw =
        Bytes(ECDSA_SIG_get0_r(signature), 32) + Bytes(ECDSA_SIG_get0_s(signature), 32);
    ECDSA_SIG_free(signature);
    return raw;
  }

  std::string Number(const char* name, int size = 0) const {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &number);
    std::string text = Base64Url(Bytes(number, size == 0 ? BN_num_bytes(number) : size));
    BN_free(number);
    return text;
  }

  std::shared_ptr<EVP_PKEY> key_;
  std::string kty_;
};

inline const TestKey& RsaKey() {
  static const TestKey key = TestKey::Rsa();
  return key;
}
inline const TestKey& OtherRsaKey() {
  static const TestKey key = TestKey::Rsa();
  return key;
}
inline const TestKey& EcKey() {
  static const TestKey key = TestKey::Ec();
  return key;
}

inline std::string MakeToken(const TestKey& key, const std::string& header,
                             const std::string& payload) {
  const std::string text = absl::StrCat(Base64Url(header), ".", Base64Url(payload));
  return absl::StrCat(text, ".", Base64Url(key.Sign(text)));
}

inline constexpr char kIssuerUrl[] = "https://issuer.example.org/realm";

// An issuer whose documents tests may change.
class TestIssuer {
 public:
  TestIssuer() {
    Put("/.well-known/openid-configuration",
        TestJson{{"issuer", kIssuerUrl},
                 {"jwks_uri", absl::StrCat(kIssuerUrl, "/keys")},
                 {"userinfo_endpoint", absl::StrCat(kIssuerUrl, "/userinfo")}}
            .dump());
    PutKeys({RsaKey().Jwk("k1"), EcKey().Jwk("k2")});
  }

  void Put(const std::string& path, absl::StatusOr<std::string> body) {
    MutexLock lock(&mu_);
    documents_.insert_or_assign(absl::StrCat(kIssuerUrl, path), std::move(body));
  }
  void PutKeys(const std::vector<TestJson>& keys) { Put("/keys", TestJson{{"keys", keys}}.dump()); }
  void SetDown(bool is_down) { is_down_ = is_down; }
  int Count(const std::string& path) {
    MutexLock lock(&mu_);
    return counts_[absl::StrCat(kIssuerUrl, path)];
  }

  Fetch MakeFetch() {
    return [this](const FetchRequest& request) -> absl::StatusOr<std::string> {
      MutexLock lock(&mu_);
      ++counts_[request.url];
      if (is_down_) return absl::UnavailableError("down");
      const auto at = documents_.find(request.url);
      if (at == documents_.end()) return absl::NotFoundError("no such document");
      return at->second;
    };
  }

 private:
  Mutex mu_;
  std::map<std::string, absl::StatusOr<std::string>> documents_;
  std::map<std::string, int> counts_;
  std::atomic<bool> is_down_{false};
};

}  // namespace cis::server
