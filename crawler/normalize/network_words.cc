// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/network_words.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cis::crawler {

NetworkWordRules::NetworkWordRules(const Tables& tables, const Tokenizer& tokenizer)
    : tokenizer_(tokenizer) {
  for (const auto& row : tables.Rows("network_words")) {
    Row word{absl::AsciiStrToLower(row[0]), false, row[1]};
    if (absl::EndsWith(word.word, "*")) {
      word.prefix = true;
      word.word.pop_back();
    }
    rows_.push_back(std::move(word));
  }
}

std::string NetworkWordRules::Hint(absl::string_view name) const {
  std::map<std::string, std::vector<std::string>> hints;
  for (const Token& token : tokenizer_.Tokenize(name).tokens) {
    for (const Row& row : rows_) {
      if (row.meaning != "service" && token.text == row.word) {
        hints[row.meaning].push_back(token.text);
      }
    }
  }
  return hints.size() == 1 ? absl::StrCat(hints.begin()->first, " (",
                                          absl::StrJoin(hints.begin()->second, ", "), ")")
                           : "";
}

bool NetworkWordRules::IsServiceNetwork(absl::string_view name) const {
  const std::string lower = absl::AsciiStrToLower(name);
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.meaning == "service" &&
           (row.prefix ? absl::StartsWith(lower, row.word) : lower == row.word);
  });
}

}  // namespace cis::crawler
