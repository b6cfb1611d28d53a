// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/arch.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "crawler/normalize/basics.h"

namespace cis::crawler {
namespace {

// Whether `text` at `pos` of `lower` is a separate word. Only letters and digits need a border;
// characters of other scripts ("64" and a Chinese character) are a border.
bool StandsAlone(absl::string_view lower, std::size_t pos, absl::string_view text) {
  const std::size_t end = pos + text.size();
  const bool bounded = !IsAlnum(text.back()) || end == lower.size() || !IsAlnum(lower[end]);
  if (!bounded || !IsAlnum(text.front()) || pos == 0 || !IsAlnum(lower[pos - 1])) {
    return bounded;
  }
  return IsDigit(lower[pos - 1]) && !IsDigit(text.front()) && text.front() != 'x';
}

}  // namespace

ArchRules::ArchRules(const Tables& tables) {
  for (const auto& row : tables.Rows("arches")) {
    by_first_[static_cast<unsigned char>(row[0].front())].push_back(
        {row[0], row[1], row[2] == "exact", row[2] == "width", row[2] == "windows",
         row[3] == "yes"});
  }
  for (std::vector<Spelling>& spellings : by_first_) {
    std::stable_sort(spellings.begin(), spellings.end(),
                     [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
  }
}

const ArchRules::Spelling* ArchRules::Find(absl::string_view text) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (lower.empty()) return nullptr;
  for (const Spelling& spelling : by_first_[static_cast<unsigned char>(lower.front())]) {
    if (spelling.text == lower) {
      return &spelling;
    }
  }
  return nullptr;
}

std::string ArchRules::Parse(absl::string_view text) const {
  const Spelling* spelling = Find(text);
  return spelling == nullptr || spelling->windows_only ? "" : spelling->arch;
}

bool ArchRules::IsWidth(absl::string_view text) const {
  const Spelling* spelling = Find(text);
  return spelling != nullptr && spelling->width;
}

bool ArchRules::IsNova(absl::string_view text) const {
  const Spelling* spelling = Find(text);
  return spelling != nullptr && spelling->nova;
}

std::vector<ArchMention> ArchRules::FindMentions(absl::string_view lower) const {
  std::vector<ArchMention> mentions;
  for (std::size_t pos = 0; pos < lower.size();) {
    const Spelling* found = nullptr;
    for (const Spelling& spelling : by_first_[static_cast<unsigned char>(lower[pos])]) {
      if (absl::StartsWith(lower.substr(pos), spelling.text) &&
          StandsAlone(lower, pos, spelling.text)) {
        found = &spelling;
        break;
      }
    }
    if (found == nullptr) {
      ++pos;
      continue;
    }
    mentions.push_back({pos, pos + found->text.size(), found->arch, found->exact, found->width,
                        found->windows_only});
    pos += found->text.size();
  }
  return mentions;
}

}  // namespace cis::crawler
