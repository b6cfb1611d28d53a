// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cis::server {

// A GET of a document of an issuer.
struct FetchRequest {
  std::string url;
  std::string bearer;  // a token to send along; empty = none
  absl::Duration timeout;
  bool allow_loopback = false;
};

// Returns the body of a response with status 200. Returns UNAUTHENTICATED for 401,
// PERMISSION_DENIED for 403, and any other error if there is no such response. May be called from
// several threads at once.
using Fetch = std::function<absl::StatusOr<std::string>(const FetchRequest&)>;

}  // namespace cis::server
