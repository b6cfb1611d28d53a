// SPDX-License-Identifier: Apache-2.0
#include "schema/model/data_state.h"

#include <algorithm>

#include "schema/model/known.h"

namespace cis {

DataState StateOfData(absl::Time success_time, bool failed, absl::Time now,
                      const FreshnessPolicy& policy) {
  if (!IsKnown(success_time)) return DataState::kMissing;
  const absl::Duration age = now - success_time;
  if (age > policy.expire_after) return DataState::kExpired;
  return age > policy.stale_after || failed ? DataState::kStale : DataState::kFresh;
}

DataState StateOf(const KindState& state, absl::Time now, const FreshnessPolicy& policy) {
  return StateOfData(state.success_time, state.error != ErrorClass::kNone, now, policy);
}

DataState StateOf(const KindState* state, absl::Time now, const FreshnessPolicy& policy) {
  return state == nullptr ? DataState::kMissing : StateOf(*state, now, policy);
}

const KindState* FindKind(absl::Span<const KindState> kinds, Kind kind) {
  for (const KindState& state : kinds) {
    if (state.kind == kind) return &state;
  }
  return nullptr;
}

absl::string_view FormatDataState(DataState state) {
  switch (state) {
    case DataState::kFresh:
      return "fresh";
    case DataState::kStale:
      return "stale";
    case DataState::kExpired:
      return "expired";
    case DataState::kMissing:
      return "missing";
  }
  return "missing";
}

DataState WorstState(absl::Span<const KindState> states, absl::Span<const Kind> kinds,
                     absl::Time now, const FreshnessPolicy& policy) {
  DataState worst = DataState::kFresh;
  for (const Kind kind : kinds) {
    worst = std::max(worst, StateOf(FindKind(states, kind), now, policy));
  }
  return worst;
}

absl::Time OldestSuccess(absl::Span<const KindState> states, absl::Span<const Kind> kinds) {
  if (kinds.empty()) return absl::InfinitePast();
  absl::Time oldest = absl::InfiniteFuture();
  for (const Kind kind : kinds) {
    const KindState* state = FindKind(states, kind);
    oldest = std::min(oldest, state ? state->success_time : absl::InfinitePast());
  }
  return oldest;
}

}  // namespace cis
