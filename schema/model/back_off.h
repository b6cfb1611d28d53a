#pragma once

// When is an endpoint asked again that has failed for days? A pure rule over what the store knows,
// so that the crawler follows it and the server can tell it.

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

// Failing this long, an endpoint is asked in every crawl; a night's or a weekend's outage costs no
// freshness.
inline constexpr absl::Duration kBackOffAfter = absl::Hours(48);
// And only after this many failed logins in a row, so that two crawls a week apart are no outage.
inline constexpr int64_t kBackOffFailures = 4;
// The longest wait between two tries, however long the endpoint has failed.
inline constexpr absl::Duration kLongestBackOff = absl::Hours(7 * 24);
// A crawl that starts this much before its time still counts as due: nightly crawls do not start at
// the same second.
inline constexpr absl::Duration kBackOffSlack = absl::Hours(1);

// How an endpoint stands that is backed off from.
struct BackOff {
  absl::Time failing_since = absl::InfinitePast();  // since when no share of it logs in
  absl::Time last_attempt = absl::InfinitePast();
  absl::Time next_attempt = absl::InfinitePast();  // a crawl at or after this asks again
  ErrorClass error = ErrorClass::kNone;            // of the last attempt
  int64_t failure_count = 0;                       // attempts that failed in a row

  friend bool operator==(const BackOff&, const BackOff&) = default;
};

// True if a login that failed like this says that the site does not work, whoever asks: not a
// refusal of one project or credential, and no mistake of ours.
bool IsSiteFailure(ErrorClass error);

// The wait after the last of attempts that have failed for `failing`: a quarter of that, at least
// 12 hours and at most kLongestBackOff.
absl::Duration BackOffInterval(absl::Duration failing);

// Judges an endpoint by the login states (kAuth) of its configured shares, one each that was ever
// tried. Nothing if it is not backed off from: a share's last login worked or was refused by the
// site, or it has not failed for kBackOffAfter and kBackOffFailures. After an attempt in the future
// (the clock was set back since) the endpoint is due.
std::optional<BackOff> FindBackOff(const std::vector<KindState>& logins, absl::Time now);

// May a crawl at `now` ask again?
bool IsDue(const BackOff& back_off, absl::Time now);

// What FindBackOff wants of the shares of one Keystone: its regions stand and fall together.
// Without discovered shares: they are crawled only where others have logged in.
std::vector<KindState> LoginsOf(const SiteCatalog& site, const std::string& keystone_url);

// By name of the site and Keystone URL.
using BackOffs = std::map<std::pair<std::string, std::string>, BackOff>;

// All endpoints of `catalog` that are backed off from.
BackOffs FindBackOffs(const Catalog& catalog, absl::Time now);

// "backing off: the endpoint fails since 2026-11-20 03:00 UTC (connect, 12 logins in a row); next
// try after 2026-11-29 03:00 UTC".
std::string DescribeBackOff(const BackOff& back_off);

}  // namespace cis
