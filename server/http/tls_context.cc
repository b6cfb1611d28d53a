// SPDX-License-Identifier: Apache-2.0
#include "server/http/tls_context.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

namespace ssl = boost::asio::ssl;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeX509 {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeNames {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

std::string SubjectOf(const X509* certificate) {
  const std::unique_ptr<BIO, FreeBio> text(BIO_new(BIO_s_mem()));
  CIS_CHECK(text != nullptr, "there is memory for a subject");
  X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(text.get(), &bytes);  // NOLINT(google-runtime-int)
  return size > 0 ? std::string(bytes, static_cast<size_t>(size)) : "";
}

std::string TextOf(const ASN1_STRING* text) {
  const unsigned char* bytes = ASN1_STRING_get0_data(text);
  return {bytes, bytes + ASN1_STRING_length(text)};
}

// Returns "" for a name of another kind.
std::string TextOf(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return TextOf(name.d.dNSName);
    case GEN_URI:
      return TextOf(name.d.uniformResourceIdentifier);
    case GEN_EMAIL:
      return TextOf(name.d.rfc822Name);
    case GEN_IPADD: {
      const std::string bytes = TextOf(name.d.iPAddress);
      const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
      char text[INET6_ADDRSTRLEN] = "";
      if (bytes.size() != 4 && bytes.size() != 16) return "";
      return inet_ntop(family, bytes.data(), text, sizeof text) == nullptr ? "" : text;
    }
    default:
      return "";
  }
}

std::vector<std::string> AlternativeNamesOf(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    std::string text = TextOf(*sk_GENERAL_NAME_value(names.get(), i));
    // A NUL would hide what follows it where C strings are compared.
    const bool has_nul = text.find('\0') != std::string::npos;
    if (!text.empty() && !has_nul) texts.push_back(std::move(text));
  }
  return texts;
}

absl::Status StatusOf(absl::string_view part, const boost::system::error_code& error) {
  ERR_clear_error();  // of this thread; gRPC uses the same library
  if (!error) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the ", part, " cannot be used for HTTP: ", error.message()));
}

}  // namespace

absl::StatusOr<TlsContext> MakeTlsContext(const TlsMaterial& material) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  // A session that is resumed has shown its certificate to the CAs of then, not to those of now.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);  // those of idle connections
  boost::system::error_code error;
  // Otherwise OpenSSL asks for the password of a key on the terminal.
  context->set_password_callback([](size_t, ssl::context::password_purpose) { return ""; }, error);
  context->use_certificate_chain(boost::asio::buffer(material.certificate_chain), error);
  CIS_RETURN_IF_ERROR(StatusOf("certificate", error));
  context->use_private_key(boost::asio::buffer(material.private_key), ssl::context::pem, error);
  CIS_RETURN_IF_ERROR(StatusOf("key", error));
  if (!material.client_ca.empty()) {
    context->add_certificate_authority(boost::asio::buffer(material.client_ca), error);
    CIS_RETURN_IF_ERROR(StatusOf("client CA", error));
    const ssl::verify_mode needs_one =
        material.client_certificate_optional ? 0 : ssl::verify_fail_if_no_peer_cert;
    context->set_verify_mode(ssl::verify_peer | needs_one);
  }
  return context;
}

absl::StatusOr<TlsContext> TlsContexts::Current() {
  if (!material_) return nullptr;
  const std::shared_ptr<const TlsMaterial> material = material_();
  MutexLock lock(&mu_);
  if (material == seen_) return context_;
  absl::StatusOr<TlsContext> made = MakeTlsContext(*material);
  if (made.ok()) {
    context_ = *std::move(made);
  } else if (context_ == nullptr) {
    return made.status();
  } else {
    Log(LogLevel::kWarning, "http.certificate_not_replaced", {{"error", made.status().message()}});
  }
  seen_ = material;
  return context_;
}

void ReadClientCertificate(ssl_st* connection, HttpPeer* peer) {
  const std::unique_ptr<X509, FreeX509> certificate(SSL_get1_peer_certificate(connection));
  if (certificate == nullptr) return;
  peer->has_certificate = true;
  peer->certificate_subject = SubjectOf(certificate.get());
  peer->certificate_sans = AlternativeNamesOf(certificate.get());
}

}  // namespace cis::server
