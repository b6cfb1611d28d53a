// SPDX-License-Identifier: Apache-2.0
#include "schema/model/back_off.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schema/base/time_text.h"

namespace cis {

bool IsSiteFailure(ErrorClass error) {
  switch (error) {
    case ErrorClass::kDns:
    case ErrorClass::kConnect:
    case ErrorClass::kTls:
    case ErrorClass::kTimeout:
    case ErrorClass::kRateLimit:
    case ErrorClass::kServer:
    case ErrorClass::kParse:
    case ErrorClass::kLimit:
      return true;
    case ErrorClass::kNone:
    case ErrorClass::kAuth:
    case ErrorClass::kForbidden:
    case ErrorClass::kNotFound:
    case ErrorClass::kPolicy:
    case ErrorClass::kConfig:
    case ErrorClass::kInternal:
    case ErrorClass::kBackingOff:
      break;
  }
  return false;
}

absl::Duration BackOffInterval(absl::Duration failing) {
  return std::clamp(failing / 4, absl::Hours(12), kLongestBackOff);
}

std::optional<BackOff> FindBackOff(const std::vector<KindState>& logins, absl::Time now) {
  if (logins.empty()) return std::nullopt;
  BackOff found;
  for (const KindState& login : logins) {
    if (!IsSiteFailure(login.error)) return std::nullopt;
    // The endpoint has failed since the last success of any share.
    found.failing_since = std::max(found.failing_since, login.failing_since);
    if (login.attempt_time >= found.last_attempt) {
      found.last_attempt = login.attempt_time;
      found.error = login.error;
    }
    // Only the probing share is asked, so the largest count is the endpoint's.
    found.failure_count = std::max(found.failure_count, login.failure_count);
  }
  const absl::Duration failing = found.last_attempt - found.failing_since;
  if (failing < kBackOffAfter || found.failure_count < kBackOffFailures) return std::nullopt;
  // If the clock was set back, the time of the last attempt is meaningless: ask.
  found.next_attempt =
      found.last_attempt > now ? now : found.last_attempt + BackOffInterval(failing);
  return found;
}

std::vector<KindState> LoginsOf(const SiteCatalog& site, const std::string& keystone_url) {
  std::vector<KindState> logins;
  for (const EndpointCatalog& endpoint : site.endpoints) {
    if (endpoint.endpoint.keystone_url != keystone_url) continue;
    for (const ShareCatalog& entry : endpoint.shares) {
      if (!entry.share.configured || entry.share.discovered) continue;
      for (const KindState& state : entry.kinds) {
        if (state.kind == Kind::kAuth) logins.push_back(state);
      }
    }
  }
  return logins;
}

BackOffs FindBackOffs(const Catalog& catalog, absl::Time now) {
  BackOffs found;
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      const std::string& url = endpoint.endpoint.keystone_url;
      const std::optional<BackOff> back_off = FindBackOff(LoginsOf(*site, url), now);
      if (back_off.has_value()) found[{site->site.name, url}] = *back_off;
    }
  }
  return found;
}

std::string DescribeBackOff(const BackOff& back_off) {
  return absl::StrCat("backing off: the endpoint has failed since ",
                      FormatMinute(back_off.failing_since), " (", FormatErrorClass(back_off.error),
                      ", ", back_off.failure_count, " failed logins in a row); next attempt after ",
                      FormatMinute(back_off.next_attempt));
}

bool IsDue(const BackOff& back_off, absl::Time now) {
  return now + kBackOffSlack >= back_off.next_attempt;
}

}  // namespace cis
