#pragma once

// Catalogs that cases are answered from, by name:
//   small        WEST, SOUTH and NORTH: quotas that are used up, a disk that is too small for the
//                image, private addresses, GPUs, two architectures
//   small-later  the same after WEST replaced its flavors by smaller ones
//   clusters     ALPHA, BETA and GAMMA: room for several machines, two models of GPU
//   unusual      INFN-PADOVA-STACK, OLD, HIDING and BARE: long names and plans, old data, unknown
//                facts, a hidden image, a share of a second VO whose quotas are not known, networks
//                that have yet to be made
//   crowd        thirty sites that refuse 8 GiB of RAM with a public address
//   hostile      names with a meaning to the tools that placements are handed over to

#include <optional>

#include "absl/strings/string_view.h"
#include "tests/support/builders.h"

namespace cis::server {

// The VO that all shares belong to, but for one of HIDING, which is of `ops`.
inline constexpr char kFederationVo[] = "vo.access.egi.eu";

// Returns nothing if no federation has that name.
std::optional<CatalogBuilder> FederationNamed(absl::string_view name);

}  // namespace cis::server
