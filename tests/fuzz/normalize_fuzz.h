// SPDX-License-Identifier: Apache-2.0
#pragma once

// What must hold for any bytes that a site may send.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_split.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {

// Normalises the bytes as a list body: no crash, the same answer twice, and every line is JSON.
inline int FuzzNormalize(Kind kind, const uint8_t* data, std::size_t size) {
  const std::string body(data, data + size);
  const auto first = NormalizeToJsonLines(CompiledRules(), kind, body);
  const auto second = NormalizeToJsonLines(CompiledRules(), kind, body);
  if (first.ok() != second.ok() || (first.ok() && *first != *second)) {
    std::abort();
  }
  if (first.ok()) {
    for (absl::string_view line : absl::StrSplit(*first, '\n', absl::SkipEmpty())) {
      if (!nlohmann::json::accept(std::string(line))) {
        std::abort();
      }
    }
  }
  return 0;
}

}  // namespace cis::crawler
