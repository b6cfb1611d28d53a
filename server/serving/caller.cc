// SPDX-License-Identifier: Apache-2.0
#include "server/serving/caller.h"

#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"

namespace cis::server {
namespace {

std::string ToString(const grpc::string_ref& text) { return {text.data(), text.size()}; }

// The last value of a header; nullopt if there is none.
std::optional<std::string> HeaderOf(const grpc::CallbackServerContext& call, const char* name) {
  const auto [begin, end] = call.client_metadata().equal_range(name);
  if (begin == end) return std::nullopt;
  return ToString(std::prev(end)->second);
}

std::optional<ClientCertificate> CertificateOf(const grpc::CallbackServerContext& call) {
  const std::shared_ptr<const grpc::AuthContext> context = call.auth_context();
  // TLS has verified the chain if it asked for a certificate; it is not asked for otherwise.
  if (context == nullptr || !context->IsPeerAuthenticated()) return std::nullopt;
  const auto subjects = context->FindPropertyValues(GRPC_X509_SUBJECT_PROPERTY_NAME);
  if (subjects.size() != 1) return std::nullopt;
  ClientCertificate certificate{ToString(subjects.front()), {}};
  for (const grpc::string_ref& san : context->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME)) {
    certificate.sans.push_back(ToString(san));
  }
  return certificate;
}

}  // namespace

PeerAddress PeerOf(absl::string_view peer) {
  if (!absl::ConsumePrefix(&peer, "ipv4:") && !absl::ConsumePrefix(&peer, "ipv6:")) return {};
  const size_t colon = peer.rfind(':');
  PeerAddress address;
  address.host =
      absl::StrReplaceAll(peer.substr(0, colon), {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
  if (colon == absl::string_view::npos ||
      !absl::SimpleAtoi(peer.substr(colon + 1), &address.port)) {
    return {};
  }
  return address;
}

CallSource SourceOf(const grpc::CallbackServerContext& call) {
  CallSource source;
  const std::string peer = call.peer();
  source.is_unix = absl::StartsWith(peer, "unix:");
  PeerAddress address = PeerOf(peer);
  source.address = std::move(address.host);
  source.port = address.port;
  source.certificate = CertificateOf(call);
  source.forwarded = HeaderOf(call, "forwarded").value_or("");
  source.x_forwarded_for = HeaderOf(call, "x-forwarded-for").value_or("");
  const auto [begin, end] = call.client_metadata().equal_range("authorization");
  if (begin != end) {
    source.authorization = std::next(begin) == end ? ToString(begin->second) : std::string();
  }
  source.request_id = HeaderOf(call, kRequestIdHeader).value_or("");
  if (!IsRequestId(source.request_id)) source.request_id = MakeRequestId();
  source.trace_id = TraceIdOf(HeaderOf(call, "traceparent").value_or(""));
  return source;
}

int64_t MetadataBytes(const grpc::CallbackServerContext& call) {
  size_t bytes = 0;
  for (const auto& [name, value] : call.client_metadata()) bytes += name.size() + value.size();
  return static_cast<int64_t>(bytes);
}

void TellRequestId(grpc::CallbackServerContext* call, const CallSource& source) {
  if (HeaderOf(*call, kRequestIdHeader) == source.request_id) {
    call->AddInitialMetadata(kRequestIdHeader, source.request_id);
  }
}

}  // namespace cis::server
