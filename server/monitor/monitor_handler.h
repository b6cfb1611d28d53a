// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server/access/access.h"
#include "server/http/http_message.h"
#include "server/http/pages.h"

namespace cis::server {

// Answers requests for `pages`. Anybody gets them but `/metrics`, which names sites and their
// errors: that is for callers with the right `operation`. `access` must outlive the handler.
HttpHandler MonitorHandler(HttpPages pages, Access* access);

// Returns an error as a line of text: 401 for UNAUTHENTICATED, 403 for PERMISSION_DENIED, 429 for
// RESOURCE_EXHAUSTED, 503 otherwise.
HttpReply ErrorReply(const absl::Status& status);

}  // namespace cis::server
