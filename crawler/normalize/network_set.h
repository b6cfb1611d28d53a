// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Combines the documents of the networks kind (networks, subnets, routers, ports or router_ports,
// floatingips, floatingip_pools, subnetpools) into what one share may do. `project_id` is the
// share's, empty if unknown. Records that cannot be read are named in `skipped`; lists other than
// "networks" that cannot be read are named in `remarks` (may be null). Returns INVALID_ARGUMENT if
// the list of networks as a whole cannot be read.
absl::StatusOr<NetworkSet> NormalizeNetworks(const Rules& rules,
                                             const std::vector<Document>& documents,
                                             const std::string& project_id,
                                             std::vector<std::string>* skipped,
                                             std::vector<std::string>* remarks = nullptr);

}  // namespace cis::crawler
