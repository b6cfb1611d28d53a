// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the flavors or images of a list have in common when none of them passes all checks.

#include <algorithm>
#include <cstdint>

#include "absl/numeric/bits.h"
#include "absl/types/span.h"
#include "server/placement/checks.h"

namespace cis::server {

// Returns the first check in a set, which must not be empty.
inline uint32_t FirstOf(Checks checks) { return static_cast<uint32_t>(absl::countr_zero(checks)); }

// The check that excludes the last members of a list, if each member is excluded by the first check
// that it fails.
struct Blocking {
  uint32_t check = 0;
  // The checks before it that exclude some member. `check` excludes every member that passes all of
  // these.
  Checks passed = 0;
  Checks failed_by_all = 0;  // by every member of the list, whatever excluded it before
};

// Returns the blocking check of a list, given the checks that each member fails. The list must not
// be empty, and each member must fail a check.
inline Blocking BlockingOf(absl::Span<const Checks> failures) {
  Blocking out;
  out.failed_by_all = ~Checks{0};
  for (const Checks failure : failures) {
    out.check = std::max(out.check, FirstOf(failure));
    out.passed |= 1U << FirstOf(failure);
    out.failed_by_all &= failure;
  }
  out.passed &= ~(1U << out.check);
  return out;
}

// Returns the checks of a set for which `reports` is false: they pass because nothing is reported.
template <typename Check, typename Reports>
Checks WithoutReport(Checks checks, Reports reports) {
  Checks out = 0;
  for (Checks rest = checks; rest != 0; rest &= rest - 1) {
    const auto check = static_cast<Check>(FirstOf(rest));
    if (!reports(check)) out |= Bit(check);
  }
  return out;
}

}  // namespace cis::server
