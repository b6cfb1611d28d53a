// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a share may be considered at all: its configuration, the sites that the request selects,
// the VO's login and the age of the data.

#include <vector>

#include "server/placement/placement.h"
#include "server/placement/reason.h"
#include "server/placement/search_context.h"

namespace cis::server {

// Returns whether flavors, images or networks of a share were ever read.
bool HasData(const IndexedShare& share, Kind kind);

// The worst state and the oldest read of the data that placements require: flavors, images and
// networks.
struct DataAge {
  DataState state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
};
DataAge AgeOf(const IndexedShare& share, const SearchContext& context);

// Returns the reasons of the stages vo, site, auth and freshness, in that order; empty if there are
// none. `age` is the result of AgeOf for the share.
std::vector<Reason> CheckStanding(const IndexedShare& share, const DataAge& age,
                                  const SearchContext& context);

// Returns what is unknown about a share where nothing is placed.
Unknowns UnknownsOfShare(const IndexedShare& share);

// Returns the downtime of the share's endpoint that is in progress: an outage before a risk, then
// the one that ends last. nullptr if there is none.
const Downtime* RunningDowntime(const IndexedShare& share, absl::Time now);

}  // namespace cis::server
