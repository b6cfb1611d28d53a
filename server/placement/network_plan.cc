// SPDX-License-Identifier: Apache-2.0
#include "server/placement/network_plan.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "schema/model/known.h"
#include "server/placement/machine_subnets.h"
#include "server/placement/plan_order.h"

namespace cis::server {
namespace {

// Returns the least of the confidences that the network has for these fields; kUnknown if it has
// none.
Confidence LeastConfidenceOfFields(const Network& network,
                                   std::initializer_list<absl::string_view> fields) {
  bool found = false;
  Confidence least = Confidence::kVerified;
  for (const FieldConfidence& entry : network.provenance.confidence) {
    if (std::find(fields.begin(), fields.end(), entry.field) == fields.end()) continue;
    found = true;
    least = std::min(least, entry.confidence);
  }
  return found ? least : Confidence::kUnknown;
}

void AtMost(Confidence bound, NetworkPlan* plan) {
  plan->confidence = std::min(plan->confidence, bound);
}

// Nova rejects machines on a network without subnets, and Neutron floating IPs from one.
bool HasSubnet(const Network& network) {
  return !network.subnet_ids.empty() || !network.subnets.empty();
}

// A floating IP is an IPv4 address: true unless every subnet is known and none may give one.
bool MayGiveFloatingIps(const Network& network) {
  return !AllSubnetsAreRead(network) ||
         std::any_of(network.subnets.begin(), network.subnets.end(), ServesFloatingIps);
}

bool IsPool(const Network& network) {
  return HasSubnet(network) && MayGiveFloatingIps(network) &&
         (network.usable_as == NetworkUse::kFloatingPool || network.also_floating_pool);
}

bool TakesPorts(const Network& network) {
  return HasSubnet(network) && network.attachable != Tristate::kNo &&
         (network.usable_as == NetworkUse::kTenant || network.usable_as == NetworkUse::kDirect);
}

bool IsUp(const Router& router) { return router.admin_state_up.value_or(true); }

// Sets the pool of floating IPs and gateways. Other projects' use of it is never visible.
void SetPoolNetwork(const Network& pool, NetworkPlan* plan) {
  plan->pool = &pool;
  plan->pool_subnets.clear();
  plan->pool_room = {};
  if (!AllSubnetsAreRead(pool)) return;
  for (const Subnet& subnet : pool.subnets) {
    if (ServesFloatingIps(subnet)) plan->pool_subnets.push_back(&subnet);
  }
  if (!plan->pool_subnets.empty()) plan->pool_room = RoomOf(plan->pool_subnets, false);
}

// A range that a new network gets if nothing asks for another: 192.168.199.0/24 or, for many
// machines, 10.199.0.0/16 (client/handover/launch_script.cc).
constexpr int kNewPrefixLength = 16;

class PlanBuilder {
 public:
  explicit PlanBuilder(const ShareCatalog& share)
      : share_(share), zones_(AvailableZones(share, "compute")) {
    for (const Stored<Network>& stored : share.networks) {
      const Network& network = stored.record;
      if (IsDownNetwork(stored) && (out_.down == nullptr || network.id < out_.down->id)) {
        out_.down = &network;
      }
      if (!IsUsableNetwork(stored)) continue;
      out_.sees_network = true;
      if (IsPool(network)) pools_.push_back(&network);
      if (network.is_external.value_or(false) || IsPool(network)) externals_.push_back(&network);
      if (TakesPorts(network)) ports_.push_back(&network);
    }
    for (const Router& router : share.routers) routers_.push_back(&router);
    const auto by_id = [](const auto* a, const auto* b) { return a->id < b->id; };
    for (auto* list : {&pools_, &externals_, &ports_}) std::sort(list->begin(), list->end(), by_id);
    std::sort(routers_.begin(), routers_.end(), by_id);
  }

  NetworkPlans Build() {
    CollectFloatingIps();
    for (const Network* network : ports_) {
      for (const MachineSubnets& subnets : MachineSubnetsOf(*network, zones_)) {
        if (subnets.AreNone()) continue;
        AddDirect(*network, subnets);
        for (const Network* pool : pools_) AddFloating(*pool, *network, subnets);
        AddPlain(*network, subnets);
      }
    }
    for (const Network* pool : pools_) AddNewNetwork(*pool);
    for (const SubnetPool& subnet_pool : share_.subnet_pools) AddRoutedNetwork(subnet_pool);
    out_.with_public_v4 = SortPlans(share_, std::move(public_));
    AddPlainFallbacks();
    out_.plain = SortPlans(share_, std::move(plain_));
    out_.new_public_v6 = SortPlans(share_, std::move(public_v6_));
    return std::move(out_);
  }

