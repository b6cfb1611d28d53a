// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// A parsed http or https URL. Fragments are dropped. Equal URLs have equal fields: scheme and host
// are in lower case, the port is always set, dot segments are removed from the path.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, no final dot, no brackets around an IPv6 address
  int port = 0;        // 1..65535
  std::string path;    // starts with "/"; percent escapes unchanged
  std::string query;   // without "?"; empty = none

  friend bool operator==(const Url&, const Url&) = default;
};

// Returns INVALID_ARGUMENT naming `text` (without its secrets) if it is not an absolute http or
// https URL, names a user, or spells its host in a form that programs read differently (127.1,
// 0x7f.1, percent escapes, non-ASCII).
absl::StatusOr<Url> ParseUrl(absl::string_view text);

// Returns `url` as text, the inverse of ParseUrl; the scheme's default port is left out.
std::string FormatUrl(const Url& url);

// Returns "https://host:5000"; the scheme's default port is left out. Two URLs with equal origins
// may share a token.
std::string FormatOrigin(const Url& url);

// Resolves `reference` (absolute, "//host/x", "/x", "?q", "x") against `base` according to RFC
// 3986. Returns the errors of ParseUrl.
absl::StatusOr<Url> JoinUrl(const Url& base, absl::string_view reference);

// The class of a host, from its name alone; names are not looked up.
enum class HostClass {
  kPublic,
  kLoopback,   // 127/8, ::1, 0.0.0.0, ::, localhost, *.localhost
  kLinkLocal,  // 169.254/16, fe80::/10, and the other addresses of clouds' metadata services
  kPrivate,    // 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7
};
// `host` is an address (an IPv6 address with or without brackets) or a name. For an IPv6 address
// with an embedded IPv4 address (mapped, compatible, NAT64, 6to4), the IPv4 address decides.
HostClass ClassifyHost(absl::string_view host);

// Returns true if `host` is an IPv4 or IPv6 address.
bool IsIpAddress(absl::string_view host);

// Returns `url` in a form for errors and logs: no user, no fragment, and "***" for the values of
// query parameters that may be secret (token, key, password, signature, code, ...). Accepts any
// text.
std::string RedactUrl(absl::string_view url);

}  // namespace cis
