// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/retirement.h"

#include "crawler/normalize/rules.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

RetirementRules::RetirementRules(const Tables& tables) {
  for (const auto& row : tables.Rows("retirement_words")) words_.emplace(row[0], row[1] == "yes");
}

bool RetirementRules::IsEndWord(absl::string_view word) const { return words_.contains(word); }

bool RetirementRules::IsRetired(absl::string_view word) const {
  const auto found = words_.find(word);
  return found != words_.end() && found->second;
}

Retirement FindRetirement(const Rules& rules, absl::string_view text) {
  Retirement retirement;
  const TokenList list = rules.tokenizer.Tokenize(text);
  for (const Token& token : list.tokens) {
    if (token.mark == Token::Mark::kNone && rules.retirement.IsRetired(token.text)) {
      retirement.word = token.text;
    }
  }
  for (const NameDate& date : list.dates) {
    if (date.expired) retirement.date = date.date;
  }
  return retirement;
}

}  // namespace cis::crawler
