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

// Returns the name, or the id of what has no name.
std::string NameOrId(const std::string& name, const std::string& id);

// Returns what a caller wrote as a sentence may show it: at most kMaxShownBytes, with "…" for the
// rest.
std::string Shown(absl::string_view text);

// Returns "m1.* or m2.* or 3 others": the first names of a list as a sentence may show them.
std::string AnyOf(const std::vector<std::string>& names);

// Returns "architecture=arm64 of image Ubuntu (no architecture that it knows)" for what Nova
// refuses, with the flavor if it takes one; "" if it is not known.
std::string RefusalText(const Reason& reason);

}  // namespace cis::server
