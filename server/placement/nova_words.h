#pragma once

// Which values of one property of an image Nova takes, whatever the flavor and the other properties
// are. Nova makes an `ImageMetaProps` (nova/objects/image_meta.py) of the properties at every start
// and refuses the request if a value is not of its field's type (nova/objects/fields.py).

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace cis::server {

// Why no release of Nova starts a machine from an image with this property: "it must be one of ide,
// scsi". Nothing if a release takes the value, if Nova does not read the property, or if releases
// that are still in use do not.
std::optional<std::string> WhyValueRefused(absl::string_view key, absl::string_view value);

// Whether some releases of Nova refuse the value and others do not: a word that only newer ones
// know, or a wrong word in a property that older ones do not read.
bool IsRefusedBySomeReleases(absl::string_view key, absl::string_view value);

}  // namespace cis::server
