// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/string_view.h"

namespace cis::server {

// Parses one JSON object. Returns nothing if `text` is no object, if an object in it has two
// members of one name, of which two readers could choose different ones, or if it is nested deeper
// than 32 levels.
std::optional<nlohmann::json> ParseStrictObject(absl::string_view text);

}  // namespace cis::server
