// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::client {

// The output formats, chosen with `-o`. kQuery prints the query itself; those from kOpenstack on
// hand one placement over to another tool.
enum class Format {
  kTable,
  kWide,
  kJson,
  kNdjson,
  kYaml,
  kCsv,
  kName,
  kQuery,
  kOpenstack,
  kFedcloud,
  kTfvars,
  kTerraformExternal,
  kAnsible,
  kEnv,
};

// Names of the formats that every command has, and of those for placements only, for help and
// errors: `table, wide, json, ...`.
inline constexpr absl::string_view kFormatNames = "table, wide, json, ndjson, yaml, csv, name";
inline constexpr absl::string_view kPlaceFormatNames =
    "query, openstack, fedcloud, tfvars, terraform-external, ansible, env";

// Whether the format is for `place` only.
inline bool IsForPlacements(Format format) { return format >= Format::kQuery; }

// Whether the format hands one placement to another tool.
inline bool IsHandover(Format format) { return format >= Format::kOpenstack; }

// Returns INVALID_ARGUMENT with the names that exist.
absl::StatusOr<Format> ParseFormat(absl::string_view text);

}  // namespace cis::client
