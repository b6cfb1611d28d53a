// SPDX-License-Identifier: Apache-2.0
#pragma once

// Short functions for writing provenance, so that rules are easy to read.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schema/model/fact.h"

namespace cis::crawler {

// Adds evidence; `value` is shortened to 200 bytes.
void AddEvidence(Provenance* provenance, absl::string_view field, absl::string_view source,
                 absl::string_view value);

// Sets the confidence of a field, keeping the entries ordered by field.
void SetConfidence(Provenance* provenance, absl::string_view field, Confidence confidence);

// Adds "CODE: text" once.
void AddWarning(Provenance* provenance, absl::string_view code, absl::string_view text);

}  // namespace cis::crawler
