// SPDX-License-Identifier: Apache-2.0
#include "server/token/http_fetch.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/http/curl_transport.h"
#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

// No key set or UserInfo of a federation needs more.
constexpr int64_t kMaxBodyBytes = int64_t{256} << 10;

absl::StatusOr<std::string> BodyOf(HttpResponse response) {
  if (response.status == 200) return std::move(response.body);
  const std::string message = absl::StrCat("the issuer answered HTTP ", response.status);
  if (response.status == 401) return absl::UnauthenticatedError(message);
  if (response.status == 403) return absl::PermissionDeniedError(message);
  return absl::UnavailableError(message);
}

}  // namespace

Fetch MakeHttpFetch(const Clock* clock, const std::string& ca_file) {
  return [clock, ca_file](const FetchRequest& fetch) -> absl::StatusOr<std::string> {
    // A transport belongs to one thread; issuers are asked too rarely to keep connections.
    CIS_ASSIGN_OR_RETURN(const std::unique_ptr<CurlTransport> transport,
                         CurlTransport::Create(TransportOptions(), clock));
    HttpRequest request;
    request.url = fetch.url;
    request.headers = {{"Accept", "application/json"}};
    if (!fetch.bearer.empty()) {
      request.headers.push_back({"Authorization", absl::StrCat("Bearer ", fetch.bearer)});
    }
    request.timeout = fetch.timeout;
    request.deadline = fetch.timeout;
    request.max_tries = 1;
    request.max_body_bytes = kMaxBodyBytes;
    request.ca_file = ca_file;
    request.allow_loopback = fetch.allow_loopback;
    absl::StatusOr<std::string> result = absl::UnavailableError("the issuer did not answer");
    transport->Send(std::move(request), [&result](absl::StatusOr<HttpResponse> response) {
      result = response.ok() ? BodyOf(*std::move(response)) : response.status();
    });
    CIS_RETURN_IF_ERROR(transport->Run(clock->Steady() + fetch.timeout));
    return result;
  };
}

}  // namespace cis::server