 private:
  // ----------------------------------------------------------------------- what there is
  void CollectFloatingIps() {
    for (const Network* pool : pools_) {
      UnattachedFloatingIps free{std::string(pool->id), {}};
      for (const FloatingIp& ip : share_.floating_ips) {
        if (ip.network_id == pool->id && !ip.attached && ip.status != "ERROR") {
          free.ids.push_back(ip.id);
        }
      }
      if (free.ids.empty()) continue;
      std::sort(free.ids.begin(), free.ids.end());
      out_.unattached.push_back(std::move(free));
    }
  }

  const UnattachedFloatingIps* UnattachedOf(const Network& pool) const {
    for (const UnattachedFloatingIps& free : out_.unattached) {
      if (free.network_id == pool.id) return &free;
    }
    return nullptr;
  }

  const Network* FindExternal(const std::string& id) const {
    for (const Network* network : externals_) {
      if (network->id == id) return network;
    }
    return nullptr;
  }

  bool IsOwn(const Network& network) const { return IsOwnNetwork(network, share_.share); }

  // All ports on the network are seen: it is the project's own, and no other project may use it.
  bool SeesAllPorts(const Network& network) const {
    return IsOwn(network) && !network.shared.value_or(false) &&
           !network.is_external.value_or(false);
  }

  // --------------------------------------------------------------------------- the port
  // A plan for machines on the network, in whatever subnet Neutron takes.
  NetworkPlan PortPlan(const Network& network, const MachineSubnets& subnets) const {
    NetworkPlan plan;
    plan.network = &network;
    plan.zone = subnets.zone;
    plan.confidence = LeastConfidenceOfFields(network, {"usable_as"});
    if (subnets.zone_unknown) AtMost(Confidence::kProbable, &plan);
    plan.public_v6 = subnets.MayHaveV6() ? network.public_v6 : Tristate::kNo;
    if (!subnets.all_known) return plan;
    if (subnets.owner.empty()) {
      SetAddresses(network, subnets.usual, &plan);
    } else {
      SetPort(network, subnets, subnets.v4.empty() ? nullptr : subnets.v4.front(), &plan);
    }
    return plan;
  }

  // Sets the subnets that provide the machine's addresses.
  void SetAddresses(const Network& network, const std::vector<const Subnet*>& subnets,
                    NetworkPlan* plan) const {
    plan->subnets = subnets;
    plan->room = RoomOf(subnets, SeesAllPorts(network));
    plan->needs_config_drive = std::any_of(subnets.begin(), subnets.end(), [](const Subnet* s) {
      return s->ip_version != 6 && s->enable_dhcp == false;
    });
  }

  // Sets a port that is created before the machine: an address in `four`, if that is not nullptr,
  // and one in an IPv6 subnet, if there is one.
  void SetPort(const Network& network, const MachineSubnets& subnets, const Subnet* four,
               NetworkPlan* plan) const {
    std::vector<const Subnet*> own;
    if (four != nullptr) own.push_back(four);
    if (const Subnet* six = BestV6(subnets.v6)) own.push_back(six);
    SetAddresses(network, own, plan);
    plan->port_owner = subnets.owner;
    plan->port_subnets.clear();
    for (const Subnet* subnet : own) {
      if (!subnet->id.empty()) plan->port_subnets.push_back(&subnet->id);
    }
  }

  static const Subnet* BestV6(const std::vector<const Subnet*>& subnets) {
    const Subnet* best = nullptr;
    for (const Subnet* one : subnets) {
      if (best == nullptr ||
          (best->is_public != Tristate::kYes && one->is_public == Tristate::kYes)) {
        best = one;
      }
    }
    return best;
  }

