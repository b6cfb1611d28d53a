#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cis::client {

// `json` as YAML 1.1 and 1.2 alike: strings that a reader could take for a number, a truth value,
// null or a date are quoted. Ends with a newline.
std::string FormatYaml(const nlohmann::ordered_json& json);

}  // namespace cis::client
