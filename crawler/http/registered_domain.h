#pragma once

// Which hosts belong to one registered domain, by the public suffix list (publicsuffix.org).
// Decides who receives tokens, so that in doubt hosts do not belong together.

#include <string>

#include "absl/strings/string_view.h"

namespace cis::crawler {

// The domain that somebody registered under a public suffix: "cesga.es" of "nova.cesga.es",
// "a.krakow.pl" of "nova.a.krakow.pl", "a.github.io" of "a.github.io". A top-level domain that the
// list does not have ("internal") is a public suffix itself. Upper case and one final dot do not
// matter; non-ASCII names must be in their ASCII form (xn--...).
// Returns "" for addresses, names of one label, public suffixes and what is not a host name.
std::string RegisteredDomain(absl::string_view host);

// True if both hosts are equal or belong to one registered domain. Whatever has no registered
// domain matches only itself.
bool IsSameSite(absl::string_view host_a, absl::string_view host_b);

}  // namespace cis::crawler
