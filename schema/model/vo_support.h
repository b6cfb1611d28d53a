// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis {

// "unknown", "authenticated" or "refused".
absl::string_view FormatVoSupport(VoSupport support);
// Returns kUnknown for any other text.
VoSupport ParseVoSupport(absl::string_view text);

}  // namespace cis
