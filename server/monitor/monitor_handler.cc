// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/monitor_handler.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/access/http_caller.h"

namespace cis::server {
namespace {

constexpr char kMetrics[] = "/metrics";

int HttpStatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    default:
      return 503;
  }
}

absl::Status CheckOperation(const Admission& admission) {
  if (admission.rights.operation) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("the metrics name sites and their errors; the policy must grant you "
                   "`operation`",
                   admission.hint.empty() ? "" : ": ", admission.hint));
}

}  // namespace

HttpReply ErrorReply(const absl::Status& status) {
  HttpReply reply;
  reply.status = HttpStatusOf(status);
  if (reply.status == 401) reply.headers = {{"WWW-Authenticate", "Bearer"}};
  reply.body = absl::StrCat(status.message(), "\n");
  return reply;
}

HttpHandler MonitorHandler(HttpPages pages, Access* access) {
  return [pages = std::move(pages), access](const std::shared_ptr<const HttpRequest>& request,
                                            const HttpRespond& respond) {
    if (request->path != kMetrics) return respond(ReplyOf(pages, *request));
    const auto answer = [pages, access, request, respond](absl::StatusOr<Admission> admission) {
      absl::Status status = admission.status();
      if (status.ok()) status = CheckOperation(*admission);
      if (status.ok()) status = access->Spend(*admission, 1);
      respond(status.ok() ? ReplyOf(pages, *request) : ErrorReply(status));
    };
    access->AdmitThen(SourceOf(*request), kMetrics,
                      {.admitted = answer,
                       .is_wanted = [] { return true; },
                       .drop =
                           [respond](bool) {
                             respond(ErrorReply(absl::UnavailableError("the server is stopping")));
                           }});
  };
}

}  // namespace cis::server
