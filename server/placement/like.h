// SPDX-License-Identifier: Apache-2.0
#pragma once

// "The same machine elsewhere": a flavor as requirements.

#include "schema/model/records.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// Adds requirements so that a machine has at least what `flavor` has: vCPUs, memory, disks, GPUs
// (their number, the word that names the device, their memory) and architecture. Existing
// requirements of `query` are kept. What the flavor does not report is not required.
void RequireLike(const Flavor& flavor, MachineRequest* query);

}  // namespace cis::server
