#include "server/placement/network_plan.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "server/placement/network_names.h"

namespace cis {
namespace {

// Least of the confidences that the network has for these fields; kUnknown if it has none.
Confidence LeastOf(const Network& network, std::initializer_list<absl::string_view> fields) {
  bool found = false;
  Confidence least = Confidence::kVerified;
  for (const FieldConfidence& entry : network.provenance.confidence) {
    if (std::find(fields.begin(), fields.end(), entry.field) == fields.end()) continue;
    found = true;
    least = std::min(least, entry.confidence);
  }
  return found ? least : Confidence::kUnknown;
}

// Nova refuses machines on a network without subnets, Neutron floating IPs from one.
bool HasSubnet(const Network& network) {
  return !network.subnet_ids.empty() || !network.subnets.empty();
}

// A floating IP goes to an IPv4 address of the machine. True unless every subnet is known to be
// IPv6.
bool MayHaveIpv4(const Network& network) {
  const bool all_known = network.subnets.size() >= network.subnet_ids.size();
  return !all_known || std::any_of(network.subnets.begin(), network.subnets.end(),
                                   [](const Subnet& s) { return s.ip_version != 6; });
}

bool IsPool(const Network& network) {
  return HasSubnet(network) && MayHaveIpv4(network) &&
         (network.usable_as == NetworkUse::kFloatingPool || network.also_floating_pool);
}

bool TakesPorts(const Network& network) {
  return HasSubnet(network) && network.attachable != Tristate::kNo &&
         (network.usable_as == NetworkUse::kTenant || network.usable_as == NetworkUse::kDirect);
}

bool IsUp(const Router& router) { return router.admin_state_up.value_or(true); }

bool HasInterface(const Router& router, const std::string& network_id) {
  return std::find(router.network_ids.begin(), router.network_ids.end(), network_id) !=
         router.network_ids.end();
}

// Whether a router of this project may be put on the network: Neutron refuses subnets of others.
bool IsOwn(const Network& network, const Share& share) {
  if (network.owner.empty() || share.project_id.empty()) return !network.shared.value_or(false);
  return network.owner == share.project_id;
}

// The IPv4 subnet with the least id; any subnet if the families are not known; nullptr if there is
// none.
const std::string* SubnetForRouter(const Network& network) {
  for (const Subnet& subnet : network.subnets) {
    if (subnet.ip_version == 4 && !subnet.gateway_ip.empty()) return &subnet.id;
  }
  for (const Subnet& subnet : network.subnets) {
    if (subnet.ip_version == 4) return &subnet.id;
  }
  if (!network.subnets.empty() || network.subnet_ids.empty()) return nullptr;
  return &*std::min_element(network.subnet_ids.begin(), network.subnet_ids.end());
}

// What a network must be to be as good as another, without names. Smaller is better.
struct PlanKey {
  int step_class = 0;
  int public_rank = 0;  // 0: yes, 1: unknown, 2: no
  int distrust = 0;     // 4 - confidence
  int kind = 0;
  int default_rank = 0;
  int owner_rank = 0;
  int status_rank = 0;

  auto tie() const {
    return std::tie(step_class, public_rank, distrust, kind, default_rank, owner_rank, status_rank);
  }
};

struct Ranked {
  NetworkPlan plan;
  PlanKey key;
  int pool_name_rank = 0;
  int port_name_rank = 0;
};

const std::string& IdOf(const Network* network) {
  static const std::string* const kEmpty = new std::string;
  return network == nullptr ? *kEmpty : network->id;
}

const std::string& NameOf(const Network* network) {
  static const std::string* const kEmpty = new std::string;
  return network == nullptr ? *kEmpty : network->name;
}

class PlanBuilder {
 public:
  explicit PlanBuilder(const ShareCatalog& share) : share_(share) {
    for (const Stored<Network>& stored : share.networks) {
      if (!IsUsableNetwork(stored)) continue;
      out_.sees_network = true;
      const Network& network = stored.record;
      if (IsPool(network)) pools_.push_back(&network);
      if (TakesPorts(network)) ports_.push_back(&network);
    }
    for (const Router& router : share.routers) {
      if (IsUp(router)) routers_.push_back(&router);
    }
    const auto by_id = [](const auto* a, const auto* b) { return a->id < b->id; };
    std::sort(pools_.begin(), pools_.end(), by_id);
    std::sort(ports_.begin(), ports_.end(), by_id);
    std::sort(routers_.begin(), routers_.end(), by_id);
  }

