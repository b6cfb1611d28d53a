// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/statusor.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// The listing that an image was found in. Glance shows the last three only to a client that asks
// for them.
enum class ImageListing { kImages, kHidden, kCommunity, kPending };

// Normalises one image of Glance's list. `record` is a Glance v2 image; older clients' spellings
// ("minDisk", "properties") are read too. Fields that cannot be read become warnings. `site` is the
// site that listed it. Where the record does not say whether it is hidden, a community image or not
// accepted by the project, `listing` decides. Returns INVALID_ARGUMENT if the record has neither id
// nor name.
absl::StatusOr<Image> NormalizeImage(const Rules& rules, const JsonValue& record,
                                     const std::string& path, const ImageSite& site = {},
                                     ImageListing listing = ImageListing::kImages);

}  // namespace cis::crawler
