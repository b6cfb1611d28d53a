// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Returns the normal form of a Keystone URL, which is the key of endpoints (Endpoint.keystone_url):
// lower-case scheme and host, no port if it is the scheme's default, no query, no "/v3" or "/v2.0"
// at the end, no final "/". "HTTPS://Host:443/v3/" and "https://host" are one endpoint. A host
// without a scheme is taken as https. Returns INVALID_ARGUMENT naming `text` if it is not an http
// or https URL.
absl::StatusOr<std::string> NormalizeKeystoneUrl(absl::string_view text);

}  // namespace cis::crawler
