#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/rules.h"

namespace cis {

// The compiled rules with the tables of the folder `rules` (NAME.tsv; other files are left alone;
// "" = none) in the places of the compiled ones, and with what distro-info-data in the folder
// `distro_info` ("" or absent = none) says of Debian's and Ubuntu's releases in the compiled table
// of releases, unless `rules` has one. Returns NOT_FOUND if the folder cannot be read or has no
// table, INVALID_ARGUMENT as Rules::Replacing.
absl::StatusOr<std::unique_ptr<const Rules>> LoadRules(const std::string& rules,
                                                       const std::string& distro_info);

}  // namespace cis
