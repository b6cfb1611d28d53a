// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

using ExtraSpecs = TextMap;

// Normalises one flavor of Nova's list. `extra_specs` are those that were requested separately
// (older clouds); absent if they were not requested or refused, in which case those in the record
// are used. Returns INVALID_ARGUMENT if the record has neither id nor name.
absl::StatusOr<Flavor> NormalizeFlavor(const Rules& rules, const JsonValue& record,
                                       const std::string& path,
                                       const std::optional<ExtraSpecs>& extra_specs);

}  // namespace cis::crawler
