// SPDX-License-Identifier: Apache-2.0
#pragma once

// What Nova rejects because of the extra specs of a flavor and the properties of an image, before
// it looks for a host. The rules are those of `_validate_flavor_image_nostatus`
// (nova/compute/api.py), of `ImageMetaProps` (nova/objects/image_meta.py) and of the functions of
// nova/virt/hardware.py that these call; traits are Placement's (a trait cannot be both required
// and forbidden in one request).

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::server {

// The values that conflict. If a key is empty, the other side alone is wrong.
struct NovaRefusal {
  std::string image_key;    // "hw_cpu_policy"; of the image
  std::string image_value;  // "dedicated"; empty = the image does not have it
  std::string flavor_key;   // "hw:cpu_policy"; of the flavor
  std::string flavor_value;
  std::string why;  // the rule, in words that continue "Nova refuses ...: "
};

// Returns whether machines of the image start from volumes that the image itself names, whatever
// root disk the flavor has: the image is a snapshot of a volume-backed server, without data of its
// own.
bool StartsFromItsVolumes(const Image& image);

// Returns why no machine starts from the image with any flavor: a property has a value that no
// release of Nova knows (nova_words.h), or its volumes are smaller than its `min_disk`. Nothing if
// Nova accepts the image; properties that were never read are not rejected.
std::optional<NovaRefusal> RefusalOfImage(const Image& image);

// Returns the trait that the image requires and the flavor forbids; nothing if there is none.
std::optional<NovaRefusal> TraitConflict(const Flavor& flavor, const Image& image);

// Returns which other values Nova rejects in combination: a value of the image that the flavor does
// not allow, or a contradiction within the flavor. Unknown values pass, and so do CPU masks.
std::optional<NovaRefusal> PropertyConflict(const Flavor& flavor, const Image& image);

// Returns whether the image requires a kind of host (by trait or hypervisor) that the flavor does
// not require itself, or certain releases of Nova: users cannot see whether the flavor has such a
// host.
bool AsksForOtherHost(const Flavor& flavor, const Image& image);

}  // namespace cis::server
