// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {

// Returns the compiled rules, with tables replaced by those of the folder `rules` (NAME.tsv; other
// files are ignored; "" = none). Unless `rules` has a table of releases, merges into the compiled
// one what distro-info-data in the folder `distro_info` ("" or absent = none) says about the
// releases of Debian and Ubuntu. Returns NOT_FOUND if the folder cannot be read or has no table,
// and the errors of Rules::Replacing.
absl::StatusOr<std::unique_ptr<const Rules>> LoadRules(const std::string& rules,
                                                       const std::string& distro_info);

}  // namespace cis::crawler
