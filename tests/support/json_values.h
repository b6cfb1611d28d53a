// SPDX-License-Identifier: Apache-2.0
#pragma once

// Converts JSON written in a test to the tree that the rules read.

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "crawler/normalize/json_value.h"

namespace cis::crawler {

inline JsonDocument ToDocument(const nlohmann::json& json) {
  absl::StatusOr<JsonDocument> document =
      ParseJson(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return *std::move(document);  // a dump is always JSON
}

}  // namespace cis::crawler
