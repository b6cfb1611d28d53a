#pragma once

#include <string>
#include <vector>

#include "schema/model/observation.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Limits of the share's project from "nova_limits", "neutron_quota" (plain or with details) and
// "cinder_quota" or "cinder_limits", the zones and the volume types; those that are not there are
// left out. `used` includes what is reserved. Of documents that cannot be read `remarks` says so
// (may be null).
LimitSet NormalizeLimits(const std::vector<Document>& documents, std::vector<std::string>* problems,
                         std::vector<std::string>* remarks = nullptr);

}  // namespace cis::crawler
