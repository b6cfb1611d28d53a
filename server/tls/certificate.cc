// SPDX-License-Identifier: Apache-2.0
#include "server/tls/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/base/time_text.h"

namespace cis::server {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

BioPtr ReaderOf(const std::string& pem) {
  BioPtr reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  CIS_CHECK(reader != nullptr, "there is memory for a reader");
  return reader;
}

absl::Status Wrong(absl::string_view part, absl::string_view what) {
  ERR_clear_error();  // of this thread; gRPC uses the same library
  return absl::InvalidArgumentError(absl::StrCat("the ", part, " ", what));
}

// Otherwise OpenSSL asks for a password on the terminal.
int NoPassword(char*, int, int, void*) { return 0; }

absl::StatusOr<std::vector<CertificatePtr>> ReadCertificates(absl::string_view part,
                                                             const std::string& pem) {
  std::vector<CertificatePtr> certificates;
  const BioPtr reader = ReaderOf(pem);
  while (
      CertificatePtr certificate{PEM_read_bio_X509(reader.get(), nullptr, NoPassword, nullptr)}) {
    certificates.push_back(std::move(certificate));
  }
  const unsigned long error = ERR_peek_last_error();  // NOLINT(google-runtime-int): OpenSSL's type
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  if (certificates.empty() || !at_end) {
    return Wrong(part, certificates.empty()
                           ? "has no certificate; it must be PEM: -----BEGIN CERTIFICATE-----"
                           : absl::StrCat("is damaged after certificate ", certificates.size()));
  }
  ERR_clear_error();
  return certificates;
}

absl::StatusOr<KeyPtr> ReadKey(const std::string& pem) {
  const BioPtr reader = ReaderOf(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassword, nullptr));
  if (key != nullptr) return key;
  if (absl::StrContains(pem, "ENCRYPTED")) return Wrong("key", "is encrypted; decrypt it");
  return Wrong("key", "is no private key; it must be PEM: -----BEGIN PRIVATE KEY-----");
}

absl::StatusOr<absl::Time> ToTime(const ASN1_TIME* time) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(time, &utc) != 1) return Wrong("certificate", "has a time that is not valid");
  return absl::FromTM(utc, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<Validity> ReadMaterial(const TlsMaterial& material) {
  CIS_ASSIGN_OR_RETURN(const std::vector<CertificatePtr> chain,
                       ReadCertificates("certificate", material.certificate_chain));
  CIS_ASSIGN_OR_RETURN(const KeyPtr key, ReadKey(material.private_key));
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    return Wrong("key", "does not belong to the certificate");
  }
  if (!material.client_ca.empty()) {
    CIS_RETURN_IF_ERROR(ReadCertificates("client CA", material.client_ca).status());
  }
  Validity validity{absl::InfinitePast(), absl::InfiniteFuture()};
  for (const CertificatePtr& certificate : chain) {
    CIS_ASSIGN_OR_RETURN(const absl::Time begin, ToTime(X509_get0_notBefore(certificate.get())));
    CIS_ASSIGN_OR_RETURN(const absl::Time expire, ToTime(X509_get0_notAfter(certificate.get())));
    validity.begin_time = std::max(validity.begin_time, begin);
    validity.expire_time = std::min(validity.expire_time, expire);
  }
  return validity;
}

absl::StatusOr<Validity> CheckMaterial(const TlsMaterial& material, absl::Time now) {
  CIS_ASSIGN_OR_RETURN(const Validity validity, ReadMaterial(material));
  if (now > validity.expire_time) {
    return Wrong("certificate", absl::StrCat("expired at ", FormatSecond(validity.expire_time)));
  }
  if (now < validity.begin_time) {
    return Wrong("certificate",
                 absl::StrCat("is not valid before ", FormatSecond(validity.begin_time)));
  }
  return validity;
}

}  // namespace cis::server
