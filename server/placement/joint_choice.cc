// SPDX-License-Identifier: Apache-2.0
#include "server/placement/joint_choice.h"

#include <cstdint>

namespace cis::server {
namespace {

// Searches depth first for the first options that are accepted; if the options of the first groups
// are rejected, they are not tried with those of the others.
template <typename Accepts>
std::optional<JointOptions> FirstAccepted(const JointChoice& choice, Work* work, Accepts accepts) {
  const std::vector<size_t>& option_counts = choice.option_counts;
  JointOptions options;
  if (!accepts(options)) return std::nullopt;
  if (option_counts.empty()) return options;
  options.push_back(0);
  while (true) {
    if (!work->Spend(choice.steps)) return std::nullopt;
    if (options.back() == option_counts[options.size() - 1]) {
      options.pop_back();
      if (options.empty()) return std::nullopt;
      ++options.back();
    } else if (!accepts(options)) {
      ++options.back();
    } else if (options.size() == option_counts.size()) {
      return options;
    } else {
      options.push_back(0);
    }
  }
}

// The needs of the first `count` resources.
QuotaNeeds FirstOf(QuotaNeeds needs, size_t count) {
  for (size_t i = count; i < needs.size(); ++i) needs[i] = 0;
  return needs;
}

// Returns the least that options need of a resource, among those that the quotas of the resources
// before it allow.
int64_t LeastNeed(const JointChoice& choice, const QuotaBook& quotas, size_t resource, Work* work) {
  int64_t least = INT64_MAX;
  while (true) {
    const std::optional<JointOptions> better =
        FirstAccepted(choice, work, [&](const JointOptions& options) {
          const QuotaNeeds needs = choice.needs(options);
          return quotas.Allows(FirstOf(needs, resource)) && needs[resource] < least;
        });
    if (!better) return least;
    least = choice.needs(*better)[resource];
  }
}

}  // namespace

std::optional<JointOptions> ChooseTogether(const JointChoice& choice, const QuotaBook& quotas,
                                           Work* work) {
  return FirstAccepted(choice, work, [&](const JointOptions& options) {
    return quotas.Allows(choice.needs(options)) && choice.fits(options);
  });
}

std::optional<Reason> WhyNotTogether(const JointChoice& choice, const QuotaBook& quotas,
                                     Work* work) {
  for (size_t i = 0; i < QuotaNeeds().size(); ++i) {
    const bool allowed = FirstAccepted(choice, work, [&](const JointOptions& options) {
                           return quotas.Allows(FirstOf(choice.needs(options), i + 1));
                         }).has_value();
    if (work->end() != Work::End::kNotYet) return std::nullopt;
    if (allowed) continue;
    QuotaNeeds needs{};
    needs[i] = LeastNeed(choice, quotas, i, work);
    if (work->end() != Work::End::kNotYet) return std::nullopt;
    bool unknown = false;
    return quotas.Check(needs, &unknown);
  }
  return std::nullopt;
}

}  // namespace cis::server
