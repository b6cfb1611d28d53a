// SPDX-License-Identifier: Apache-2.0
#include "net/http/http_status.h"

#include "absl/strings/str_cat.h"
#include "net/http/http_error.h"

namespace cis {
namespace {

struct Row {
  int http_status;
  absl::string_view reason;
  absl::StatusCode code;
  ErrorClass error;
};

using Code = absl::StatusCode;

constexpr Row kRows[] = {
    // Version lists: the right answer to discovery, the wrong one to anything else.
    {300, "Multiple Choices", Code::kFailedPrecondition, ErrorClass::kConfig},
    {301, "Moved Permanently", Code::kFailedPrecondition, ErrorClass::kPolicy},
    {302, "Found", Code::kFailedPrecondition, ErrorClass::kPolicy},
    {303, "See Other", Code::kFailedPrecondition, ErrorClass::kPolicy},
    {307, "Temporary Redirect", Code::kFailedPrecondition, ErrorClass::kPolicy},
    {308, "Permanent Redirect", Code::kFailedPrecondition, ErrorClass::kPolicy},
    {400, "Bad Request", Code::kFailedPrecondition, ErrorClass::kConfig},
    {401, "Unauthorized", Code::kUnauthenticated, ErrorClass::kAuth},
    {403, "Forbidden", Code::kPermissionDenied, ErrorClass::kForbidden},
    {404, "Not Found", Code::kNotFound, ErrorClass::kNotFound},
    {405, "Method Not Allowed", Code::kFailedPrecondition, ErrorClass::kConfig},
    {406, "Not Acceptable", Code::kFailedPrecondition, ErrorClass::kConfig},
    {407, "Proxy Authentication Required", Code::kFailedPrecondition, ErrorClass::kConfig},
    {408, "Request Timeout", Code::kDeadlineExceeded, ErrorClass::kTimeout},
    {409, "Conflict", Code::kFailedPrecondition, ErrorClass::kConfig},
    {410, "Gone", Code::kNotFound, ErrorClass::kNotFound},
    {413, "Content Too Large", Code::kResourceExhausted, ErrorClass::kLimit},
    {429, "Too Many Requests", Code::kUnavailable, ErrorClass::kRateLimit},
    {500, "Internal Server Error", Code::kInternal, ErrorClass::kServer},
    {501, "Not Implemented", Code::kUnimplemented, ErrorClass::kServer},
    {502, "Bad Gateway", Code::kUnavailable, ErrorClass::kServer},
    {503, "Service Unavailable", Code::kUnavailable, ErrorClass::kServer},
    {504, "Gateway Timeout", Code::kUnavailable, ErrorClass::kServer},
};

Row FindRow(int http_status) {
  for (const Row& row : kRows) {
    if (row.http_status == http_status) return row;
  }
  if (http_status >= 500 && http_status <= 599) {
    return {http_status, "", Code::kInternal, ErrorClass::kServer};
  }
  if (http_status >= 400 && http_status <= 499) {
    return {http_status, "", Code::kFailedPrecondition, ErrorClass::kConfig};
  }
  if (http_status >= 100 && http_status <= 399) {
    return {http_status, "", Code::kFailedPrecondition, ErrorClass::kParse};
  }
  return {http_status, "", Code::kInternal, ErrorClass::kParse};
}

bool IsSuccess(int http_status) { return http_status >= 200 && http_status <= 299; }

}  // namespace

ErrorClass HttpErrorClass(int http_status) {
  return IsSuccess(http_status) ? ErrorClass::kNone : FindRow(http_status).error;
}

absl::Status HttpStatusToStatus(int http_status, absl::string_view what) {
  if (IsSuccess(http_status)) return absl::OkStatus();
  const Row row = FindRow(http_status);
  return MakeError(
      row.code, row.error,
      absl::StrCat(what, ": HTTP ", http_status, row.reason.empty() ? "" : " ", row.reason));
}

absl::string_view HttpReason(int http_status) { return FindRow(http_status).reason; }

bool IsRetryableHttpStatus(int http_status) {
  return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
}

}  // namespace cis
