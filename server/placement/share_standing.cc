// SPDX-License-Identifier: Apache-2.0
#include "server/placement/share_standing.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "schema/model/known.h"

namespace cis::server {
namespace {

Reason Plain(ReasonCode code, const KindState* kind = nullptr) {
  Reason reason;
  reason.code = code;
  reason.kind = kind;
  return reason;
}

// The state of a kind that was never tried.
const KindState* NeverTried(Kind kind) {
  static const std::array<KindState, 5>* const kStates = [] {
    auto* states = new std::array<KindState, 5>;
    for (const Kind k : kAllKinds) (*states)[static_cast<size_t>(k)].kind = k;
    return states;
  }();
  return &(*kStates)[static_cast<size_t>(kind)];
}

bool Contains(const std::vector<const SiteCatalog*>& sites, const SiteCatalog* site) {
  return std::find(sites.begin(), sites.end(), site) != sites.end();
}

void CheckSite(const IndexedShare& share, const SearchContext& context, std::vector<Reason>* out) {
  const PlacementQuery& query = *context.query;
  const SiteCatalog& site = *share.view.site;
  const bool site_configured = site.site.configured && share.view.endpoint->endpoint.configured;
  if (!share.share().configured && site_configured) {
    out->push_back(Plain(ReasonCode::kVoNotConfigured));
  }
  if (!site_configured) out->push_back(Plain(ReasonCode::kSiteNotConfigured));
  if (context.has_site_filter && !Contains(context.sites, &site)) {
    out->push_back(Plain(ReasonCode::kSiteNotSelected));
  }
  if (Contains(context.excluded_sites, &site)) out->push_back(Plain(ReasonCode::kSiteExcluded));
  const auto is_in = [&site](const std::vector<std::string>& countries) {
    return std::any_of(countries.begin(), countries.end(), [&site](const std::string& c) {
      return absl::EqualsIgnoreCase(c, site.site.country_code);
    });
  };
  if (!query.countries.empty() && !is_in(query.countries)) {
    out->push_back(Plain(ReasonCode::kCountryNotSelected));
  }
  if (is_in(query.excluded_countries)) out->push_back(Plain(ReasonCode::kCountryExcluded));
  if (std::any_of(query.excluded_placements.begin(), query.excluded_placements.end(),
                  [&share](const ExcludedPlacement& one) {
                    return one.flavor.empty() && one.share == share.name;
                  })) {
    out->push_back(Plain(ReasonCode::kShareExcluded));
  }
}

void CheckLogin(const IndexedShare& share, std::vector<Reason>* out) {
  const KindState* auth = share.kind(Kind::kAuth);
  if (share.share().support == VoSupport::kRefused) {
    out->push_back(Plain(ReasonCode::kAuthRefused, auth));
  } else if (auth != nullptr && !IsKnown(auth->success_time) && auth->error != ErrorClass::kNone) {
    out->push_back(Plain(ReasonCode::kSiteUnreachable, auth));
  }
}

void CheckAge(const IndexedShare& share, const SearchContext& context, std::vector<Reason>* out) {
  const std::optional<absl::Duration>& max_age = context.query->max_age;
  for (const Kind kind : kNeededKinds) {
    const KindState* state = share.kind(kind);
    const DataState data = StateOf(state, context.now, context.policy);
    if (data == DataState::kMissing) {
      out->push_back(Plain(ReasonCode::kDataMissing, state == nullptr ? NeverTried(kind) : state));
      continue;
    }
    const absl::Duration age = context.now - state->success_time;
    if (data == DataState::kExpired) {
      Reason reason = Plain(ReasonCode::kDataExpired, state);
      reason.want = absl::ToInt64Seconds(context.policy.expire_after);
      reason.best = absl::ToInt64Seconds(age);
      out->push_back(reason);
    } else if (max_age && age > *max_age) {
      Reason reason = Plain(ReasonCode::kDataStale, state);
      reason.want = absl::ToInt64Seconds(*max_age);
      reason.best = absl::ToInt64Seconds(age);
      out->push_back(reason);
    }
  }
}

}  // namespace

std::vector<Reason> CheckStanding(const IndexedShare& share, const DataAge& age,
                                  const SearchContext& context) {
  std::vector<Reason> out;
  CheckSite(share, context, &out);
  CheckLogin(share, &out);
  // Most data is neither missing nor too old.
  if (age.state >= DataState::kExpired || context.query->max_age) CheckAge(share, context, &out);
  return out;
}

bool HasData(const IndexedShare& share, Kind kind) {
  const KindState* state = share.kind(kind);
  return state != nullptr && IsKnown(state->success_time);
}

Unknowns UnknownsOfShare(const IndexedShare& share) {
  Unknowns out = 0;
  if (share.share().support == VoSupport::kUnknown) out |= UnknownBit(Unknown::kVoSupport);
  if (!HasData(share, Kind::kQuotas)) out |= UnknownBit(Unknown::kQuota);
  return out;
}

const Downtime* RunningDowntime(const IndexedShare& share, absl::Time now) {
  const Downtime* worst = nullptr;
  for (const Downtime* downtime : share.downtimes) {
    if (downtime->IsRunning(now) && (worst == nullptr || IsWorseDowntime(*downtime, *worst))) {
      worst = downtime;
    }
  }
  return worst;
}

DataAge AgeOf(const IndexedShare& share, const SearchContext& context) {
  const NeededData& needed = share.needed;
  DataAge out;
  out.observe_time = needed.oldest_success;
  out.state = StateOfData(needed.is_missing ? absl::InfinitePast() : needed.oldest_success,
                          needed.has_error, context.now, context.policy);
  return out;
}

}  // namespace cis::server
