// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cis::client {

// Returns `json` as YAML that is valid as both 1.1 and 1.2: strings that a reader could take for a
// number, a truth value, null or a date are quoted. Ends with a newline.
std::string FormatYaml(const nlohmann::ordered_json& json);

}  // namespace cis::client
