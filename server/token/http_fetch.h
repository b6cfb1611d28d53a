// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "schema/base/clock.h"
#include "server/token/fetch.h"

namespace cis::server {

// Returns a Fetch over the HTTP client of CIS. `clock` must outlive it. `ca_file` is empty for the
// system's certificates.
Fetch MakeHttpFetch(const Clock* clock, const std::string& ca_file);

}  // namespace cis::server
