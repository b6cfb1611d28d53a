// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/vendor_builds.h"

#include <algorithm>

#include "absl/strings/str_split.h"

namespace cis::crawler {

VendorBuildRules::VendorBuildRules(const Tables& tables) {
  for (const auto& row : tables.Rows("vendor_builds")) {
    rows_.push_back({row[0], absl::StrSplit(row[1], ' ', absl::SkipEmpty())});
  }
}

bool VendorBuildRules::Match(absl::string_view distro, const std::vector<Token>& tokens) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    if (row.distro != distro) return false;
    auto word = row.words.begin();
    for (const Token& token : tokens) {
      if (word != row.words.end() && token.text == *word) ++word;
    }
    return word == row.words.end();
  });
}

}  // namespace cis::crawler
