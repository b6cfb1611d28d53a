// SPDX-License-Identifier: Apache-2.0
#pragma once

// Extra specs that state the architecture of a flavor's hosts (data/flavor_keys.tsv).

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

class FlavorKeyRules {
 public:
  explicit FlavorKeyRules(const Tables& tables);

  // Returns the column "meaning" for a key in lower case, with or without a leading ":"; empty if
  // the table does not have the key.
  absl::string_view MeaningOf(absl::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> meanings_;
};

}  // namespace cis::crawler
