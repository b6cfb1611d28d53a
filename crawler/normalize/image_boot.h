#pragma once

#include "crawler/normalize/image_facts.h"
#include "schema/model/records.h"

namespace cis {

// Sets `bootable` of `image`, whose raw fields and name are set already, with evidence and
// confidence. False: parts of a machine (kernel, ramdisk), installers (iso), container layers and
// images without contents. True: disks with contents, and snapshots that lie in a volume. Absent
// where nothing tells.
void InferBootable(const ImageFacts& facts, Image* image);

}  // namespace cis
