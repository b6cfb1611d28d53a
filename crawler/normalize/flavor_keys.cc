// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/flavor_keys.h"

#include "absl/strings/strip.h"

namespace cis::crawler {

FlavorKeyRules::FlavorKeyRules(const Tables& tables) {
  for (const auto& row : tables.Rows("flavor_keys")) meanings_.emplace(row[0], row[1]);
}

absl::string_view FlavorKeyRules::MeaningOf(absl::string_view key) const {
  const auto known = meanings_.find(absl::StripPrefix(key, ":"));
  return known == meanings_.end() ? absl::string_view() : absl::string_view(known->second);
}

}  // namespace cis::crawler
