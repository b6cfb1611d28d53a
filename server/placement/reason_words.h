// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words that the sentences of several kinds of reasons share.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/model/records.h"
#include "server/placement/reason_table.h"

namespace cis::server {

// Returns 2361393152 as "2.20 GiB".
std::string FormatBytes(int64_t bytes);

// Returns a number with what it counts: "2 vCPUs", "1 floating IP". `noun` is a plural, for units
// that need one.
std::string FormatNumber(ReasonUnit unit, absl::string_view noun, int64_t value);

// Returns "ubuntu 22.04", "ubuntu" or "".
std::string OsOf(const Image& image);

// Returns the name, or the id if there is no name.
std::string NameOrId(absl::string_view name, absl::string_view id);

// Returns a caller's text as a sentence may show it: at most kMaxShownBytes, with "…" for the rest.
std::string Shown(absl::string_view text);

// Returns "m1.* or m2.* or 3 others": the first names of a list as a sentence may show them.
std::string AnyOf(const std::vector<std::string>& names);

// Returns "architecture=arm64 of image Ubuntu (no architecture that it knows)" for what Nova
// rejects, with the flavor if it is involved; "" if it is not known.
std::string RefusalText(const Reason& reason);

}  // namespace cis::server
