// SPDX-License-Identifier: Apache-2.0
#pragma once

// The grammar of operating systems in free text: image names, titles, property values, paths.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis::crawler {

class Rules;

// What a text says about an operating system. A field is empty if the text does not mention it or
// contradicts itself.
struct OsGuess {
  std::string distro;
  std::string version;
  std::string codename;
  bool codename_only = false;  // the version comes from the code name alone
  bool doubtful = false;       // only a code name indicates the system, and it has other meanings
  bool conflict = false;       // the text names several systems or releases
  std::string arch;
  bool arch_exact = false;
  bool arch_width = false;  // only a word size is given, "64bit": it means `arch` by convention
  std::string build_date;
  bool expired = false;                // the text carries an end-of-life mark
  std::vector<std::string> leftovers;  // words that nothing explains, e.g. site or project names
  std::string purpose;                 // first match of data/purposes.tsv
};

// Reads `text`. In an EGI name with brackets, "Image for X [Ubuntu/22.04/KVM]", the brackets
// decide.
OsGuess ParseOsText(const Rules& rules, absl::string_view text);

// Like ParseOsText for a value that is known to be about `distro` ("" = not known).
OsGuess ParseOsTextOf(const Rules& rules, absl::string_view distro, absl::string_view text);

// Returns whether one version is the other or a less specific form of it: "9" and "9.4".
bool CompatibleVersions(absl::string_view a, absl::string_view b);

}  // namespace cis::crawler
