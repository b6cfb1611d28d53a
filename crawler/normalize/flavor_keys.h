#pragma once

// Extra specs that tell the architecture of a flavor's hosts (data/flavor_keys.tsv).

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis {

class FlavorKeyRules {
 public:
  explicit FlavorKeyRules(const Tables& tables);

  // The column "meaning" for a key in lower case, ":" in front of it or not; empty if the table
  // does not have it.
  absl::string_view MeaningOf(absl::string_view key) const;

 private:
  std::map<std::string, std::string, std::less<>> meanings_;
};

}  // namespace cis
