#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

// Forms of an answer, chosen with `-o`.
enum class Format { kTable, kWide, kJson, kNdjson, kYaml, kCsv, kName };

// Names of all formats for help and errors: `table, wide, json, ...`.
inline constexpr absl::string_view kFormatNames = "table, wide, json, ndjson, yaml, csv, name";

// Returns INVALID_ARGUMENT with the names that exist.
absl::StatusOr<Format> ParseFormat(absl::string_view text);

}  // namespace cis
