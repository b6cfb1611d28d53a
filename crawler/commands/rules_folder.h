#pragma once

#include <string>

#include "absl/status/status.h"

namespace cis::crawler {

// Replaces compiled tables, for the rest of the process, with the tables of the folder `rules`
// (NAME.tsv; other files are ignored; "" = none). Unless `rules` has a table of releases, merges
// into the compiled one what distro-info-data in the folder `distro_info` ("" or absent = none)
// says about the releases of Debian and Ubuntu. Returns NOT_FOUND if the folder cannot be read or
// has no table, INVALID_ARGUMENT with "FILE:LINE: what is wrong; what is right" for the first bad
// row or for a name that no table has, FAILED_PRECONDITION if rules have been used already.
absl::Status UseRules(const std::string& rules, const std::string& distro_info);

}  // namespace cis::crawler
