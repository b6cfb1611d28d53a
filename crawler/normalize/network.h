// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a share may do with one network, derived from what Neutron shows of it.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// A range or an address that is visible on a network. `text` is classified and then dropped if it
// is an address of the project (source other than "subnets" and "floatingip_pools").
struct SeenAddress {
  std::string text;       // address or CIDR
  std::string source;     // "subnets", "floatingip_pools", "router_gateway", "floatingips"
  std::string subnet_id;  // empty = unknown
};

// A router of the project that connects the network to an external one.
struct OwnRouter {
  std::vector<std::string> subnet_ids;  // that it is connected to; empty = not known
  bool without_nat = false;             // it does not translate IPv4 addresses
  // The network and the external one are in one address scope, where nothing is translated.
  bool same_scope_v4 = false;
  bool same_scope_v6 = false;

  bool Serves(absl::string_view subnet_id) const;
};

// Facts around one network that are not in its own record.
struct NetworkContext {
  std::string project_id;  // of the share; empty = unknown
  std::vector<SeenAddress> seen;
  bool has_nothing_but_name = false;  // the record shows neither role nor access
  // Neutron listed the floating-IP pools: every IPv4 subnet of every external network is in `seen`.
  bool pools_listed = false;
  bool gateway_of_own_router = false;
  bool only_external = false;      // the one external network that the share sees
  bool routers_known = false;      // the project's routers were listed
  bool router_present = false;     // an own router connects it to an external network
  std::vector<OwnRouter> routers;  // those routers
  // The network belongs to another project, and that project owns none of the external networks
  // that other projects own: a tenant may share a network with a misleading name.
  bool owner_untrusted = false;
};

// Fills usable_as, also_floating_pool, attachable, public_v4 and public_v6 of `network`, whose raw
// fields and subnets are set, with evidence and confidence.
//
// The use follows Neutron's rules: an external network that is not shared accepts no ports of
// normal users (Nova answers 403) and only provides floating IPs. Whether addresses are public is
// decided by the addresses alone; they also decide whether a shared network is attached to directly
// or used like an own one. Names never leave more than a hint in the evidence. If the confidence of
// `usable_as` is kUnknown, the use is not known, and `usable_as` is only what could be tried.
void ClassifyNetwork(const Rules& rules, const NetworkContext& context, Network* network);

}  // namespace cis::crawler
