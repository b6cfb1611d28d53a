#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis {

class Rules;

using ExtraSpecs = std::map<std::string, std::string>;

// One flavor of Nova's list. `extra_specs` are those asked for apart (older clouds); absent if they
// were not asked for or refused, in which case those in the record count.
// Returns INVALID_ARGUMENT if it has neither id nor name.
absl::StatusOr<Flavor> NormalizeFlavor(const Rules& rules, const JsonValue& record,
                                       const std::string& path,
                                       const std::optional<ExtraSpecs>& extra_specs);

}  // namespace cis
