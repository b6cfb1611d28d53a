// SPDX-License-Identifier: Apache-2.0
#include "schema/base/version.h"

namespace cis {

absl::string_view Version() { return CIS_VERSION; }

}  // namespace cis
