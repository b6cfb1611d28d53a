// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which values of a single image property Nova accepts, whatever the flavor and the other
// properties are. Nova makes an `ImageMetaProps` (nova/objects/image_meta.py) from the properties
// at every start and rejects the request if a value does not have its field's type
// (nova/objects/fields.py).

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cis::server {

// Returns why no release of Nova starts a machine from an image with this property: "it must be one
// of ide, scsi". Nothing if a release accepts the value, if Nova does not read the property, or if
// releases that are still in use do not read it.
std::optional<std::string> WhyValueRefused(absl::string_view key, absl::string_view value);

// Returns whether some releases of Nova reject the value and others do not: it is a word that only
// newer releases know, or a wrong word in a property that older releases do not read.
bool IsRefusedBySomeReleases(absl::string_view key, absl::string_view value);

}  // namespace cis::server
