// SPDX-License-Identifier: Apache-2.0
#pragma once

// Release facts of Debian's package distro-info-data, whose files are kept current by the
// distribution while a compiled table ages.

#include <string>

#include "absl/strings/string_view.h"

namespace cis::crawler {

// Returns the table `releases` (its text, see data/releases.tsv) merged with the rows of `csv`, the
// text of distro-info-data's file about `distro` ("ubuntu", "debian"): code name, release day and
// end of standard support. Rows of the file replace those of the same release and are added
// otherwise; the table's other rows stay. Rows that are not a release (sid) or cannot be read are
// ignored.
std::string MergeDistroInfo(absl::string_view releases, absl::string_view distro,
                            absl::string_view csv);

}  // namespace cis::crawler
