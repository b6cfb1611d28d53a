#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/model/records.h"

namespace cis {

// Limits of the share's project from "nova_limits", "neutron_quota" (plain or with details) and
// "cinder_limits"; those that are not there are left out. `used` includes what is reserved.
// Returns INVALID_ARGUMENT if a document cannot be read.
absl::StatusOr<std::vector<Quota>> NormalizeQuotas(const std::vector<Document>& documents,
                                                   std::vector<std::string>* problems);

}  // namespace cis
