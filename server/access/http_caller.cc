// SPDX-License-Identifier: Apache-2.0
#include "server/access/http_caller.h"

#include <string>

namespace cis::server {
namespace {

std::string HeaderOf(const HttpRequest& request, absl::string_view name) {
  return std::string(request.Header(name).value_or(""));
}

}  // namespace

CallSource SourceOf(const HttpRequest& request) {
  CallSource source;
  source.address = request.peer.address;
  source.is_unix = request.peer.is_unix;
  source.is_direct = IsFromThisMachine(request);
  if (request.peer.has_certificate) {
    source.certificate =
        ClientCertificate{request.peer.certificate_subject, request.peer.certificate_sans};
  }
  source.forwarded = HeaderOf(request, "Forwarded");
  source.x_forwarded_for = HeaderOf(request, "X-Forwarded-For");
  if (const auto authorization = request.Header("Authorization")) {
    source.authorization = std::string(*authorization);
  }
  source.request_id = HeaderOf(request, "X-Request-Id");
  if (!IsRequestId(source.request_id)) source.request_id = MakeRequestId();
  source.trace_id = TraceIdOf(HeaderOf(request, "Traceparent"));
  return source;
}

}  // namespace cis::server
