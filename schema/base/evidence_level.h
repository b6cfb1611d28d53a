// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace cis {

// What `EvidenceLevel` returns, in words.
inline constexpr char kEvidenceLevels[] =
    "A asserted by an operator or the publisher, B observed, C stated by the API, D inferred, E "
    "read "
    "from names";

// Returns the level of a piece of evidence, 'A' (the strongest) to 'E', by its source
// (Evidence::source): `override:FILE`, `subnets`, `property:os_distro`, `table:logins`, `name`.
char EvidenceLevel(absl::string_view source);

}  // namespace cis
