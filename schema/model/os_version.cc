// SPDX-License-Identifier: Apache-2.0
#include "schema/model/os_version.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "schema/base/os_requirement.h"

namespace cis {
namespace {

// One part of a version: a number, or letters. An absent part is the number 0.
struct Part {
  bool is_word = false;
  int64_t number = 0;
  absl::string_view word;
};

// Cuts the next part off `text`.
Part NextPart(absl::string_view* text) {
  while (!text->empty() && !absl::ascii_isalnum(static_cast<unsigned char>(text->front()))) {
    text->remove_prefix(1);
  }
  Part part;
  size_t size = 0;
  const auto at = [text](size_t i) { return static_cast<unsigned char>((*text)[i]); };
  if (!text->empty() && absl::ascii_isdigit(at(0))) {
    for (; size < text->size() && absl::ascii_isdigit(at(size)); ++size) {
      if (part.number < INT64_MAX / 16) part.number = part.number * 10 + ((*text)[size] - '0');
    }
  } else {
    part.is_word = !text->empty();
    while (size < text->size() && absl::ascii_isalpha(at(size))) ++size;
    part.word = text->substr(0, size);
  }
  text->remove_prefix(size);
  return part;
}

int CompareWords(absl::string_view a, absl::string_view b) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    const int order = absl::ascii_tolower(static_cast<unsigned char>(a[i])) -
                      absl::ascii_tolower(static_cast<unsigned char>(b[i]));
    if (order != 0) return order;
  }
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

// openSUSE's versions went from 13.x to 42.x and then to 15.x.
int64_t SuseMajor(int64_t number) { return number == 42 ? 14 : number; }

int CompareParts(const Part& a, const Part& b) {
  if (a.is_word && b.is_word) return CompareWords(a.word, b.word);
  // "2012R2" is newer than "2012": a word is newer than an absent part, which is the number 0.
  if (a.is_word != b.is_word) {
    const int64_t number = a.is_word ? b.number : a.number;
    const int word_order = number == 0 ? 1 : -1;
    return a.is_word ? word_order : -word_order;
  }
  return a.number < b.number ? -1 : (a.number > b.number ? 1 : 0);
}

}  // namespace

int CompareOsVersions(absl::string_view distro, absl::string_view a, absl::string_view b) {
  if (a.empty() || b.empty()) {
    const int has_a = a.empty() ? 0 : 1;
    const int has_b = b.empty() ? 0 : 1;
    return has_a - has_b;
  }
  const bool a_rolls = IsRollingRelease(a);
  const bool b_rolls = IsRollingRelease(b);
  if (a_rolls != b_rolls) return a_rolls ? 1 : -1;
  const bool suse = distro == "opensuse";
  for (bool first = true; !a.empty() || !b.empty(); first = false) {
    Part part_a = NextPart(&a);
    Part part_b = NextPart(&b);
    if (first && suse) {
      part_a.number = SuseMajor(part_a.number);
      part_b.number = SuseMajor(part_b.number);
    }
    const int order = CompareParts(part_a, part_b);
    if (order != 0) return order;
  }
  return 0;
}

bool IsOfReleaseLine(absl::string_view version, absl::string_view line) {
  if (version.empty() || line.empty()) return false;
  while (!line.empty()) {
    if (version.empty()) return false;
    const Part want = NextPart(&line);
    const Part have = NextPart(&version);
    if (CompareParts(want, have) != 0) return false;
  }
  return true;
}

}  // namespace cis
