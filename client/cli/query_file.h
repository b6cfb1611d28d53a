// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole query in a file: YAML, or JSON, of `cis.v1.PlacementQuery`.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/query.pb.h"

namespace cis::client {

// Returns the query in `text`: the message in the JSON mapping of proto3, with names in snake_case
// or lowerCamelCase, as YAML or JSON. Returns INVALID_ARGUMENT if it is neither, or has an unknown
// field.
absl::StatusOr<v1::PlacementQuery> ParseQuery(absl::string_view text);

// Reads the file at `path`. Returns NOT_FOUND if it cannot be read, else the errors of ParseQuery;
// both name the file.
absl::StatusOr<v1::PlacementQuery> ReadQueryFile(const std::string& path);

// Returns the query as YAML that ParseQuery reads: only fields that are set.
std::string FormatQuery(const v1::PlacementQuery& query);

}  // namespace cis::client
