// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields that an override may set, and how their values are written.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::crawler {

// The value that removes what the rules inferred: the field becomes unknown.
inline constexpr char kUnknownValue[] = "unknown";

// Returns the fields that can be set for a kind (images, flavors or networks), in the order of
// their record.
std::vector<std::string> OverridableFields(Kind kind);

// Returns INVALID_ARGUMENT with the fields that exist, or with the right form, unless `value` can
// be set for `field` of records of `kind`.
absl::Status CheckOverrideValue(Kind kind, absl::string_view field, absl::string_view value);

// Sets a checked value. Fields that are derived from another one follow it: boot_from_volume
// follows disk_gib.
void SetField(absl::string_view field, absl::string_view value, Image* image);
void SetField(absl::string_view field, absl::string_view value, Flavor* flavor);
void SetField(absl::string_view field, absl::string_view value, Network* network);

// Returns the value as an override would write it; empty if it is not known.
std::string GetField(absl::string_view field, const Image& image);
std::string GetField(absl::string_view field, const Flavor& flavor);
std::string GetField(absl::string_view field, const Network& network);

}  // namespace cis::crawler
