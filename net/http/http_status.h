// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis {

// Returns what an HTTP status means for the crawler. The one table is in http_status.cc.
ErrorClass HttpErrorClass(int http_status);

// Returns OK for 200..299, otherwise "WHAT: HTTP 403 Forbidden" with the class attached. `what`
// describes the request ("GET https://site:8774/v2.1/flavors/detail") and contains no secret.
// Returns UNAUTHENTICATED for 401, PERMISSION_DENIED for 403, NOT_FOUND for 404 and 410,
// DEADLINE_EXCEEDED for 408, RESOURCE_EXHAUSTED for 413, UNAVAILABLE for 429, 502, 503 and 504,
// UNIMPLEMENTED for 501, INTERNAL for other 5xx and for numbers that are not an HTTP status,
// FAILED_PRECONDITION for the other 4xx and for 1xx and 3xx.
absl::Status HttpStatusToStatus(int http_status, absl::string_view what);

// Returns the usual phrase: "Forbidden"; empty for a status that is not in the table.
absl::string_view HttpReason(int http_status);

// Returns true for the answers that a retry may change: 429, 502, 503, 504.
bool IsRetryableHttpStatus(int http_status);

}  // namespace cis
