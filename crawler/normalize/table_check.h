// SPDX-License-Identifier: Apache-2.0
#pragma once

// The form of the rows of a table. The compiled table declares it, with one line per column:
//
//   #! COLUMN: FORM
//
// FORM is "a|b|c" (one of these words), "day", "number", "hex", "range" (a CIDR) or "distro" (an id
// of the table distros); " or -" after it allows an empty cell. Columns without such a line hold
// any text; the first column and the source are never empty.

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Returns INVALID_ARGUMENT "FILE:LINE: COLUMN is ...; it must be ..." for the first row of `text`
// that is not valid in the table `name`, if the header differs from the compiled one, or if there
// is no row. `distros` is the text of the table distros that will be in force.
absl::Status CheckTable(absl::string_view name, absl::string_view file, absl::string_view text,
                        absl::string_view distros);

}  // namespace cis::crawler
