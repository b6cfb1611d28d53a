// SPDX-License-Identifier: Apache-2.0
#pragma once

// Spellings of machine architectures (data/arches.tsv).

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

// A spelling that was found in a text.
struct ArchMention {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string arch;
  bool exact = false;         // false: a usual way to write it ("arm", "x64"), but not a proof
  bool width = false;         // a word size ("64bit"): ignored if the text names an architecture
  bool windows_only = false;  // of Windows only: "x86" elsewhere may mean 64 bits too
};

// The table data/arches.tsv.
class ArchRules {
 public:
  explicit ArchRules(const Tables& tables);

  // Returns the architecture that `text` as a whole spells, e.g. "x86_64" for "amd64"; empty if
  // none or if the word is ambiguous ("x86").
  std::string Parse(absl::string_view text) const;

  // Returns whether `text` as a whole is only a word size, "64bit".
  bool IsWidth(absl::string_view text) const;

  // Returns whether Nova accepts `text` as the image property. Images with other spellings fail at
  // boot.
  bool IsNova(absl::string_view text) const;

  // Returns all spellings in `lower`, a text in lower case, that are separate words; "archlinux"
  // and "swarm" contain none. Letters may follow a number directly, as in "ubuntu2204arm64", but
  // not an "x", as in "2x64".
  std::vector<ArchMention> FindMentions(absl::string_view lower) const;

 private:
  struct Spelling {
    std::string text;
    std::string arch;
    bool exact = false;
    bool width = false;
    bool windows_only = false;
    bool nova = false;
  };

  // Returns the spelling that `text` is, in any case of its letters; null if it is none.
  const Spelling* Find(absl::string_view text) const;

  std::array<std::vector<Spelling>, 256> by_first_;  // by their first byte, longest first
};

}  // namespace cis::crawler
