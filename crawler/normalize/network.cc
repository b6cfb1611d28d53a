// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/network.h"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"
#include "schema/model/known.h"

namespace cis::crawler {
namespace {

// The class of the addresses of one family on a network.
struct Reach {
  int global = 0;
  int other = 0;
  std::string other_class;  // of the first that is not global
  std::string source;       // of the first
  std::string shown;        // of the first; never an address of the project
};

// Ranges before single addresses, so that the result does not depend on the order of the lists.
std::vector<SeenAddress> InOrder(std::vector<SeenAddress> seen) {
  const auto rank = [](const SeenAddress& address) {
    constexpr std::array<absl::string_view, 4> kSources = {"subnets", "floatingip_pools",
                                                           "router_gateway", "floatingips"};
    return std::find(kSources.begin(), kSources.end(), address.source) - kSources.begin();
  };
  std::sort(seen.begin(), seen.end(), [&](const SeenAddress& a, const SeenAddress& b) {
    return std::make_tuple(rank(a), absl::string_view(a.text)) <
           std::make_tuple(rank(b), absl::string_view(b.text));
  });
  return seen;
}

bool IsRange(const SeenAddress& address) {
  return address.source == "subnets" || address.source == "floatingip_pools";
}

// Whether a subnet with these service types serves ports of the machines or the floating IPs of a
// network; nullopt if there are no service types and it serves all.
std::optional<bool> Serves(const SharedList<SharedText>& service_types, bool machines) {
  if (service_types.empty()) return std::nullopt;
  return std::any_of(service_types.begin(), service_types.end(), [&](absl::string_view type) {
    // The zone of a machine is not known here.
    return machines ? absl::StartsWith(type, "compute:") : type == "network:floatingip";
  });
}

// What of `seen` says what addresses machines, or floating IPs, of the network get: of ranges those
// that are for them, else those that are for all; a router's gateway address only if there is
// nothing else.
std::vector<SeenAddress> Relevant(const Rules& rules, const std::vector<SeenAddress>& seen,
                                  const Network& network, bool machines, int ip_version) {
  const auto types_of = [&](const SeenAddress& address) {
    for (const Subnet& subnet : network.subnets) {
      if (!address.subnet_id.empty() && subnet.id == address.subnet_id) {
        return Serves(subnet.service_types, machines);
      }
    }
    return std::optional<bool>();
  };
  const auto is_of_family = [&](const SeenAddress& address) {
    return rules.addresses.Classify(address.text).ip_version == ip_version;
  };
  const bool has_own = std::any_of(seen.begin(), seen.end(), [&](const SeenAddress& address) {
    return IsRange(address) && is_of_family(address) && types_of(address) == true;
  });
  const bool has_better = std::any_of(seen.begin(), seen.end(), [&](const SeenAddress& address) {
    return address.source != "router_gateway" && is_of_family(address);
  });
  std::vector<SeenAddress> relevant;
  for (const SeenAddress& address : seen) {
    if (IsRange(address)) {
      const std::optional<bool> serves = types_of(address);
      if (serves == false || (has_own && !serves.has_value())) continue;
    } else if (address.source == "router_gateway" && has_better) {
      continue;
    } else if (address.source == "floatingips" && machines && has_better) {
      // Machines on the network get addresses from ranges; floating IPs only hint at them.
      const bool has_range = std::any_of(seen.begin(), seen.end(), [&](const SeenAddress& other) {
        return IsRange(other) && is_of_family(other);
      });
      if (has_range) continue;
    }
    relevant.push_back(address);
  }
  return relevant;
}

Reach FoldReach(const Rules& rules, const std::vector<SeenAddress>& seen, int ip_version) {
  Reach reach;
  for (const SeenAddress& address : seen) {
    const AddressClass kind = rules.addresses.Classify(address.text);
    if (kind.ip_version != ip_version) {
      continue;
    }
    if (reach.global + reach.other == 0) {
      reach.source = address.source;
      reach.shown = IsRange(address) ? absl::StrCat(address.text, " is ", kind.name)
                                     : absl::StrCat("an address that is ", kind.name);
    }
    if (kind.global) {
      ++reach.global;
    } else {
      ++reach.other;
      if (reach.other_class.empty()) reach.other_class = kind.name;
    }
  }
  return reach;
}

bool Contains(const std::vector<std::string>& texts, absl::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

class Classifier {
 public:
  Classifier(const Rules& rules, const NetworkContext& context, Network* network)
      : rules_(rules), context_(context), network_(network), seen_(InOrder(context.seen)) {}

  void Run() {
    mine_ = !context_.project_id.empty() && network_->owner == context_.project_id;
    ChooseRole();
    network_->public_v4 = Publicness(4, "public_v4");
    network_->public_v6 = Publicness(6, "public_v6");
    if (network_->usable_as == NetworkUse::kDirect && !network_->is_external.value_or(false)) {
      ChooseSharedRole();
    }
    if (context_.owner_untrusted && network_->shared.value_or(false) &&
        !network_->is_external.value_or(false)) {
      Distrust();
    }
    const std::string hint = rules_.network_words.Hint(network_->name);
    if (!hint.empty() && !IsKnown(network_->public_v4)) {
      AddEvidence(provenance(), "public_v4", "name", hint);
    }
  }

 private:
  Provenance* provenance() { return &network_->provenance; }

  void Role(NetworkUse use, Confidence confidence, absl::string_view source,
            absl::string_view value) {
    network_->usable_as = use;
    AddEvidence(provenance(), "usable_as", source, value);
    SetConfidence(provenance(), "usable_as", confidence);
  }

  // Neutron's default policies and Nova's check of external networks.
  void ChooseRole() {
    const bool external = network_->is_external.value_or(false);
    const bool shared = network_->shared.value_or(false);
    if (network_->admin_state_up == false) {
      network_->attachable = Tristate::kNo;
      return Role(NetworkUse::kNone, Confidence::kVerified, "property:admin_state_up", "false");
    }
    if (network_->status == "DOWN" || network_->status == "ERROR" || network_->status == "BUILD") {
      network_->attachable = Tristate::kNo;
      return Role(NetworkUse::kNone, Confidence::kVerified, "property:status", network_->status);
    }
    if (rules_.network_words.IsServiceNetwork(network_->name) && !external && !mine_) {
      // A name alone may be anybody's choice; that it is not shared speaks for the service.
      const bool told = network_->shared == false || !network_->owner.empty();
      network_->attachable = told ? Tristate::kNo : Tristate::kUnknown;
      return Role(NetworkUse::kNone, told ? Confidence::kStrong : Confidence::kGuess, "name",
                  network_->name);
    }
    if (context_.has_nothing_but_name) {
      return Role(NetworkUse::kTenant, Confidence::kUnknown, "record", "no access rule is shown");
    }
    if (external && shared) {
      network_->attachable = Tristate::kYes;
      network_->also_floating_pool = true;
      return Role(NetworkUse::kDirect, ExternalConfidence(), "property:router:external, shared",
                  "true, true");
    }
    if (external) {
      network_->attachable = network_->shared.has_value() ? Tristate::kNo : Tristate::kUnknown;
      return Role(NetworkUse::kFloatingPool, ExternalConfidence(), "property:router:external",
                  "true");
    }
    if (mine_) {
      network_->attachable = Tristate::kYes;
      return Role(NetworkUse::kTenant, Confidence::kVerified, "property:project_id",
                  "the share's project");
    }
    if (shared) {
      network_->attachable = Tristate::kYes;
      return Role(NetworkUse::kDirect, Confidence::kStrong, "property:shared", "true");
    }
    if (!network_->shared.has_value()) {
      // Another project's shared network or an own one: its addresses and owner would decide.
      return Role(NetworkUse::kTenant, Confidence::kUnknown, "property:shared", "not shown");
    }
    if (network_->owner.empty() || context_.project_id.empty()) {
      // Neutron lists only own, shared and external networks: this is neither of the latter two.
      network_->attachable = Tristate::kYes;
      return Role(NetworkUse::kTenant, Confidence::kStrong, "property:router:external, shared",
                  "not true");
    }
    network_->attachable = Tristate::kNo;
    Role(NetworkUse::kNone, Confidence::kStrong, "property:project_id",
         "another project, not shared");
  }

  // The use follows from the API; topology or addresses that confirm it make it surer.
  Confidence ExternalConfidence() const {
    if (FoldReach(rules_, seen_, 4).global + FoldReach(rules_, seen_, 6).global > 0) {
      return Confidence::kVerified;
    }
    return context_.gateway_of_own_router || context_.only_external ? Confidence::kStrong
                                                                    : Confidence::kProbable;
  }

  // Whether every subnet of the network is known, so that the absence of a family is meaningful.
  bool AllSubnetsKnown() const {
    return !network_->subnet_ids.empty() &&
           std::all_of(
               network_->subnet_ids.begin(), network_->subnet_ids.end(), [&](absl::string_view id) {
                 return std::any_of(
                     network_->subnets.begin(), network_->subnets.end(),
                     [&](const Subnet& subnet) { return subnet.id == id && !subnet.cidr.empty(); });
               });
  }

  // How addresses of one family on a network of the project are reached from outside.
  struct Routing {
    bool all = true;  // all ranges are routed as they are; any: at least one is
    bool any = false;
    bool same_scope = false;  // those that are, within an address scope
  };
  Routing RoutingOf(const std::vector<SeenAddress>& seen, int ip_version) const {
    Routing routing;
    for (const SeenAddress& address : seen) {
      const AddressClass kind = rules_.addresses.Classify(address.text);
      if (kind.ip_version != ip_version || !kind.global) continue;
      bool is_routed = false;
      for (const OwnRouter& router : context_.routers) {
        const bool same_scope = ip_version == 6 ? router.same_scope_v6 : router.same_scope_v4;
        if (!router.Serves(address.subnet_id) ||
            (ip_version == 4 && !router.without_nat && !same_scope)) {
          continue;
        }
        is_routed = true;
        routing.same_scope = routing.same_scope || same_scope;
      }
      routing.all = routing.all && is_routed;
      routing.any = routing.any || is_routed;
    }
    return routing;
  }

  Tristate Publicness(int ip_version, absl::string_view field) {
    const bool machines = network_->usable_as != NetworkUse::kFloatingPool;
    const std::vector<SeenAddress> seen = Relevant(rules_, seen_, *network_, machines, ip_version);
    const Reach reach = FoldReach(rules_, seen, ip_version);
    // What a router's gateway has, floating IPs and machines need not have.
    const bool is_weak = reach.source == "router_gateway";
    if (reach.global + reach.other == 0) {
      if (AllSubnetsKnown()) {
        AddEvidence(provenance(), field, "subnets", absl::StrCat("no IPv", ip_version, " subnet"));
        SetConfidence(provenance(), field, Confidence::kVerified);
        return Tristate::kNo;
      }
      if (ip_version == 4 && context_.pools_listed && network_->is_external.value_or(false)) {
        AddEvidence(provenance(), field, "floatingip_pools", "no IPv4 subnet");
        SetConfidence(provenance(), field, Confidence::kVerified);
        return Tristate::kNo;
      }
      SetConfidence(provenance(), field, Confidence::kUnknown);
      return Tristate::kUnknown;
    }
    AddEvidence(provenance(), field, reach.source, reach.shown);
    if (reach.global > 0 && reach.other > 0) {
      AddWarning(provenance(), "NET_MIXED_ADDRESSES",
                 absl::StrCat("IPv", ip_version, " addresses are partly global, partly ",
                              reach.other_class));
      SetConfidence(provenance(), field, Confidence::kUnknown);
      return Tristate::kUnknown;
    }
    if (reach.other > 0 && reach.other_class == "mixed") {
      SetConfidence(provenance(), field, Confidence::kUnknown);
      return Tristate::kUnknown;
    }
    if (reach.other > 0) {
      SetConfidence(provenance(), field, is_weak ? Confidence::kProbable : Confidence::kVerified);
      return Tristate::kNo;
    }
    // A project chooses the ranges of its own networks freely. They are reachable from outside only
    // if a router does not translate them: always for IPv6, for IPv4 without NAT.
    if (mine_ ||
        (network_->usable_as == NetworkUse::kTenant && !network_->shared.value_or(false))) {
      if (!context_.routers_known) {
        AddEvidence(provenance(), field, "routers", "not listed");
        SetConfidence(provenance(), field, Confidence::kUnknown);
        return Tristate::kUnknown;
      }
      const Routing routing = RoutingOf(seen, ip_version);
      if (!routing.any) {
        AddEvidence(provenance(), field, "routers", "not routed from outside");
        SetConfidence(provenance(), field, Confidence::kProbable);
        return Tristate::kNo;
      }
      AddEvidence(provenance(), field, "routers", "routed without translation");
      // The same address scope is the cloud's own promise that it routes these addresses.
      const bool is_promised = routing.all && routing.same_scope;
      SetConfidence(provenance(), field, is_promised ? Confidence::kStrong : Confidence::kProbable);
      return Tristate::kYes;
    }
    SetConfidence(provenance(), field, is_weak ? Confidence::kProbable : Confidence::kVerified);
    return Tristate::kYes;
  }

  // A shared network whose addresses are certainly private is used like a project's own: behind a
  // router. One with public addresses is for direct attachment. Without addresses, only an own
  // router on it decides.
  void ChooseSharedRole() {
    const bool global =
        network_->public_v4 == Tristate::kYes || network_->public_v6 == Tristate::kYes;
    if (global) {
      return AddEvidence(provenance(), "usable_as", "addresses", "global");
    }
    if (network_->public_v4 == Tristate::kNo) {
      return Role(NetworkUse::kTenant, Confidence::kStrong, "addresses", "none is global");
    }
    if (context_.router_present) {
      return Role(NetworkUse::kTenant, Confidence::kStrong, "routers",
                  "a router of the project is attached");
    }
    Role(NetworkUse::kDirect, Confidence::kUnknown, "addresses", "none is shown");
  }

  void Distrust() {
    AddWarning(provenance(), "NET_OWNER_UNTRUSTED",
               "shared by a project that owns none of the external networks");
    for (const char* field : {"usable_as", "public_v4", "public_v6"}) {
      SetConfidence(provenance(), field,
                    std::min(network_->provenance.Of(field), Confidence::kGuess));
    }
  }

  const Rules& rules_;
  const NetworkContext& context_;
  Network* network_;
  std::vector<SeenAddress> seen_;
  bool mine_ = false;
};

}  // namespace

bool OwnRouter::Serves(absl::string_view subnet_id) const {
  return subnet_ids.empty() || subnet_id.empty() || Contains(subnet_ids, subnet_id);
}

void ClassifyNetwork(const Rules& rules, const NetworkContext& context, Network* network) {
  Classifier(rules, context, network).Run();
}

}  // namespace cis::crawler
