// SPDX-License-Identifier: Apache-2.0
#include "server/http/http_message.h"

#include "absl/strings/match.h"

namespace cis::server {

std::optional<absl::string_view> HttpRequest::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (absl::EqualsIgnoreCase(key, name)) return value;
  }
  return std::nullopt;
}

bool IsFromThisMachine(const HttpRequest& request) {
  if (request.peer.is_unix) return true;
  if (!request.peer.is_loopback) return false;
  for (const char* proxy : {"Forwarded", "X-Forwarded-For", "Via"}) {
    if (request.Header(proxy).has_value()) return false;
  }
  absl::string_view host = request.Header("Host").value_or("localhost");
  if (absl::StartsWith(host, "[")) return host.substr(0, host.find(']') + 1) == "[::1]";
  host = host.substr(0, host.find(':'));
  const bool is_literal = host.find_first_not_of("0123456789.") == absl::string_view::npos;
  return absl::EqualsIgnoreCase(host, "localhost") ||
         (is_literal && absl::StartsWith(host, "127."));
}

}  // namespace cis::server