  // The same, with the IPv4 address in this subnet and no other.
  NetworkPlan SubnetPlan(const Network& network, const MachineSubnets& subnets,
                         const Subnet& subnet) const {
    NetworkPlan plan = PortPlan(network, subnets);
    plan.subnet = &subnet.id;
    const bool is_usual =
        subnets.owner.empty() &&
        std::all_of(subnets.usual.begin(), subnets.usual.end(), [&subnet](const Subnet* other) {
          return other->ip_version == 6 || other == &subnet;
        });
    SetPort(network, subnets, &subnet, &plan);
    if (is_usual || subnet.id.empty()) plan.port_subnets.clear();
    return plan;
  }

  static PlanEffort EffortOf(const NetworkPlan& plan) {
    return plan.needs_config_drive ? PlanEffort::kConfigDrive : PlanEffort::kNone;
  }

  static void Add(NetworkPlan plan, PlanEffort effort, std::vector<RankedPlan>* list) {
    list->push_back({std::move(plan), effort});
  }

  // ------------------------------------------------------------------------------ direct
  // Machines get public addresses by their ports alone: of a network that is shared for that, or of
  // an own one whose router leaves addresses as they are.
  void AddDirect(const Network& network, const MachineSubnets& subnets) {
    const bool is_direct = network.usable_as == NetworkUse::kDirect;
    if (!is_direct && network.public_v4 != Tristate::kYes) return;
    if (!subnets.MayHaveV4()) return;
    // Of several subnets, only some may have public addresses, or be behind the router.
    std::vector<const Subnet*> good;
    for (const Subnet* subnet : subnets.v4) {
      const bool is_good = is_direct ? subnet->is_public == Tristate::kYes
                                     : IsRouted(network, subnet) == Tristate::kYes;
      if (is_good) good.push_back(subnet);
    }
    if (subnets.all_known && !good.empty() && good.size() < subnets.v4.size()) {
      for (const Subnet* subnet : good) {
        NetworkPlan plan = SubnetPlan(network, subnets, *subnet);
        plan.public_v4 = is_direct ? Tristate::kYes : network.public_v4;
        if (!is_direct) AtMost(LeastConfidenceOfFields(network, {"public_v4"}), &plan);
        AddDirectPlan(network, std::move(plan));
      }
      return;
    }
    if (network.public_v4 == Tristate::kNo) return;
    NetworkPlan plan = PortPlan(network, subnets);
    plan.public_v4 = network.public_v4;
    AtMost(LeastConfidenceOfFields(network, {"usable_as", "public_v4"}), &plan);
    AddDirectPlan(network, std::move(plan));
  }

  void AddDirectPlan(const Network& network, NetworkPlan plan) {
    plan.kind = PlanKind::kDirect;
    plan.routed = Tristate::kYes;
    // Packets do not leave a subnet without a gateway.
    if (HasNoGateway(network, plan)) AtMost(Confidence::kProbable, &plan);
    const PlanEffort effort = EffortOf(plan);
    Add(std::move(plan), effort, &public_);
  }

  static bool HasNoGateway(const Network& network, const NetworkPlan& plan) {
    return std::any_of(network.subnets.begin(), network.subnets.end(), [&plan](const Subnet& s) {
      return s.ip_version != 6 && s.source == "subnets" && s.gateway_ip.empty() &&
             (plan.subnet == nullptr || *plan.subnet == s.id);
    });
  }

  // ---------------------------------------------------------------------------- floating
  // The ways over one pool to one network.
  void AddFloating(const Network& pool, const Network& network, const MachineSubnets& subnets) {
    if (network.usable_as != NetworkUse::kTenant || !subnets.MayHaveV4()) return;
    if (pool.public_v4 == Tristate::kNo) {
      if (out_.private_pool == nullptr) out_.private_pool = &pool;
      return;
    }
    if (subnets.v4.empty() || !subnets.all_known) {
      NetworkPlan plan = PortPlan(network, subnets);
      if (!network.subnet_ids.empty()) {
        plan.subnet = &*std::min_element(network.subnet_ids.begin(), network.subnet_ids.end());
      }
      if (network.subnet_ids.size() > 1) AtMost(Confidence::kProbable, &plan);
      AddThrough(pool, nullptr, std::move(plan));
      return;
    }
    for (const Subnet* subnet : subnets.v4) {
      AddThrough(pool, subnet, SubnetPlan(network, subnets, *subnet));
    }
  }

