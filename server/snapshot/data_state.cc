#include "server/snapshot/data_state.h"

namespace cis {

DataState StateOf(const KindState& state, absl::Time now, const FreshnessPolicy& policy) {
  if (state.success_time == absl::InfinitePast()) return DataState::kMissing;
  const absl::Duration age = now - state.success_time;
  if (age > policy.expire_after) return DataState::kExpired;
  if (age > policy.stale_after || state.error != ErrorClass::kNone) return DataState::kStale;
  return DataState::kFresh;
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

}  // namespace cis
