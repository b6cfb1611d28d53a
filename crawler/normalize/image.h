#pragma once

#include "absl/status/statusor.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis {

// One image of Glance's list. `record` holds a Glance v2 image; older clients' spellings
// ("minDisk", "properties") are read too. Fields that cannot be read become warnings.
// `site` is where it was listed. Returns INVALID_ARGUMENT if it has neither id nor name.
absl::StatusOr<Image> NormalizeImage(const JsonValue& record, const std::string& path,
                                     const ImageSite& site = {});

}  // namespace cis