  static void SetPool(const Network& pool, const UnattachedFloatingIps* unattached,
                      NetworkPlan* plan) {
    SetPoolNetwork(pool, plan);
    plan->unattached = unattached;
    plan->public_v4 = pool.public_v4;
    AtMost(LeastConfidenceOfFields(pool, {"usable_as", "public_v4"}), plan);
  }

  // Returns the routers with an interface on the subnet; on the network if it is nullptr.
  std::vector<const Router*> RoutersOn(const Network& network, const Subnet* subnet) const {
    std::vector<const Router*> out;
    for (const Router* router : routers_) {
      bool is_on = false;
      if (subnet != nullptr) {
        is_on = IsOnSubnet(*router, network, subnet->id);
      } else {
        is_on = std::find(router->network_ids.begin(), router->network_ids.end(), network.id) !=
                router->network_ids.end();
      }
      if (is_on) out.push_back(router);
    }
    return out;
  }

  // Whether machines in the subnet (in the network, if it is nullptr) are behind a router with a
  // gateway.
  Tristate IsRouted(const Network& network, const Subnet* subnet) const {
    for (const Router* router : RoutersOn(network, subnet)) {
      if (IsUp(*router) && !router->external_network_id.empty()) return Tristate::kYes;
    }
    return share_.routers_known && IsOwn(network) ? Tristate::kNo : Tristate::kUnknown;
  }

  // Whether no floating IP uses the router; otherwise Neutron would not let its gateway change.
  bool IsUnused(const Router& router) const {
    return share_.floating_ips_known &&
           std::none_of(
               share_.floating_ips.begin(), share_.floating_ips.end(),
               [&router](const FloatingIp& ip) {
                 if (!ip.attached) return false;
                 return ip.router_id == router.id ||
                        (ip.router_id.empty() && ip.network_id == router.external_network_id);
               });
  }

  // Adds `plan` with `pool`, if there is or can be a route. A subnet has one gateway address: a
  // router that has it is repaired, because a second router would find it taken.
  void AddThrough(const Network& pool, const Subnet* subnet, NetworkPlan plan) {
    SetPool(pool, UnattachedOf(pool), &plan);
    plan.kind = PlanKind::kFloating;
    const std::vector<const Router*> routers = RoutersOn(*plan.network, subnet);
    const auto leads_here = [&pool](const Router* r) { return r->external_network_id == pool.id; };
    for (const Router* router : routers) {
      if (!leads_here(router) || !IsUp(*router)) continue;
      plan.router = router;
      plan.routed = Tristate::kYes;
      // If only the networks of interfaces are known, they may be on another subnet.
      if (router->subnet_ids.empty() && plan.network->subnet_ids.size() > 1) {
        AtMost(Confidence::kProbable, &plan);
      }
      // Machines send through another router than the one that answers must use.
      if (subnet != nullptr && !subnet->gateway_holder.empty() &&
          subnet->gateway_holder != router->id) {
        AtMost(Confidence::kProbable, &plan);
      }
      const PlanEffort effort = EffortOf(plan);
      return Add(std::move(plan), effort, &public_);
    }
    if (!share_.routers_known) {
      plan.routers_unknown = true;
      AtMost(Confidence::kProbable, &plan);
      const PlanEffort effort = EffortOf(plan);
      return Add(std::move(plan), effort, &public_);
    }
    if (!routers.empty()) return AddRepair(pool, routers, std::move(plan));
    if (!IsOwn(*plan.network)) {
      // Another project's network may be behind another project's router, which is not shown.
      plan.routers_unknown = true;
      plan.is_assumed = true;
      AtMost(Confidence::kGuess, &plan);
      return Add(std::move(plan), PlanEffort::kAssumed, &public_);
    }
    // Neutron connects a router to a subnet only at the gateway's address.
    if (subnet != nullptr && subnet->source == "subnets" && subnet->gateway_ip.empty()) return;
    if (subnet != nullptr && !subnet->gateway_holder.empty()) return;
    if (plan.subnet == nullptr) return;
    plan.kind = PlanKind::kFloatingNeedsRouter;
    Add(std::move(plan), PlanEffort::kMake, &public_);
  }

