// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rules of placement once more, written apart from the engine and without any of its code:
// every combination is tried. Slow and plain. Reads the catalog only.

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "schema/model/catalog.h"
#include "server/placement/placement_query.h"

namespace cis::server {

// How machines get a network: "direct", "floating", "repair" (of a router), "router" (to make),
// "network" (to make), "private", "routed" (a network to make, of a subnet pool) or "isolated" (a
// network to make); with ids of network, pool, subnet and subnet pool, "" where there is none.
struct Way {
  std::string kind;
  std::string network;
  std::string pool;
  std::string subnet;
  std::string subnet_pool;
  bool is_assumed = false;

  friend auto operator<=>(const Way&, const Way&) = default;
};

// (site, vo, flavor id, image id, way).
using Combination = std::tuple<std::string, std::string, std::string, std::string, Way>;

// Every combination that satisfies the query. Knows bounds of numbers, distro and `>=` of a
// version, arch, count, wishes for addresses and volumes; not names, sites, countries and ages.
std::set<Combination> TryEverything(const Catalog& catalog, const PlacementQuery& query);

// What is chosen for one group; empty or absent = anything that rests on no assumption.
struct GroupCombination {
  std::string flavor;
  std::string image;
  std::optional<Way> way;
};

// Returns whether the groups of the query can run together at the VO's share of a site, with what
// is chosen for each; `chosen` may be empty. Tries every combination.
bool TryGroups(const Catalog& catalog, const PlacementQuery& query, const std::string& site,
               const std::string& vo, const std::vector<GroupCombination>& chosen);

// Returns whether a flavor satisfies what the reason code is about, by the rules above. Knows the
// codes of stage flavor but FLAVOR_NAME_MISMATCH and those of the vendor and model of a GPU.
bool FlavorSatisfies(const Flavor& flavor, const PlacementQuery& query, const std::string& code);

// As FlavorSatisfies, of images and the codes of stage image but IMAGE_NOT_FOUND,
// IMAGE_NAME_MISMATCH and IMAGE_PROPERTY_REFUSED.
bool ImageSatisfies(const Image& image, const PlacementQuery& query, const std::string& code);

// Returns whether what the reason code says of the networks of a share is so. Knows the codes of
// stage network but those of a network that is named and of zones, and not the wish for no public
// IPv6 address.
bool NetworkReasonHolds(const ShareCatalog& share, const PlacementQuery& query,
                        const std::string& code);

// Returns what is left of a quota; nothing if it is unlimited or not known.
std::optional<int64_t> QuotaLeft(const ShareCatalog& share, const std::string& resource);

}  // namespace cis::server
