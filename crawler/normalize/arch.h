#pragma once

// Spellings of machine architectures (data/arches.tsv).

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis {

// One spelling found in a text.
struct ArchMention {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string arch;
  bool exact = false;         // false: a usual way of saying it ("64bit"), not a proof
  bool windows_only = false;  // said of Windows only: "x86" elsewhere may mean 64 bits too
};

// The architecture that `text` as a whole spells, e.g. "amd64" -> "x86_64"; empty if none or
// if the word is ambiguous ("x86").
std::string ParseArch(absl::string_view text);

// Whether Nova accepts `text` as the image property. Images with other spellings fail at boot.
bool IsNovaArch(absl::string_view text);

// All spellings in `lower`, a text in lower case, that stand alone; "archlinux" holds none.
std::vector<ArchMention> FindArchMentions(absl::string_view lower);

}  // namespace cis
