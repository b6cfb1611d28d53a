// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words in names of networks (data/network_words.tsv).

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

class NetworkWordRules {
 public:
  // `tokenizer` must outlive this object.
  NetworkWordRules(const Tables& tables, const Tokenizer& tokenizer);

  // Returns the words of `name` that hint at a role, "public" or "private", joined; empty if none
  // or both are hinted at.
  std::string Hint(absl::string_view name) const;

  // Returns whether `name` is that of one of OpenStack's own networks ("HA network tenant …").
  bool IsServiceNetwork(absl::string_view name) const;

 private:
  struct Row {
    std::string word;
    bool prefix = false;
    std::string meaning;
  };
  const Tokenizer& tokenizer_;
  std::vector<Row> rows_;
};

}  // namespace cis::crawler
