// SPDX-License-Identifier: Apache-2.0
#include "net/http/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "net/http/http_error.h"

namespace cis {
namespace {

constexpr size_t kMaxUrlBytes = 8192;  // far above any link with a marker in it

absl::Status BadUrl(absl::string_view text, absl::string_view why) {
  return MakeError(absl::StatusCode::kInvalidArgument, ErrorClass::kConfig,
                   absl::StrCat("URL \"", RedactUrl(text), "\": ", why));
}

int DefaultPort(absl::string_view scheme) { return scheme == "https" ? 443 : 80; }

using Ipv4 = std::array<uint8_t, 4>;
using Ipv6 = std::array<uint8_t, 16>;

// `family` is AF_INET or AF_INET6.
template <typename Address>
std::optional<Address> ParseIp(int family, absl::string_view text) {
  Address address;
  if (inet_pton(family, std::string(text).c_str(), address.data()) != 1) return std::nullopt;
  return address;
}

std::optional<Ipv4> ParseIpv4(absl::string_view text) { return ParseIp<Ipv4>(AF_INET, text); }

std::optional<Ipv6> ParseIpv6(absl::string_view text) { return ParseIp<Ipv6>(AF_INET6, text); }

// True if a C library would read `label` as a number.
bool IsNumericLabel(absl::string_view label) {
  if (absl::StartsWith(label, "0x")) return true;
  return !label.empty() && std::all_of(label.begin(), label.end(),
                                       [](unsigned char c) { return absl::ascii_isdigit(c); });
}

bool IsHostName(absl::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  for (absl::string_view label : absl::StrSplit(host, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-') return false;
    for (char c : label) {
      if (!absl::ascii_isalnum(c) && c != '-' && c != '_') return false;
    }
  }
  return true;
}

std::string RemoveDotSegments(absl::string_view path) {
  std::vector<absl::string_view> kept;
  const std::vector<absl::string_view> parts = absl::StrSplit(path, '/');
  for (size_t i = 1; i < parts.size(); ++i) {  // parts[0] is what stands before the first "/"
    const bool last = i + 1 == parts.size();
    if (parts[i] == "." || parts[i] == "..") {
      if (parts[i] == ".." && !kept.empty()) kept.pop_back();
      if (last) kept.emplace_back("");
    } else {
      kept.push_back(parts[i]);
    }
  }
  return absl::StrCat("/", absl::StrJoin(kept, "/"));
}

absl::Status ParseHostPort(absl::string_view text, absl::string_view authority, Url* url) {
  absl::string_view host = authority;
  absl::string_view port;
  bool has_port = false;
  if (absl::ConsumePrefix(&host, "[")) {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return BadUrl(text, "the host's \"[\" is not closed");
    port = host.substr(end + 1);
    host = host.substr(0, end);
    has_port = absl::ConsumePrefix(&port, ":");
    if (!has_port && !port.empty()) return BadUrl(text, "only \":PORT\" may follow \"]\"");
    if (!ParseIpv6(host)) return BadUrl(text, "the host is not an IPv6 address");
  } else {
    const size_t colon = host.find(':');
    if (colon != absl::string_view::npos) {
      has_port = true;
      port = host.substr(colon + 1);
      host = host.substr(0, colon);
    }
    host = absl::StripSuffix(host, ".");
    const std::string lower = absl::AsciiStrToLower(host);
    if (!IsHostName(lower)) {
      return BadUrl(text, "the host must be a name of letters, digits, \"-\" and \".\"");
    }
    const size_t dot = lower.rfind('.');
    if (IsNumericLabel(dot == std::string::npos ? lower : lower.substr(dot + 1)) &&
        !ParseIpv4(lower)) {
      return BadUrl(text, "an IPv4 address is written as four decimal numbers");
    }
  }
  url->host = absl::AsciiStrToLower(host);
  url->port = DefaultPort(url->scheme);
  if (has_port && !port.empty()) {
    if (!absl::SimpleAtoi(port, &url->port) || url->port < 1 || url->port > 65535 ||
        !IsNumericLabel(port)) {
      return BadUrl(text, absl::StrCat("port \"", port, "\" must be 1 to 65535"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Url> ParseUrl(absl::string_view text) {
  if (text.size() > kMaxUrlBytes) {
    return BadUrl(text.substr(0, 100), absl::StrCat("it has ", text.size(), " bytes; at most ",
                                                    kMaxUrlBytes, " are read"));
  }
  for (char c : text) {
    if (!absl::ascii_isgraph(c)) {
      return BadUrl(text, "spaces, control and non-ASCII characters must be percent-encoded");
    }
  }
  const size_t scheme_end = text.find("://");
  if (scheme_end == absl::string_view::npos) {
    return BadUrl(text, "it must start with https:// or http://");
  }
  Url url;
  url.scheme = absl::AsciiStrToLower(text.substr(0, scheme_end));
  if (url.scheme != "http" && url.scheme != "https") {
    return BadUrl(text, "it must start with https:// or http://");
  }
  absl::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t authority_end = rest.find_first_of("/?\\");
  const absl::string_view authority = rest.substr(0, authority_end);
  rest = authority_end == absl::string_view::npos ? "" : rest.substr(authority_end);
  if (absl::StrContains(authority, "@")) {
    return BadUrl(text, "a user or password in it is not allowed; credentials have their own keys");
  }
  if (absl::StrContains(rest.substr(0, rest.find('?')), "\\")) {
    return BadUrl(text, "\"\\\" is not allowed");
  }
  const absl::Status host = ParseHostPort(text, authority, &url);
  if (!host.ok()) return host;
  const size_t question = rest.find('?');
  if (question != absl::string_view::npos) {
    url.query = std::string(rest.substr(question + 1));
    rest = rest.substr(0, question);
  }
  url.path = RemoveDotSegments(rest.empty() ? "/" : rest);
  return url;
}

std::string FormatOrigin(const Url& url) {
  const bool ipv6 = absl::StrContains(url.host, ":");
  return absl::StrCat(url.scheme, "://", ipv6 ? "[" : "", url.host, ipv6 ? "]" : "",
                      url.port == DefaultPort(url.scheme) ? "" : absl::StrCat(":", url.port));
}

std::string FormatUrl(const Url& url) {
  return absl::StrCat(FormatOrigin(url), url.path, url.query.empty() ? "" : "?", url.query);
}

absl::StatusOr<Url> JoinUrl(const Url& base, absl::string_view reference) {
  reference = absl::StripAsciiWhitespace(reference);
  reference = reference.substr(0, reference.find('#'));
  // A scheme is the part before a ":" that is not preceded by "/" or "?".
  const size_t mark = reference.find_first_of(":/?");
  if (mark != absl::string_view::npos && reference[mark] == ':') return ParseUrl(reference);
  if (absl::StartsWith(reference, "//")) return ParseUrl(absl::StrCat(base.scheme, ":", reference));
  if (reference.empty()) return base;
  Url joined = base;
  joined.query.clear();
  std::string target;
  if (reference.front() == '?') {
    target = absl::StrCat(base.path, reference);
  } else if (reference.front() == '/') {
    target = std::string(reference);
  } else {
    target = absl::StrCat(base.path.substr(0, base.path.rfind('/') + 1), reference);
  }
  return ParseUrl(absl::StrCat(FormatOrigin(base), target));
}

bool IsIpAddress(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return ParseIpv4(host).has_value() || ParseIpv6(host).has_value();
}

namespace {

HostClass ClassifyIpv4(const Ipv4& a) {
  if (a[0] == 127 || a[0] == 0) return HostClass::kLoopback;
  if (a[0] == 169 && a[1] == 254) return HostClass::kLinkLocal;
  // Metadata services that are not at 169.254.169.254: Alibaba's and Oracle's.
  if (a == Ipv4{100, 100, 100, 200} || a == Ipv4{192, 0, 0, 192}) return HostClass::kLinkLocal;
  if (a[0] == 10 || (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) ||
      (a[0] == 100 && (a[1] & 0xc0) == 64)) {
    return HostClass::kPrivate;
  }
  return HostClass::kPublic;
}

HostClass ClassifyIpv6(const Ipv6& a) {
  const bool zero_start = std::all_of(a.begin(), a.begin() + 10, [](uint8_t b) { return b == 0; });
  // ::ffff:a.b.c.d reaches a.b.c.d.
  if (zero_start && a[10] == 0xff && a[11] == 0xff) {
    return ClassifyIpv4({a[12], a[13], a[14], a[15]});
  }
  if (std::all_of(a.begin(), a.begin() + 15, [](uint8_t b) { return b == 0; }) && a[15] <= 1) {
    return HostClass::kLoopback;
  }
  if (a[0] == 0xfe && (a[1] & 0xc0) == 0x80) return HostClass::kLinkLocal;
  // Amazon's metadata service.
  if (a == Ipv6{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}) {
    return HostClass::kLinkLocal;
  }
  // Other ways to write an IPv4 address: ::a.b.c.d, NAT64 (64:ff9b::a.b.c.d), 6to4
  // (2002:a.b.c.d::).
  if (std::all_of(a.begin(), a.begin() + 12, [](uint8_t b) { return b == 0; })) {
    return ClassifyIpv4({a[12], a[13], a[14], a[15]});
  }
  static constexpr std::array<uint8_t, 12> kNat64 = {0, 0x64, 0xff, 0x9b};
  if (std::equal(kNat64.begin(), kNat64.end(), a.begin())) {
    return ClassifyIpv4({a[12], a[13], a[14], a[15]});
  }
  if (a[0] == 0x20 && a[1] == 0x02) return ClassifyIpv4({a[2], a[3], a[4], a[5]});
  if ((a[0] & 0xfe) == 0xfc) return HostClass::kPrivate;
  return HostClass::kPublic;
}

}  // namespace

HostClass ClassifyHost(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  if (const std::optional<Ipv4> address = ParseIpv4(host)) return ClassifyIpv4(*address);
  if (const std::optional<Ipv6> address = ParseIpv6(host)) return ClassifyIpv6(*address);
  absl::ConsumeSuffix(&host, ".");
  const std::string lower = absl::AsciiStrToLower(host);
  if (lower == "localhost" || absl::EndsWith(lower, ".localhost")) return HostClass::kLoopback;
  return HostClass::kPublic;
}

std::string RedactUrl(absl::string_view url) {
  url = url.substr(0, url.find('#'));
  std::string whole(url);
  if (const size_t start = whole.find("://"); start != std::string::npos) {
    const size_t end = std::min(whole.find_first_of("/?", start + 3), whole.size());
    const absl::string_view authority = absl::string_view(whole).substr(0, end).substr(start + 3);
    const absl::string_view port = authority.substr(authority.rfind(':') + 1);
    // A password may contain "/" or "?"; then what looks like a port is not a number.
    const bool odd_port = absl::StrContains(authority, ":") && !absl::StartsWith(authority, "[") &&
                          !IsNumericLabel(port);
    const size_t at = whole.rfind('@', odd_port ? std::string::npos : end);
    if (at != std::string::npos && at > start) whole.replace(start + 3, at - start - 3, "***");
  }
  const size_t question = whole.find('?');
  const std::string head = whole.substr(0, question);
  std::string out = head;
  if (question != std::string::npos) {
    static constexpr absl::string_view kSecret[] = {"token",     "secret", "passw",    "pwd",
                                                    "signature", "sig",    "code",     "credential",
                                                    "key",       "auth",   "assertion"};
    std::vector<std::string> pairs;
    for (absl::string_view pair : absl::StrSplit(whole.substr(question + 1), '&')) {
      const absl::string_view name = pair.substr(0, pair.find('='));
      const std::string lower = absl::AsciiStrToLower(name);
      const bool secret = std::any_of(std::begin(kSecret), std::end(kSecret),
                                      [&](auto word) { return absl::StrContains(lower, word); });
      pairs.push_back(secret ? absl::StrCat(name, "=***") : std::string(pair));
    }
    absl::StrAppend(&out, "?", absl::StrJoin(pairs, "&"));
  }
  for (char& c : out) {
    if (!absl::ascii_isgraph(c)) c = '?';
  }
  return out;
}

}  // namespace cis
