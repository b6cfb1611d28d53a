// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crawler/normalize/image_facts.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Sets `boot_properties` of `image`: those properties of `record` (at the top level, or under
// "properties" in older clients) by which Nova accepts or refuses to start a machine, as
// nova/objects/image_meta.py and nova/virt/hardware.py read them: architecture, hypervisor,
// policies of CPUs and memory, NUMA, firmware, secure boot, TPM, config drive, `trait:X`, and every
// other property whose value Nova takes from a closed list or reads as a number (buses, models of
// devices, type of the system...), under its present name and its older ones.
void GatherBootProperties(const JsonReader& record, Image* image);

// Sets `bootable` of `image`, whose raw fields and name are set already, with evidence and
// confidence. False: parts of a machine (kernel, ramdisk), installers (iso), container layers and
// images without contents. True: disks with contents, and snapshots that are stored in a volume.
// Absent if nothing indicates either.
void InferBootable(const Rules& rules, const ImageFacts& facts, Image* image);

}  // namespace cis::crawler
