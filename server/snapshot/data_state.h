#pragma once

// Whether data may be relied on: a pure function of when it was read, whether the last try failed,
// and the time now.

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/model/records.h"

namespace cis::server {

// Ordered: a larger value is worse.
enum class DataState { kFresh = 0, kStale, kExpired, kMissing };

// "fresh", "stale", "expired" or "missing".
absl::string_view FormatDataState(DataState state);

// When data stops to be fresh, and when it stops to be used.
struct FreshnessPolicy {
  absl::Duration stale_after = absl::Hours(26);
  absl::Duration expire_after = absl::Hours(24 * 14);
};

// kMissing if nothing was ever read; kExpired if older than `expire_after`; kStale if older than
// `stale_after` or if the last try failed; kFresh otherwise. A read in the future (clocks differ)
// has age zero.
DataState StateOf(const KindState& state, absl::Time now, const FreshnessPolicy& policy);

// As StateOf; kMissing for nullptr, which stands for a kind that was never tried.
DataState StateOf(const KindState* state, absl::Time now, const FreshnessPolicy& policy);

// The entry of `kind`, or nullptr if it was never tried.
const KindState* FindKind(absl::Span<const KindState> kinds, Kind kind);

// The worst state of `kinds`; kFresh if `kinds` is empty.
DataState WorstState(absl::Span<const KindState> states, absl::Span<const Kind> kinds,
                     absl::Time now, const FreshnessPolicy& policy);

// When the oldest of `kinds` was read; InfinitePast if one of them never was.
absl::Time OldestSuccess(absl::Span<const KindState> states, absl::Span<const Kind> kinds);

}  // namespace cis::server
