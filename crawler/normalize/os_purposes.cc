// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/os_purposes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace cis::crawler {
namespace {

absl::string_view SkipSeparators(absl::string_view text) {
  return text.substr(std::min(text.find_first_not_of("-_ "), text.size()));
}

}  // namespace

PurposeRules::PurposeRules(const Tables& tables, const Tokenizer& tokenizer) {
  std::size_t rank = 0;
  for (const auto& row : tables.Rows("purposes")) {
    PurposePhrase phrase;
    for (const Token& token : tokenizer.Tokenize(row[0]).tokens) {
      phrase.words.push_back(token.text);
    }
    phrase.purpose = row[1];
    phrase.rank = rank++;
    if (!phrase.words.empty()) {
      phrases_[phrase.words.front()].push_back(std::move(phrase));
    }
  }
  for (const auto& row : tables.Rows("purpose_labels")) labels_.emplace(row[0], row[1]);
}

absl::Span<const PurposePhrase> PurposeRules::PhrasesStartingWith(absl::string_view word) const {
  const auto found = phrases_.find(word);
  return found == phrases_.end() ? absl::Span<const PurposePhrase>()
                                 : absl::MakeConstSpan(found->second);
}

std::string PurposeRules::OfLabel(absl::string_view value) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  const auto found = labels_.find(lower);
  if (found != labels_.end()) return found->second;
  absl::string_view replaced = lower;
  const auto current =
      absl::ConsumePrefix(&replaced, "old") ? labels_.find(SkipSeparators(replaced)) : found;
  if (current == labels_.end()) return "";
  // A plain image that a newer one has replaced is no longer what is started by default.
  const bool plain = current->second == "generic" || current->second == "minimal";
  return plain ? "custom" : current->second;
}

bool PurposeRules::IsReplaced(absl::string_view value) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  return absl::StartsWith(lower, "old") && !OfLabel(lower).empty();
}

}  // namespace cis::crawler
