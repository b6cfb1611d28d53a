#pragma once

// Whether a share may be considered at all: configuration, the request's choice of sites, the VO's
// login and the age of the data.

#include <vector>

#include "server/placement/placement.h"
#include "server/placement/reason.h"
#include "server/placement/search_context.h"

namespace cis::server {

// Whether flavors, images or networks of a share were ever read.
bool HasData(const IndexedShare& share, Kind kind);

// Worst state and oldest read of the data that placements rest on: flavors, images and networks.
struct DataAge {
  DataState state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
};
DataAge AgeOf(const IndexedShare& share, const SearchContext& context);

// Reasons of the stages vo, site, auth and freshness, in that order; empty if there is none. `age`
// is AgeOf the share.
std::vector<Reason> CheckStanding(const IndexedShare& share, const DataAge& age,
                                  const SearchContext& context);

// What is not known of a share where nothing is placed.
Unknowns UnknownsOfShare(const IndexedShare& share);

// The downtime of the share's endpoint that runs now: an outage before a risk, then the one that
// ends last. nullptr if there is none.
const Downtime* RunningDowntime(const IndexedShare& share, absl::Time now);

}  // namespace cis::server
