// SPDX-License-Identifier: Apache-2.0
#pragma once

// How distributions write their releases. A scheme reads a release from tokens and gives it in the
// form a person would ask for: "22.04", "9.4", "15.6", "2012 r2", "tumbleweed".

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

struct VersionMatch {
  std::string version;
  std::size_t count = 0;  // tokens used, at least 1
};

// Reads a release at tokens[index]. Schemes:
//   ubuntu     YY.MM with MM 04, 06 or 10, also "2204", "22-04"; "22" alone stays coarse
//   debian     a major number; point releases are dropped
//   el         major 3-12, minor if stated ("9.4", "9U4"); build stamps ("7.9.2009") are dropped
//   integer    one number
//   leap       openSUSE: "15.6", "42.3", "tumbleweed"
//   sles       "15 SP6" and "15.6" -> "15.6"
//   windows    "2022", "2012 r2", "10"
//   ocp        OpenShift: "4.14.0", "414.92" -> "4.14"
//   euler      YY.MM of any month; minor, dotted: two components; full, container, amazon, alt;
//   none
// Returns nothing if the tokens are not a release of that scheme.
std::optional<VersionMatch> MatchVersion(absl::string_view scheme, const std::vector<Token>& tokens,
                                         std::size_t index);

}  // namespace cis::crawler
