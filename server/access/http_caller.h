// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/access/call_source.h"
#include "server/http/http_message.h"

namespace cis::server {

// Returns what HTTP knows of a caller.
CallSource SourceOf(const HttpRequest& request);

}  // namespace cis::server
