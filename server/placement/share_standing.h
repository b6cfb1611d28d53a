#pragma once

// Whether a share may be considered at all: configuration, the request's choice of sites, the VO's
// login and the age of the data.

#include <vector>

#include "server/placement/share_search.h"

namespace cis {

// Reasons of the stages vo, site, auth and freshness, in that order; empty if there is none.
std::vector<Reason> CheckStanding(const IndexedShare& share, const SearchContext& context);

// Whether flavors, images or networks of a share were ever read.
bool HasData(const IndexedShare& share, Kind kind);

// Worst state and oldest read of the data that placements rest on: flavors, images and networks.
struct DataAge {
  DataState state = DataState::kFresh;
  absl::Time observe_time = absl::InfinitePast();
};
DataAge AgeOf(const IndexedShare& share, const SearchContext& context);

}  // namespace cis
