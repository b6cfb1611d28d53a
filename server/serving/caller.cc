// SPDX-License-Identifier: Apache-2.0
#include "server/serving/caller.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"

namespace cis::server {
namespace {

constexpr size_t kMaxAddressBytes = 64;

std::vector<std::string> PropertyOf(const grpc::AuthContext& context, const char* name) {
  std::vector<std::string> values;
  for (const grpc::string_ref& value : context.FindPropertyValues(name)) {
    values.emplace_back(value.data(), value.size());
  }
  return values;
}

}  // namespace

std::string AddressOfPeer(absl::string_view peer) {
  if (!absl::ConsumePrefix(&peer, "ipv4:") && !absl::ConsumePrefix(&peer, "ipv6:")) return "";
  const absl::string_view host = peer.substr(0, peer.rfind(':'));
  return absl::StrReplaceAll(host, {{"%5B", ""}, {"%5D", ""}, {"[", ""}, {"]", ""}});
}

bool IsLocalPeer(absl::string_view peer, bool trusts_loopback) {
  if (absl::StartsWith(peer, "unix:")) return true;
  const std::string address = AddressOfPeer(peer);
  return trusts_loopback && (absl::StartsWith(address, "127.") || address == "::1" ||
                             absl::StartsWith(address, "::ffff:127."));
}

Caller CallerOf(const grpc::CallbackServerContext& call, bool trusts_loopback) {
  Caller caller;
  caller.is_local = IsLocalPeer(call.peer(), trusts_loopback);
  const std::shared_ptr<const grpc::AuthContext> context = call.auth_context();
  // TLS has verified the chain if it asked for a certificate; it is not asked for otherwise.
  if (context != nullptr && context->IsPeerAuthenticated()) {
    const std::vector<std::string> subject = PropertyOf(*context, GRPC_X509_SUBJECT_PROPERTY_NAME);
    if (subject.size() == 1) {
      caller.certificate =
          ClientCertificate{subject.front(), PropertyOf(*context, GRPC_X509_SAN_PROPERTY_NAME)};
    }
  }
  return caller;
}

std::optional<std::string> ForwardedAddress(absl::string_view forwarded,
                                            absl::string_view x_forwarded_for) {
  // A proxy adds what it knows at the end; what is before may come from the caller.
  absl::string_view value;
  if (!forwarded.empty()) {
    const absl::string_view last = forwarded.substr(forwarded.rfind(',') + 1);
    for (absl::string_view pair : absl::StrSplit(last, ';')) {
      pair = absl::StripAsciiWhitespace(pair);
      if (absl::StartsWithIgnoreCase(pair, "for=")) value = pair.substr(4);
    }
  } else {
    value = x_forwarded_for.substr(x_forwarded_for.rfind(',') + 1);
  }
  value = absl::StripAsciiWhitespace(value);
  if (absl::ConsumePrefix(&value, "\"")) absl::ConsumeSuffix(&value, "\"");
  if (absl::ConsumePrefix(&value, "[")) {
    value = value.substr(0, value.find(']'));  // IPv6, with a port or not
  } else if (std::count(value.begin(), value.end(), ':') == 1) {
    value = value.substr(0, value.find(':'));  // IPv4 with a port
  }
  const bool is_address =
      !value.empty() && value.size() <= kMaxAddressBytes &&
      value.find_first_not_of("0123456789abcdefABCDEF.:%") == absl::string_view::npos;
  if (!is_address) return std::nullopt;
  return std::string(value);
}

std::optional<std::string> ForwardedAddressOf(const grpc::CallbackServerContext& call) {
  const auto last_of = [&call](const char* name) {
    absl::string_view last;
    const auto [begin, end] = call.client_metadata().equal_range(name);
    for (auto it = begin; it != end; ++it) last = {it->second.data(), it->second.size()};
    return last;
  };
  return ForwardedAddress(last_of("forwarded"), last_of("x-forwarded-for"));
}

std::optional<std::string> TokenOf(const grpc::CallbackServerContext& call) {
  const auto [begin, end] = call.client_metadata().equal_range("authorization");
  if (begin == end) return std::nullopt;
  if (std::next(begin) != end) return "";
  absl::string_view value(begin->second.data(), begin->second.size());
  // The scheme has any case (RFC 7235 section 2.1).
  if (!absl::StartsWithIgnoreCase(value, "bearer ")) return "";
  value.remove_prefix(7);
  return std::string(absl::StripAsciiWhitespace(value));
}

}  // namespace cis::server
