// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "schema/model/observation.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Returns the limits of the share's project from "nova_limits", "neutron_quota" (plain or with
// details) and "cinder_quota" or "cinder_limits", the zones and the volume types; those that do not
// exist are left out. `used` includes reservations. Documents that cannot be read are named in
// `remarks` (may be null).
LimitSet NormalizeLimits(const std::vector<Document>& documents, SharedList<SharedText>* problems,
                         std::vector<std::string>* remarks = nullptr);

}  // namespace cis::crawler
