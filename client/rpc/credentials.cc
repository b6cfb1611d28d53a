// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/credentials.h"

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/rpc/target_kind.h"
#include "client/token/bearer_token.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

constexpr size_t kMaxPemBytes = 4 << 20;

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  absl::StatusOr<std::string> text = ReadTextFile(path, kMaxPemBytes, FileKind::kRegularOrPipe);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat(text.status().message(), "; write the path of a PEM file"));
  }
  if (text->find("-----BEGIN") == std::string::npos) {
    return absl::NotFoundError(absl::StrCat(
        "\"", path, "\" is not a readable PEM file; it must contain -----BEGIN ...-----"));
  }
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsCredentialsOf(
    const ChannelOptions& options) {
  grpc::SslCredentialsOptions ssl;
  CIS_ASSIGN_OR_RETURN(ssl.pem_root_certs, ReadPem(options.tls_ca));
  CIS_ASSIGN_OR_RETURN(ssl.pem_cert_chain, ReadPem(options.tls_cert));
  CIS_ASSIGN_OR_RETURN(ssl.pem_private_key, ReadPem(options.tls_key));
  return grpc::SslCredentials(ssl);
}

// Adds the token to each call. gRPC's own class for tokens refuses loopback.
class TokenPlugin final : public grpc::MetadataCredentialsPlugin {
 public:
  explicit TokenPlugin(const BearerToken& token) : value_(absl::StrCat("Bearer ", token.value)) {}
  bool IsBlocking() const override { return false; }
  grpc::Status GetMetadata(grpc::string_ref /*url*/, grpc::string_ref /*method*/,
                           const grpc::AuthContext& /*channel*/,
                           std::multimap<grpc::string, grpc::string>* metadata) override {
    metadata->emplace("authorization", value_);
    return grpc::Status::OK;
  }
  grpc::string DebugString() override { return "a bearer token"; }

 private:
  const std::string value_;
};

std::shared_ptr<grpc::ChannelCredentials> WithToken(
    const std::shared_ptr<grpc::ChannelCredentials>& channel, const BearerToken& token,
    grpc_security_level level) {
  return grpc::CompositeChannelCredentials(channel,
                                           grpc::experimental::MetadataCredentialsFromPlugin(
                                               std::make_unique<TokenPlugin>(token), level));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(
    const ChannelOptions& options) {
  if (options.tls || !options.tls_ca.empty() || !options.tls_cert.empty()) {
    CIS_ASSIGN_OR_RETURN(std::shared_ptr<grpc::ChannelCredentials> tls, TlsCredentialsOf(options));
    if (!options.token.has_value()) return tls;
    return WithToken(tls, *options.token, GRPC_PRIVACY_AND_INTEGRITY);
  }
  if (!options.token.has_value()) return grpc::InsecureChannelCredentials();
  const TargetKind kind = KindOfTarget(options.server);
  if (kind == TargetKind::kNetwork) {
    return absl::FailedPreconditionError(absl::StrCat(
        options.token->source, " is not sent to ", options.server,
        " in plain text, where others can read it; use --tls, or --tls-ca PEM for a certificate "
        "authority of your own, or send no token"));
  }
  // These credentials refuse a connection that turns out to lead elsewhere.
  const auto local =
      grpc::experimental::LocalCredentials(kind == TargetKind::kUnixSocket ? UDS : LOCAL_TCP);
  return WithToken(local, *options.token, GRPC_SECURITY_NONE);
}

}  // namespace cis::client
