#pragma once

#include "absl/status/statusor.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis {

class Rules;

// The listing that an image was found in. Glance shows the last three to a client that asks for
// them only.
enum class ImageListing { kImages, kHidden, kCommunity, kPending };

// One image of Glance's list. `record` holds a Glance v2 image; older clients' spellings
// ("minDisk", "properties") are read too. Fields that cannot be read become warnings.
// `site` is where it was listed. What `listing` says of the image (hidden, community, membership
// not accepted) is taken from it where the record is silent. Returns INVALID_ARGUMENT if it has
// neither id nor name.
absl::StatusOr<Image> NormalizeImage(const Rules& rules, const JsonValue& record,
                                     const std::string& path, const ImageSite& site = {},
                                     ImageListing listing = ImageListing::kImages);

}  // namespace cis
