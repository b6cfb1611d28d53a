#include "crawler/http/http_status.h"

#include "absl/strings/str_cat.h"
#include "crawler/http/http_error.h"

namespace cis::crawler {
namespace {

struct Row {
  int http_status;
  absl::string_view reason;
  absl::StatusCode code;
  ErrorClass error;
};

constexpr Row kRows[] = {
    // Version lists: the right answer to discovery, the wrong one to anything else.
    {300, "Multiple Choices", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig},
    {301, "Moved Permanently", absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy},
    {302, "Found", absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy},
    {303, "See Other", absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy},
    {307, "Temporary Redirect", absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy},
    {308, "Permanent Redirect", absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy},
    {400, "Bad Request", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig},
    {401, "Unauthorized", absl::StatusCode::kUnauthenticated, ErrorClass::kAuth},
    {403, "Forbidden", absl::StatusCode::kPermissionDenied, ErrorClass::kForbidden},
    {404, "Not Found", absl::StatusCode::kNotFound, ErrorClass::kNotFound},
    {405, "Method Not Allowed", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig},
    {406, "Not Acceptable", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig},
    {407, "Proxy Authentication Required", absl::StatusCode::kFailedPrecondition,
     ErrorClass::kConfig},
    {408, "Request Timeout", absl::StatusCode::kDeadlineExceeded, ErrorClass::kTimeout},
    {409, "Conflict", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig},
    {410, "Gone", absl::StatusCode::kNotFound, ErrorClass::kNotFound},
    {413, "Content Too Large", absl::StatusCode::kResourceExhausted, ErrorClass::kLimit},
    {429, "Too Many Requests", absl::StatusCode::kUnavailable, ErrorClass::kRateLimit},
    {500, "Internal Server Error", absl::StatusCode::kInternal, ErrorClass::kServer},
    {501, "Not Implemented", absl::StatusCode::kUnimplemented, ErrorClass::kServer},
    {502, "Bad Gateway", absl::StatusCode::kUnavailable, ErrorClass::kServer},
    {503, "Service Unavailable", absl::StatusCode::kUnavailable, ErrorClass::kServer},
    {504, "Gateway Timeout", absl::StatusCode::kUnavailable, ErrorClass::kServer},
};

Row FindRow(int http_status) {
  for (const Row& row : kRows) {
    if (row.http_status == http_status) return row;
  }
  if (http_status >= 500 && http_status <= 599) {
    return {http_status, "", absl::StatusCode::kInternal, ErrorClass::kServer};
  }
  if (http_status >= 400 && http_status <= 499) {
    return {http_status, "", absl::StatusCode::kFailedPrecondition, ErrorClass::kConfig};
  }
  if (http_status >= 100 && http_status <= 399) {
    return {http_status, "", absl::StatusCode::kFailedPrecondition, ErrorClass::kParse};
  }
  return {http_status, "", absl::StatusCode::kInternal, ErrorClass::kParse};
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

}  // namespace cis::crawler