  NetworkPlans Build() {
    CollectFloatingIps();
    for (const Network* network : ports_) AddDirect(*network);
    for (const Network* pool : pools_) AddFloating(*pool);
    for (const Network* network : ports_) AddPlain(*network);
    out_.with_public_v4 = Sorted(std::move(public_));
    if (plain_.empty()) AddPlainFallback();
    out_.plain = Sorted(std::move(plain_));
    return std::move(out_);
  }

 private:
  void CollectFloatingIps() {
    for (const Network* pool : pools_) {
      UnattachedFloatingIps free{pool->id, {}};
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

  PlanKey KeyOf(const NetworkPlan& plan, int step_class) const {
    PlanKey key;
    key.step_class = step_class;
    key.public_rank =
        plan.public_v4 == Tristate::kYes ? 0 : (plan.public_v4 == Tristate::kUnknown ? 1 : 2);
    key.distrust = static_cast<int>(Confidence::kVerified) - static_cast<int>(plan.confidence);
    key.kind = static_cast<int>(plan.kind);
    const Network* outside = plan.pool != nullptr ? plan.pool : plan.network;
    key.default_rank = outside != nullptr && outside->is_default.value_or(false) ? 0 : 1;
    if (plan.network != nullptr) {
      key.owner_rank = IsOwn(*plan.network, share_.share) ? 0 : 1;
      key.status_rank = plan.network->status == "ACTIVE" ? 0 : 1;
    }
    return key;
  }

  void Add(NetworkPlan plan, int step_class, std::vector<Ranked>& list) {
    Ranked ranked;
    ranked.key = KeyOf(plan, step_class);
    if (plan.pool != nullptr) ranked.pool_name_rank = PoolNameRank(*plan.pool);
    if (plan.network != nullptr) {
      ranked.port_name_rank = plan.kind == PlanKind::kDirect
                                  ? PoolNameRank(*plan.network)
                                  : PortNameRank(*plan.network, share_.share.vo);
    }
    ranked.plan = std::move(plan);
    list.push_back(std::move(ranked));
  }

  NetworkPlan DirectPlan(const Network& network) const {
    NetworkPlan plan;
    plan.kind = PlanKind::kDirect;
    plan.network = &network;
    plan.public_v4 = network.public_v4;
    plan.public_v6 = network.public_v6;
    plan.routed = Tristate::kYes;
    plan.confidence = LeastOf(network, {"usable_as", "public_v4"});
    return plan;
  }

  void AddDirect(const Network& network) {
    if (network.usable_as != NetworkUse::kDirect || network.public_v4 == Tristate::kNo) return;
    Add(DirectPlan(network), 0, public_);
  }

  // Adds the ways over one pool. A new router in front of a network that has one already would find
  // the gateway's address taken, so such a network is only used through that router.
  void AddFloating(const Network& pool) {
    if (pool.public_v4 == Tristate::kNo) {
      if (out_.private_pool == nullptr) out_.private_pool = &pool;
      return;
    }
    NetworkPlan base;
    base.pool = &pool;
    base.unattached = UnattachedOf(pool);
    base.public_v4 = pool.public_v4;
    base.confidence = LeastOf(pool, {"usable_as", "public_v4"});
    for (const Network* network : ports_) {
      if (network->usable_as == NetworkUse::kTenant && MayHaveIpv4(*network)) {
        AddThrough(base, *network);
      }
    }
    base.kind = PlanKind::kFloatingNeedsNetwork;
    base.public_v6 = Tristate::kNo;
    Add(std::move(base), 2, public_);
  }

  void AddThrough(NetworkPlan plan, const Network& network) {
    plan.network = &network;
    plan.public_v6 = network.public_v6;
    const Router* closed = nullptr;  // on the network, without a gateway
    bool routed_elsewhere = false;
    for (const Router* router : routers_) {
      if (!HasInterface(*router, network.id)) continue;
      if (router->external_network_id == plan.pool->id) {
        plan.kind = PlanKind::kFloating;
        plan.router = router;
        plan.routed = Tristate::kYes;
        Add(std::move(plan), 0, public_);
        return;
      }
      if (router->external_network_id.empty()) {
        if (closed == nullptr) closed = router;
      } else {
        routed_elsewhere = true;
      }
    }
    if (!share_.routers_known) {
      plan.kind = PlanKind::kFloating;
      plan.routers_unknown = true;
      plan.confidence = std::min(plan.confidence, Confidence::kProbable);
      Add(std::move(plan), 0, public_);
    } else if (routed_elsewhere) {
      return;
    } else if (IsOwn(network, share_.share)) {
      plan.kind = PlanKind::kFloatingNeedsRouter;
      plan.router = closed;
      if (closed == nullptr) {
        plan.subnet = SubnetForRouter(network);
        if (plan.subnet == nullptr) return;
      }
      Add(std::move(plan), closed == nullptr ? 2 : 1, public_);
    } else {
      // Somebody else's network may be behind somebody else's router, which nobody shows us.
      plan.kind = PlanKind::kFloating;
      plan.routers_unknown = true;
      plan.confidence = std::min(plan.confidence, Confidence::kGuess);
      Add(std::move(plan), 3, public_);
    }
  }

  Tristate IsRouted(const Network& network) const {
    for (const Router* router : routers_) {
      if (HasInterface(*router, network.id) && !router->external_network_id.empty()) {
        return Tristate::kYes;
      }
    }
    const bool told = share_.routers_known && IsOwn(network, share_.share);
    return told ? Tristate::kNo : Tristate::kUnknown;
  }

  void AddPlain(const Network& network) {
    if (network.usable_as == NetworkUse::kDirect) {
      NetworkPlan plan = DirectPlan(network);
      plan.confidence = LeastOf(network, {"usable_as"});
      if (network.public_v4 == Tristate::kNo) plan.kind = PlanKind::kPrivate;
      Add(std::move(plan), 2, plain_);
      return;
    }
    NetworkPlan plan;
    plan.kind = PlanKind::kPrivate;
    plan.network = &network;
    plan.public_v4 = Tristate::kNo;
    plan.public_v6 = network.public_v6;
    plan.routed = IsRouted(network);
    plan.confidence = LeastOf(network, {"usable_as"});
    const int step_class =
        plan.routed == Tristate::kYes ? 0 : (plan.routed == Tristate::kUnknown ? 1 : 3);
    Add(std::move(plan), step_class, plain_);
  }

  // With nothing to put a port on, a network is made if there is something to route it to;
  // otherwise the machine starts without one.
  void AddPlainFallback() {
    for (const NetworkPlan& plan : out_.with_public_v4) Add(plan, 0, plain_);
    NetworkPlan none;
    none.public_v4 = Tristate::kNo;
    none.public_v6 = Tristate::kNo;
    none.routed = Tristate::kNo;
    Add(std::move(none), 9, plain_);
  }

  // Sorts, and marks plans whose rank only a name decided.
  static std::vector<NetworkPlan> Sorted(std::vector<Ranked> list) {
    const auto key = [](const Ranked& r) {
      return std::make_tuple(
          r.key.tie(), r.pool_name_rank, r.port_name_rank, absl::string_view(NameOf(r.plan.pool)),
          absl::string_view(NameOf(r.plan.network)), absl::string_view(IdOf(r.plan.pool)),
          absl::string_view(IdOf(r.plan.network)));
    };
    std::sort(list.begin(), list.end(),
              [&key](const Ranked& a, const Ranked& b) { return key(a) < key(b); });
    for (size_t i = 0; i < list.size(); ++i) {
      for (size_t j = 0; j < list.size(); ++j) {
        if (i != j && list[i].key.tie() == list[j].key.tie()) {
          MarkAmbiguous(list[i].plan, list[j].plan);
        }
      }
      NetworkPlan& plan = list[i].plan;
      if (plan.ambiguous && plan.public_v4 == Tristate::kUnknown) {
        plan.confidence = std::min(plan.confidence, Confidence::kGuess);
      }
    }
    std::vector<NetworkPlan> out;
    out.reserve(list.size());
    for (Ranked& ranked : list) out.push_back(std::move(ranked.plan));
    return out;
  }

  static void MarkAmbiguous(NetworkPlan& plan, const NetworkPlan& other) {
    const Network* instead = other.pool != plan.pool ? other.pool : other.network;
    if (instead == nullptr || instead == plan.network || instead == plan.pool) return;
    plan.ambiguous = true;
    if (std::find(plan.alternatives.begin(), plan.alternatives.end(), instead) ==
        plan.alternatives.end()) {
      plan.alternatives.push_back(instead);
    }
  }

  const ShareCatalog& share_;
  NetworkPlans out_;
  std::vector<const Network*> pools_;
  std::vector<const Network*> ports_;
  std::vector<const Router*> routers_;
  std::vector<Ranked> public_;
  std::vector<Ranked> plain_;
};

}  // namespace

bool IsUsableNetwork(const Stored<Network>& network) {
  const Network& record = network.record;
  return network.active && record.admin_state_up.value_or(true) &&
         (record.status.empty() || record.status == "ACTIVE");
}

NetworkPlans BuildNetworkPlans(const ShareCatalog& share) { return PlanBuilder(share).Build(); }

}  // namespace cis
