// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which hosts belong to one registered domain, by the public suffix list (publicsuffix.org). This
// decides which hosts receive tokens, so in case of doubt hosts do not belong together.

#include <string>

#include "absl/strings/string_view.h"

namespace cis {

// Returns the domain that is registered under a public suffix: "cesga.es" for "nova.cesga.es",
// "a.krakow.pl" for "nova.a.krakow.pl", "a.github.io" for "a.github.io". A top-level domain that is
// not in the list ("internal") is a public suffix itself. Upper case and one final dot are ignored;
// non-ASCII names must be in their ASCII form (xn--...). Returns "" for addresses, names of one
// label, public suffixes and texts that are not a host name.
std::string RegisteredDomain(absl::string_view host);

// Returns true if both hosts are equal or belong to one registered domain. A host without a
// registered domain matches only itself.
bool IsSameSite(absl::string_view host_a, absl::string_view host_b);

}  // namespace cis
