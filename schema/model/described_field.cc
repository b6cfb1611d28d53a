// SPDX-License-Identifier: Apache-2.0
#include "schema/model/described_field.h"

#include "absl/strings/ascii.h"

namespace cis {
namespace {

char PlainSign(char c) {
  return c == '_' ? '-' : absl::ascii_tolower(static_cast<unsigned char>(c));
}

bool StartsWithWord(absl::string_view text, absl::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (PlainSign(text[i]) != PlainSign(word[i])) return false;
  }
  return true;
}

}  // namespace

absl::string_view FormatUnit(Unit unit) {
  switch (unit) {
    case Unit::kNone:
      return "";
    case Unit::kMib:
      return "MiB";
    case Unit::kGib:
      return "GiB";
    case Unit::kBytes:
      return "bytes";
    case Unit::kHours:
      return "hours";
  }
  return "";
}

const absl::string_view* WordSet::Find(absl::string_view text) const {
  if (StartsWithWord(text, prefix)) text.remove_prefix(prefix.size());
  for (const absl::string_view& word : words) {
    if (word.size() == text.size() && StartsWithWord(text, word)) return &word;
  }
  return nullptr;
}

}  // namespace cis
