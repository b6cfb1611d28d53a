// SPDX-License-Identifier: Apache-2.0
#include "server/token/strict_json.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cis::server {
namespace {

constexpr int kMaxStrictDepth = 32;

}  // namespace

std::optional<nlohmann::json> ParseStrictObject(absl::string_view text) {
  using Event = nlohmann::json::parse_event_t;
  bool is_strict = true;
  std::vector<std::set<std::string>> members;  // of the objects that are open
  const auto watch = [&](int depth, Event event, const nlohmann::json& value) {
    if (depth > kMaxStrictDepth) is_strict = false;
    if (event == Event::object_start) members.emplace_back();
    if (event == Event::object_end && !members.empty()) members.pop_back();
    if (event == Event::key && !members.empty() &&
        !members.back().insert(value.get<std::string>()).second) {
      is_strict = false;
    }
    return is_strict;
  };
  nlohmann::json value =
      nlohmann::json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (!is_strict || !value.is_object()) return std::nullopt;
  return value;
}

}  // namespace cis::server
