#pragma once

#include "absl/status/status.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Attaches `error` to `status` as a payload; does nothing to an OK status. The class survives
// copies, and the message stays free of it.
void SetErrorClass(absl::Status& status, ErrorClass error);

// A status with its class attached.
absl::Status MakeError(absl::StatusCode code, ErrorClass error, absl::string_view message);

// `status` with other words: code, class and limit (limit.h) stay.
absl::Status Reword(const absl::Status& status, absl::string_view message);

// The class attached to `status`; kNone for OK. Without one, what the code suggests:
// UNAUTHENTICATED kAuth, PERMISSION_DENIED kForbidden, NOT_FOUND kNotFound, DEADLINE_EXCEEDED
// kTimeout, RESOURCE_EXHAUSTED kLimit, UNAVAILABLE kConnect, INVALID_ARGUMENT and DATA_LOSS kParse,
// FAILED_PRECONDITION kConfig, else kInternal.
ErrorClass GetErrorClass(const absl::Status& status);

}  // namespace cis::crawler
