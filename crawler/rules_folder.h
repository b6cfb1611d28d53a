#pragma once

#include <string>

#include "absl/status/status.h"

namespace cis {

// Puts the tables of a folder (NAME.tsv; other files are left alone) in the place of the compiled
// ones, for the rest of the process. Returns NOT_FOUND if the folder cannot be read or has no
// table, INVALID_ARGUMENT with "FILE:LINE: what is wrong; what is right" for the first bad row or
// for a name that no table has, FAILED_PRECONDITION if rules have been used already.
absl::Status UseRulesFolder(const std::string& folder);

}  // namespace cis
