// SPDX-License-Identifier: Apache-2.0
#include "net/http/registered_domain.h"

#include <libpsl.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "net/http/url.h"

namespace cis {
namespace {

// Returns the newer of the library's own list and the list of the package publicsuffix; nullptr if
// there is none. Valid as long as the process.
const psl_ctx_t* List() {
  static const psl_ctx_t* const kList = psl_latest(nullptr);
  return kList;
}

// Labels of ASCII, none of them empty. libpsl would skip empty ones and compare other bytes as they
// are, without IDNA.
bool HasPlainLabels(absl::string_view host) {
  for (const absl::string_view label : absl::StrSplit(host, '.')) {
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
    });
    if (label.empty() || !plain) return false;
  }
  return true;
}

}  // namespace

std::string RegisteredDomain(absl::string_view host) {
  absl::ConsumeSuffix(&host, ".");
  const std::string lower = absl::AsciiStrToLower(host);
  if (IsIpAddress(lower) || !HasPlainLabels(lower) || !absl::StrContains(lower, '.')) return "";
  // libpsl takes the last two labels of a name under a top-level domain that it does not have.
  const char* const domain =
      List() == nullptr ? nullptr : psl_registrable_domain(List(), lower.c_str());
  return domain == nullptr ? "" : domain;
}

bool IsSameSite(absl::string_view host_a, absl::string_view host_b) {
  absl::ConsumeSuffix(&host_a, ".");
  absl::ConsumeSuffix(&host_b, ".");
  if (absl::EqualsIgnoreCase(host_a, host_b)) return !host_a.empty();
  const std::string domain = RegisteredDomain(host_a);
  return !domain.empty() && domain == RegisteredDomain(host_b);
}

}  // namespace cis
