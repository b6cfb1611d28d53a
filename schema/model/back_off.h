// SPDX-License-Identifier: Apache-2.0
#pragma once

// When to ask an endpoint again that has failed for days. The rule is pure and uses only what is in
// the store, so that the crawler can follow it and the server can report it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/catalog.h"
#include "schema/model/records.h"

namespace cis {

// An endpoint that has failed for less than this is asked in every crawl, so that an outage of a
// night or a weekend does not delay fresh data.
inline constexpr absl::Duration kBackOffAfter = absl::Hours(48);
// The failed logins in a row that are also needed, so that two failed crawls a week apart are not
// taken for an outage.
inline constexpr int64_t kBackOffFailures = 4;
// The longest wait between two attempts, however long the endpoint has failed.
inline constexpr absl::Duration kLongestBackOff = absl::Hours(7 * 24);
// A crawl that starts this much earlier than the next attempt may still ask: nightly crawls do not
// start at the same second.
inline constexpr absl::Duration kBackOffSlack = absl::Hours(1);

// The state of an endpoint that is backed off from.
struct BackOff {
  absl::Time failing_since = absl::InfinitePast();  // since when no share of it has logged in
  absl::Time last_attempt = absl::InfinitePast();
  absl::Time next_attempt = absl::InfinitePast();  // a crawl at or after this asks again
  ErrorClass error = ErrorClass::kNone;            // of the last attempt
  int64_t failure_count = 0;                       // attempts that failed in a row

  friend bool operator==(const BackOff&, const BackOff&) = default;
};

// Returns true if a login that failed with this error says that the site does not work, whoever
// asks: not that one project or credential was rejected, and not that CIS is at fault.
bool IsSiteFailure(ErrorClass error);

// Returns the wait after the last attempt of an endpoint that has failed for `failing`: a quarter
// of that time, at least 12 hours and at most kLongestBackOff.
absl::Duration BackOffInterval(absl::Duration failing);

// Judges an endpoint by the login states (kAuth) of its configured shares, one per share that was
// ever tried. Returns nullopt if the endpoint is not backed off from: the last login of a share
// succeeded or was rejected by the site, or the endpoint has not failed for kBackOffAfter and
// kBackOffFailures. After an attempt in the future (the clock was set back since), the endpoint is
// due.
std::optional<BackOff> FindBackOff(const std::vector<KindState>& logins, absl::Time now);

// Returns whether a crawl at `now` may ask again.
bool IsDue(const BackOff& back_off, absl::Time now);

// Returns the login states that FindBackOff needs: those of all shares of one Keystone, because its
// regions work or fail together. Discovered shares are left out: they are crawled only where other
// shares have logged in.
std::vector<KindState> LoginsOf(const SiteCatalog& site, const std::string& keystone_url);

// By site name and Keystone URL.
using BackOffs = std::map<std::pair<std::string, std::string>, BackOff>;

// Returns all endpoints of `catalog` that are backed off from.
BackOffs FindBackOffs(const Catalog& catalog, absl::Time now);

// Returns a sentence such as "backing off: the endpoint fails since 2026-11-20 03:00 UTC (connect,
// 12 logins in a row); next try after 2026-11-29 03:00 UTC".
std::string DescribeBackOff(const BackOff& back_off);

}  // namespace cis