  // Repairs the router that needs the least: it is switched on, given a gateway, or moved from a
  // pool whose addresses are private.
  void AddRepair(const Network& pool, const std::vector<const Router*>& routers, NetworkPlan plan) {
    plan.kind = PlanKind::kFloatingNeedsRouter;
    plan.routed = Tristate::kNo;
    const auto find = [&](auto is_meant) -> const Router* {
      const auto it = std::find_if(routers.begin(), routers.end(),
                                   [&](const Router* router) { return is_meant(*router); });
      return it == routers.end() ? nullptr : *it;
    };
    PlanEffort effort = PlanEffort::kRepairRouter;
    plan.router = find([&pool](const Router& r) { return r.external_network_id == pool.id; });
    plan.sets_gateway = plan.router == nullptr;
    if (plan.router == nullptr) {
      plan.router = find([](const Router& r) { return r.external_network_id.empty(); });
    }
    if (plan.router == nullptr) {
      effort = PlanEffort::kChangeGateway;
      plan.router = find([this](const Router& r) { return LeadsToPrivatePool(r) && IsUnused(r); });
    }
    if (plan.router == nullptr) return;
    plan.enables_router = !IsUp(*plan.router);
    Add(std::move(plan), effort, &public_);
  }

  bool LeadsToPrivatePool(const Router& router) const {
    const Network* outside = FindExternal(router.external_network_id);
    return outside != nullptr && outside->public_v4 == Tristate::kNo;
  }

  // ------------------------------------------------------------------- networks to make
  void AddNewNetwork(const Network& pool) {
    if (pool.public_v4 == Tristate::kNo) {
      if (out_.private_pool == nullptr) out_.private_pool = &pool;
      return;
    }
    NetworkPlan plan;
    plan.kind = PlanKind::kFloatingNeedsNetwork;
    plan.confidence = Confidence::kVerified;
    SetPool(pool, UnattachedOf(pool), &plan);
    plan.new_ip_version = 4;
    plan.room = RoomOfNewSubnet(kNewPrefixLength);
    plan.public_v6 = Tristate::kNo;
    Add(plan, PlanEffort::kMake, &public_);
    // The same with a second subnet, whose addresses are public themselves.
    for (const SubnetPool& subnet_pool : share_.subnet_pools) {
      const Confidence confidence = RoutesAddressesOf(subnet_pool, pool);
      if (subnet_pool.ip_version != 6 || confidence == Confidence::kUnknown) continue;
      NetworkPlan dual = plan;
      dual.subnet_pool = &subnet_pool;
      dual.public_v6 = Tristate::kYes;
      AtMost(confidence, &dual);
      Add(std::move(dual), PlanEffort::kMakeRouted, &public_);
    }
  }

  // Returns how sure it is that a router between a subnet of the pool and the external network
  // keeps public addresses; kUnknown if it does not. Routers translate nothing between networks of
  // one address scope, and never IPv6. Only if the provider has put both into one scope does it
  // promise that the outside world has a route back.
  static Confidence RoutesAddressesOf(const SubnetPool& pool, const Network& external) {
    if (pool.is_public != Tristate::kYes || !pool.shared.value_or(false)) {
      return Confidence::kUnknown;
    }
    const bool six = pool.ip_version == 6;
    if (six && external.public_v6 == Tristate::kNo) return Confidence::kUnknown;
    const absl::string_view scope = six ? external.address_scope_v6 : external.address_scope_v4;
    if (scope != pool.address_scope_id) return Confidence::kUnknown;
    if (!scope.empty()) return Confidence::kProbable;
    return six ? Confidence::kGuess : Confidence::kUnknown;
  }

  void AddRoutedNetwork(const SubnetPool& subnet_pool) {
    for (const Network* external : externals_) {
      const Confidence confidence = RoutesAddressesOf(subnet_pool, *external);
      if (confidence == Confidence::kUnknown) continue;
      NetworkPlan plan;
      plan.kind = PlanKind::kRoutedNeedsNetwork;
      SetPoolNetwork(*external, &plan);
      plan.subnet_pool = &subnet_pool;
      plan.new_ip_version = subnet_pool.ip_version;
      plan.confidence = confidence;
      plan.routed = Tristate::kYes;
      const bool six = subnet_pool.ip_version == 6;
      plan.public_v4 = six ? Tristate::kNo : Tristate::kYes;
      plan.public_v6 = six ? Tristate::kYes : Tristate::kNo;
      if (six) {
        plan.room.free = AddressRoom::kUnlimited;
      } else if (subnet_pool.default_prefix_length) {
        plan.room = RoomOfNewSubnet(
            static_cast<int>(std::clamp<int64_t>(*subnet_pool.default_prefix_length, 0, 32)));
      }
      Add(std::move(plan), PlanEffort::kMakeRouted, six ? &public_v6_ : &public_);
    }
  }

