// SPDX-License-Identifier: Apache-2.0
#pragma once

// How vendors name the files of their own builds (data/vendor_builds.tsv).

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

class VendorBuildRules {
 public:
  explicit VendorBuildRules(const Tables& tables);

  // Returns whether `tokens`, those of a name, name a file of the vendor of `distro`.
  bool Match(absl::string_view distro, const std::vector<Token>& tokens) const;

 private:
  struct Row {
    std::string distro;
    std::vector<std::string> words;  // that follow each other, with others between them
  };
  std::vector<Row> rows_;
};

}  // namespace cis::crawler
