// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/status/status.h"
#include "schema/model/records.h"

namespace cis {

// Returns `status` with `error` attached as a payload; an OK status stays as it is. Copies keep the
// class, and the message does not contain it.
absl::Status WithErrorClass(absl::Status status, ErrorClass error);

// Returns a status with its class attached.
absl::Status MakeError(absl::StatusCode code, ErrorClass error, absl::string_view message);

// Returns `status` with another message; code, class and limit (limit.h) are kept.
absl::Status Reword(const absl::Status& status, absl::string_view message);

// Returns the class attached to `status`; kNone for OK. Without one, returns the class for its
// code: UNAUTHENTICATED kAuth, PERMISSION_DENIED kForbidden, NOT_FOUND kNotFound, DEADLINE_EXCEEDED
// kTimeout, RESOURCE_EXHAUSTED kLimit, UNAVAILABLE kConnect, INVALID_ARGUMENT and DATA_LOSS kParse,
// FAILED_PRECONDITION kConfig, else kInternal.
ErrorClass GetErrorClass(const absl::Status& status);

}  // namespace cis
