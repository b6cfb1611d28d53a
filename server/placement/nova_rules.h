#pragma once

// What Nova refuses by the extra specs of a flavor and the properties of an image, before any host
// is looked for. The rules are those of `_validate_flavor_image_nostatus` (nova/compute/api.py), of
// `ImageMetaProps` (nova/objects/image_meta.py) and of the functions of nova/virt/hardware.py that
// these call; traits are Placement's (a trait cannot be required and forbidden in one request).

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::server {

// What does not go together. An empty key: only the other side is at fault.
struct NovaRefusal {
  std::string image_key;    // "hw_cpu_policy"; of the image
  std::string image_value;  // "dedicated"; empty = the image does not have it
  std::string flavor_key;   // "hw:cpu_policy"; of the flavor
  std::string flavor_value;
  std::string why;  // the rule, in words that go on after "Nova refuses ...: "
};

// Whether machines of the image start from volumes that the image itself names, whatever root disk
// the flavor has: a snapshot of a server that was backed by volumes, without data of its own.
bool StartsFromItsVolumes(const Image& image);

// Why no machine starts from the image whatever the flavor: a property with a value that no release
// of Nova knows (nova_words.h), or volumes that are smaller than its `min_disk`. Nothing if Nova
// takes it; properties that were never read are not refused.
std::optional<NovaRefusal> RefusalOfImage(const Image& image);

// The trait that the image requires and the flavor forbids; nothing if there is none.
std::optional<NovaRefusal> TraitConflict(const Flavor& flavor, const Image& image);

// What else in them Nova refuses together: a value of the image that the flavor does not allow, or
// contradictions within the flavor. What is not known passes, as do masks of CPUs.
std::optional<NovaRefusal> PropertyConflict(const Flavor& flavor, const Image& image);

// Whether the image asks for a host of a kind (by trait or hypervisor) that the flavor does not ask
// for itself, or for a Nova of some releases: whether one of them is behind the flavor cannot be
// seen.
bool AsksForOtherHost(const Flavor& flavor, const Image& image);

}  // namespace cis::server
