#pragma once

// Spellings of machine architectures (data/arches.tsv).

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis {

// One spelling found in a text.
struct ArchMention {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string arch;
  bool exact = false;         // false: a usual way of saying it ("arm", "x64"), not a proof
  bool width = false;         // only how wide it is ("64bit"): nothing where the text names one
  bool windows_only = false;  // said of Windows only: "x86" elsewhere may mean 64 bits too
};

// The table data/arches.tsv.
class ArchRules {
 public:
  explicit ArchRules(const Tables& tables);

  // The architecture that `text` as a whole spells, e.g. "amd64" -> "x86_64"; empty if none or if
  // the word is ambiguous ("x86").
  std::string Parse(absl::string_view text) const;

  // Whether `text` as a whole is only a width, "64bit".
  bool IsWidth(absl::string_view text) const;

  // Whether Nova accepts `text` as the image property. Images with other spellings fail at boot.
  bool IsNova(absl::string_view text) const;

  // All spellings in `lower`, a text in lower case, that stand alone; "archlinux" and "swarm" hold
  // none. Letters may follow a number at once: "ubuntu2204arm64", but not an "x": "2x64".
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

  // The spelling that `text` is, whatever its case; null if it is none.
  const Spelling* Find(absl::string_view text) const;

  std::array<std::vector<Spelling>, 256> by_first_;  // by their first byte, longest first
};

}  // namespace cis
