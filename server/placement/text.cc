// SPDX-License-Identifier: Apache-2.0
#include "server/placement/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace cis::server {

bool ContainsIgnoreCase(absl::string_view text, absl::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) {
                       return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
                              absl::ascii_tolower(static_cast<unsigned char>(b));
                     }) != text.end() ||
         part.empty();
}

bool HoldsWords(absl::string_view text, absl::string_view wanted) {
  const auto next_word = [](absl::string_view* rest) {
    const auto in_word = [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); };
    const auto* const begin = std::find_if(rest->begin(), rest->end(), in_word);
    const auto* const end = std::find_if_not(begin, rest->end(), in_word);
    const absl::string_view word =
        rest->substr(static_cast<size_t>(begin - rest->begin()), static_cast<size_t>(end - begin));
    rest->remove_prefix(static_cast<size_t>(end - rest->begin()));
    return word;
  };
  absl::string_view word = next_word(&wanted);
  for (; !word.empty(); word = next_word(&wanted)) {
    absl::string_view rest = text;
    absl::string_view have = next_word(&rest);
    while (!have.empty() && !absl::EqualsIgnoreCase(have, word)) have = next_word(&rest);
    if (have.empty()) return false;
  }
  return true;
}

}  // namespace cis::server
