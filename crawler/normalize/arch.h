#pragma once

// Spellings of machine architectures (data/arches.tsv).

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis::crawler {

// One spelling found in a text.
struct ArchMention {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string arch;
  bool exact = false;         // false: a usual way of saying it ("arm", "x64"), not a proof
  bool width = false;         // only how wide it is ("64bit"): nothing where the text names one
  bool windows_only = false;  // said of Windows only: "x86" elsewhere may mean 64 bits too
};

// The architecture that `text` as a whole spells, e.g. "amd64" -> "x86_64"; empty if none or
// if the word is ambiguous ("x86").
std::string ParseArch(absl::string_view text);

// Whether `text` as a whole is only a width, "64bit".
bool IsArchWidth(absl::string_view text);

// Whether Nova accepts `text` as the image property. Images with other spellings fail at boot.
bool IsNovaArch(absl::string_view text);

// All spellings in `lower`, a text in lower case, that stand alone; "archlinux" and "swarm" hold
// none. Letters may follow a number at once: "ubuntu2204arm64", but not an "x": "2x64".
std::vector<ArchMention> FindArchMentions(absl::string_view lower);

}  // namespace cis::crawler
