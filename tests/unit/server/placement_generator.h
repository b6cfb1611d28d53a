// SPDX-License-Identifier: Apache-2.0
#pragma once

// Catalogs and requests made from a seed: small numbers, so that everything happens often.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "server/placement/placement_query.h"
#include "tests/support/builders.h"

namespace cis::server {

// The same catalog or request for the same seed.
class Generator {
 public:
  explicit Generator(uint64_t seed) : engine_(seed) {}

  // Adds the shares of `site_count` sites named SITE-0, SITE-1...; a site's contents depend on the
  // seed and its number only.
  CatalogBuilder Catalogs(int site_count, uint64_t seed);
  PlacementQuery Query();
  // Two or three groups, or alternatives, with requirements of their own.
  PlacementQuery QueryOfGroups();
  PlacementQuery QueryOfAlternatives();
  // A query of one kind, of groups or of alternatives that may restrict every field.
  PlacementQuery AnyQuery();
  // A change that makes the request harder to satisfy.
  void Tighten(PlacementQuery* query);
  // As Tighten, of every field, those included that TryEverything does not know.
  void TightenMore(MachineRequest* request);
  // Gives sites of a catalog countries, data of different ages, availability zones and more GPUs.
  void MakeSitesDiffer(CatalogBuilder& builder, int site_count);

  // From 0 to `below` - 1.
  int Below(int below) { return static_cast<int>(engine_() % static_cast<uint64_t>(below)); }
  bool OneIn(int n) { return Below(n) == 0; }

 private:
  MachineRequest Part(int number);
  void RestrictSites(PlacementQuery* query);
  void AddShare(CatalogBuilder& builder, const std::string& site, const std::string& vo);
  void AddSubnets(Network& network);
  void AddRouters(CatalogBuilder& builder, const std::vector<Network>& tenants,
                  const std::vector<std::string>& pools);
  void AddSubnetPools(CatalogBuilder& builder);
  void AddNetworks(CatalogBuilder& builder);
  Flavor AnyFlavor(int number);
  Image AnyImage(int number);
  Tristate AnyTristate();

  std::mt19937_64 engine_;
};

}  // namespace cis::server
