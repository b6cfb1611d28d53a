#include "crawler/normalize/arch.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {
namespace {

struct Spelling {
  std::string text;
  std::string arch;
  bool exact = false;
  bool width = false;
  bool windows_only = false;
  bool nova = false;
};

const std::vector<Spelling>& Spellings() {
  static const auto* const kSpellings = [] {
    auto* spellings = new std::vector<Spelling>();
    for (const auto& row : LoadTable("arches")) {
      spellings->push_back({row[0], row[1], row[2] == "exact", row[2] == "width",
                            row[2] == "windows", row[3] == "yes"});
    }
    std::stable_sort(spellings->begin(), spellings->end(),
                     [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
    return spellings;
  }();
  return *kSpellings;
}

// The spellings that start with a character, longest first.
const std::vector<const Spelling*>& SpellingsStartingWith(char c) {
  using Index = std::array<std::vector<const Spelling*>, 256>;
  static const auto* const kIndex = [] {
    auto* index = new Index();
    for (const Spelling& spelling : Spellings()) {
      (*index)[static_cast<unsigned char>(spelling.text.front())].push_back(&spelling);
    }
    return index;
  }();
  return (*kIndex)[static_cast<unsigned char>(c)];
}

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

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

const Spelling* FindSpelling(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  for (const Spelling& spelling : Spellings()) {
    if (spelling.text == lower) {
      return &spelling;
    }
  }
  return nullptr;
}

}  // namespace

std::string ParseArch(absl::string_view text) {
  const Spelling* spelling = FindSpelling(text);
  return spelling == nullptr || spelling->windows_only ? "" : spelling->arch;
}

bool IsArchWidth(absl::string_view text) {
  const Spelling* spelling = FindSpelling(text);
  return spelling != nullptr && spelling->width;
}

bool IsNovaArch(absl::string_view text) {
  const Spelling* spelling = FindSpelling(text);
  return spelling != nullptr && spelling->nova;
}

std::vector<ArchMention> FindArchMentions(absl::string_view lower) {
  std::vector<ArchMention> mentions;
  for (std::size_t pos = 0; pos < lower.size();) {
    const Spelling* found = nullptr;
    for (const Spelling* spelling : SpellingsStartingWith(lower[pos])) {
      if (absl::StartsWith(lower.substr(pos), spelling->text) &&
          StandsAlone(lower, pos, spelling->text)) {
        found = spelling;
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