  // -------------------------------------------------------------------- for no wish at all
  void AddPlain(const Network& network, const MachineSubnets& subnets) {
    if (network.usable_as == NetworkUse::kDirect) {
      NetworkPlan plan = PortPlan(network, subnets);
      plan.kind = network.public_v4 == Tristate::kNo ? PlanKind::kPrivate : PlanKind::kDirect;
      plan.public_v4 = subnets.MayHaveV4() ? network.public_v4 : Tristate::kNo;
      plan.routed = Tristate::kYes;
      return Add(std::move(plan), PlanEffort::kUnaskedPublic, &plain_);
    }
    NetworkPlan plan = PortPlan(network, subnets);
    plan.routed = IsRouted(network, nullptr);
    // If a router serves only some of the subnets, a machine is put into one of these.
    const Subnet* routed = nullptr;
    bool all_routed = true;
    for (const Subnet* subnet : subnets.v4) {
      const bool is_routed = IsRouted(network, subnet) == Tristate::kYes;
      all_routed = all_routed && is_routed;
      if (is_routed && routed == nullptr) routed = subnet;
    }
    const Tristate any_routed = plan.routed;
    if (subnets.all_known && routed != nullptr && !all_routed) {
      plan = SubnetPlan(network, subnets, *routed);
      plan.routed = any_routed;
    }
    plan.kind = PlanKind::kPrivate;
    plan.public_v4 =
        network.public_v4 == Tristate::kYes && subnets.MayHaveV4() ? Tristate::kYes : Tristate::kNo;
    PlanEffort effort = EffortOf(plan);
    if (!IsKnown(plan.routed)) effort = PlanEffort::kMaybeRouted;
    if (plan.routed == Tristate::kNo) effort = PlanEffort::kUnrouted;
    Add(std::move(plan), effort, &plain_);
  }

  // Without a network for a port, a network is created if there is an external one to connect it
  // to; otherwise the machine starts without one. For a request without a public address, a new
  // network is the last resort.
  void AddPlainFallbacks() {
    if (plain_.empty()) {
      for (const NetworkPlan& plan : out_.with_public_v4) {
        if (!plan.is_assumed) Add(plan, PlanEffort::kNone, &plain_);
      }
      NetworkPlan none;
      none.public_v4 = Tristate::kNo;
      none.public_v6 = Tristate::kNo;
      none.routed = Tristate::kNo;
      Add(std::move(none), PlanEffort::kNoNetwork, &plain_);
    }
    if (!out_.sees_network) return;
    NetworkPlan made;
    made.kind = PlanKind::kPrivateNeedsNetwork;
    made.new_ip_version = 4;
    made.room = RoomOfNewSubnet(kNewPrefixLength);
    made.public_v4 = Tristate::kNo;
    made.public_v6 = Tristate::kNo;
    made.routed = Tristate::kNo;
    made.confidence = Confidence::kStrong;
    Add(std::move(made), PlanEffort::kMakePrivate, &plain_);
  }

  const ShareCatalog& share_;
  const std::vector<std::string> zones_;
  NetworkPlans out_;
  std::vector<const Network*> pools_;
  std::vector<const Network*> externals_;
  std::vector<const Network*> ports_;
  std::vector<const Router*> routers_;
  std::vector<RankedPlan> public_;
  std::vector<RankedPlan> plain_;
  std::vector<RankedPlan> public_v6_;
};

}  // namespace

bool IsUsableNetwork(const Stored<Network>& network) {
  return network.active && !IsDownNetwork(network);
}

bool IsDownNetwork(const Stored<Network>& network) {
  const Network& record = network.record;
  return network.active && (!record.admin_state_up.value_or(true) ||
                            (!record.status.empty() && record.status != "ACTIVE"));
}

bool IsOwnNetwork(const Network& network, const Share& share) {
  if (network.owner.empty() || share.project_id.empty()) return !network.shared.value_or(false);
  return network.owner == share.project_id;
}

NetworkPlans BuildNetworkPlans(const ShareCatalog& share) { return PlanBuilder(share).Build(); }

}  // namespace cis::server
