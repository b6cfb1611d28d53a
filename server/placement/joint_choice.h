#pragma once

// One option for each of several groups of machines, so that a project may have them together.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "server/placement/quota_book.h"
#include "server/placement/work.h"

namespace cis::server {

// The number of the option of each of the first groups.
using JointOptions = std::vector<size_t>;

// What there is to choose from, and what decides. Both functions are asked for the first groups
// alone too. They must be monotone: further groups take nothing away from the needs, and never make
// fit what does not.
struct JointChoice {
  std::vector<size_t> option_counts;  // of each group
  int64_t steps = 0;                  // that both functions together cost once (work.h)
  // What these options need, and the groups after them at least.
  std::function<QuotaNeeds(const JointOptions&)> needs;
  // Whether they go together whatever the quotas are.
  std::function<bool(const JointOptions&)> fits;
};

// Returns the first options in lexicographic order that the quotas allow and that fit: the best for
// the first group, then for the second... Nothing if there are none, or if `work` ends.
std::optional<JointOptions> ChooseTogether(const JointChoice& choice, const QuotaBook& quotas,
                                           Work* work);

// Returns the first quota, in the order of QuotaResource, that leaves no options which the ones
// before it allow, with the least that such options need of it. Nothing if the quotas allow some
// options, fitting or not, or if `work` ends.
std::optional<Reason> WhyNotTogether(const JointChoice& choice, const QuotaBook& quotas,
                                     Work* work);

}  // namespace cis::server
