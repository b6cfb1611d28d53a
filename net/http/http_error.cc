// SPDX-License-Identifier: Apache-2.0
#include "net/http/http_error.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace cis {
namespace {

constexpr absl::string_view kClassPayloadUrl = "cis/error-class";

ErrorClass FromCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return ErrorClass::kNone;
    case absl::StatusCode::kUnauthenticated:
      return ErrorClass::kAuth;
    case absl::StatusCode::kPermissionDenied:
      return ErrorClass::kForbidden;
    case absl::StatusCode::kNotFound:
      return ErrorClass::kNotFound;
    case absl::StatusCode::kDeadlineExceeded:
      return ErrorClass::kTimeout;
    case absl::StatusCode::kResourceExhausted:
      return ErrorClass::kLimit;
    case absl::StatusCode::kUnavailable:
      return ErrorClass::kConnect;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kDataLoss:
      return ErrorClass::kParse;
    case absl::StatusCode::kFailedPrecondition:
      return ErrorClass::kConfig;
    default:
      return ErrorClass::kInternal;
  }
}

}  // namespace

absl::Status WithErrorClass(absl::Status status, ErrorClass error) {
  if (!status.ok()) status.SetPayload(kClassPayloadUrl, absl::Cord(FormatErrorClass(error)));
  return status;
}

absl::Status MakeError(absl::StatusCode code, ErrorClass error, absl::string_view message) {
  return WithErrorClass(absl::Status(code, message), error);
}

absl::Status Reword(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { reworded.SetPayload(url, payload); });
  if (status.GetPayload(kClassPayloadUrl).has_value()) return reworded;
  return WithErrorClass(std::move(reworded), GetErrorClass(status));
}

ErrorClass GetErrorClass(const absl::Status& status) {
  if (status.ok()) return ErrorClass::kNone;
  const absl::optional<absl::Cord> payload = status.GetPayload(kClassPayloadUrl);
  if (!payload.has_value()) return FromCode(status.code());
  return ParseErrorClass(std::string(*payload));
}

}  // namespace cis
