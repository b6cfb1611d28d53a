// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether data may be relied on: a pure function of when it was read, whether the last attempt
// failed, and the present time.

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/model/records.h"

namespace cis {

// Ordered: a larger value is worse.
enum class DataState { kFresh = 0, kStale, kExpired, kMissing };

// "fresh", "stale", "expired" or "missing".
absl::string_view FormatDataState(DataState state);

// When data stops being fresh, and when it stops being used.
struct FreshnessPolicy {
  absl::Duration stale_after = absl::Hours(26);
  absl::Duration expire_after = absl::Hours(24 * 14);
};

// Returns kMissing if nothing was ever read (`success_time` is InfinitePast); kExpired if older
// than `expire_after`; kStale if older than `stale_after` or if the last attempt failed; kFresh
// otherwise. A read in the future (clocks differ) has age zero.
DataState StateOfData(absl::Time success_time, bool failed, absl::Time now,
                      const FreshnessPolicy& policy);

// The same for a kind of a share.
DataState StateOf(const KindState& state, absl::Time now, const FreshnessPolicy& policy);

// As StateOf; kMissing for nullptr, which stands for a kind that was never tried.
DataState StateOf(const KindState* state, absl::Time now, const FreshnessPolicy& policy);

// Returns the entry of `kind`, or nullptr if it was never tried.
const KindState* FindKind(absl::Span<const KindState> kinds, Kind kind);

// Returns the worst state of `kinds`; kFresh if `kinds` is empty.
DataState WorstState(absl::Span<const KindState> states, absl::Span<const Kind> kinds,
                     absl::Time now, const FreshnessPolicy& policy);

// Returns when the oldest of `kinds` was read; InfinitePast if one of them never was.
absl::Time OldestSuccess(absl::Span<const KindState> states, absl::Span<const Kind> kinds);

}  // namespace cis
