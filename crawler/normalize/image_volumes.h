// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Sets `volume_count` and `volume_gib` of `image` from its property `block_device_mapping` (a JSON
// text, at the top level or under "properties" in older clients), as Nova reads it when a machine
// starts: the volumes that Cinder creates for each machine, from snapshots, images or nothing.
// Existing volumes are only attached and not counted. `volume_gib` stays absent if a size is
// missing; both stay absent if the mapping has no volumes. Adds a warning if the mapping cannot be
// read.
void InferVolumes(const JsonReader& record, Image* image);

}  // namespace cis::crawler
