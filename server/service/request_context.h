// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "schema/model/change.h"
#include "schema/model/data_state.h"

namespace cis::server {

// What a handler may use besides the snapshot and the request.
struct RequestContext {
  absl::Time now =
      absl::InfinitePast();  // when the request, or that for its first page, came; ages refer to it
  FreshnessPolicy freshness;
  std::function<bool()> is_cancelled =
      nullptr;  // whether the client has stopped waiting for the answer; may be empty
  // Whether the caller may see a change; may be empty: all of them.
  std::function<bool(const Change&)> may_see = nullptr;
  std::string access_hint =
      {};  // why the caller may see less than expected; "" = no reason is known
};

}  // namespace cis::server
