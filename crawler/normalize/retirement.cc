#include "crawler/normalize/retirement.h"

#include "absl/container/flat_hash_map.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

// Maps a word to whether it alone means that the image is retired.
const absl::flat_hash_map<std::string, bool>& Words() {
  static const auto* const kWords = [] {
    auto* words = new absl::flat_hash_map<std::string, bool>();
    for (const auto& row : LoadTable("retirement_words")) words->emplace(row[0], row[1] == "yes");
    return words;
  }();
  return *kWords;
}

}  // namespace

bool IsEndWord(absl::string_view word) { return Words().contains(word); }

Retirement FindRetirement(absl::string_view text) {
  Retirement retirement;
  const TokenList list = Tokenize(text);
  for (const Token& token : list.tokens) {
    const auto word = Words().find(token.text);
    if (word != Words().end() && word->second && token.mark == Token::Mark::kNone) {
      retirement.word = token.text;
    }
  }
  for (const NameDate& date : list.dates) {
    if (date.expired) retirement.date = date.date;
  }
  return retirement;
}

}  // namespace cis::crawler
