// SPDX-License-Identifier: Apache-2.0
#pragma once

// The choice of one option for each of several groups of machines, so that a project can have them
// together.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/placement/quota_book.h"
#include "server/placement/work.h"

namespace cis::server {

// The number of the chosen option of each of the first groups.
using JointOptions = std::vector<size_t>;

// The options, and the functions that decide between them. Both functions are also called for the
// first groups alone. They must be monotone: further groups never reduce the needs, and never make
// options fit that did not.
struct JointChoice {
  std::vector<size_t> option_counts;  // of each group
  int64_t steps = 0;                  // that one call of both functions costs (work.h)
  // Returns what these options need, and the groups after them at least.
  std::function<QuotaNeeds(const JointOptions&)> needs;
  // Returns whether the options fit together, ignoring quotas.
  std::function<bool(const JointOptions&)> fits;
};

// Returns the first options in lexicographic order that the quotas allow and that fit: the best for
// the first group, then for the second, and so on. Nothing if there are none, or if `work` ends.
std::optional<JointOptions> ChooseTogether(const JointChoice& choice, const QuotaBook& quotas,
                                           Work* work);

// Returns the reason of the first quota, in the order of QuotaResource, that excludes all options
// that the quotas before it allow, with the least that such options need of it. Nothing if the
// quotas allow some options, fitting or not, or if `work` ends.
std::optional<Reason> WhyNotTogether(const JointChoice& choice, const QuotaBook& quotas,
                                     Work* work);

}  // namespace cis::server
