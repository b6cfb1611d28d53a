// SPDX-License-Identifier: Apache-2.0
#include "schema/model/network_peers.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/model/known.h"

namespace cis {
namespace {

constexpr char kUntrusted[] = "NET_OWNER_UNTRUSTED";
constexpr char kSource[] = "other_shares";

// Both families, by the names of their fields.
struct Family {
  const char* field;
  Tristate Network::*value;
};
constexpr Family kFamilies[] = {{"public_v4", &Network::public_v4},
                                {"public_v6", &Network::public_v6}};

void Learn(absl::string_view field, Confidence confidence, absl::string_view value,
           Network* network) {
  network->provenance.evidence.push_back({field, kSource, value});
  network->provenance.Set(field, confidence);
}

bool IsOwnOf(const Network& network, const Share& share) {
  return !network.owner.empty() && network.owner == share.project_id;
}

bool IsProvided(const Network& network) {
  return network.is_external.value_or(false) || network.shared.value_or(false);
}

void Trust(std::size_t vo_count, Network* network) {
  SharedList<SharedText>& warnings = network->provenance.warnings;
  const size_t count = warnings.size();
  warnings.EraseIf([](const SharedText& warning) { return absl::StartsWith(warning, kUntrusted); });
  if (warnings.size() == count) {
    return;
  }
  if (network->provenance.Of("usable_as") == Confidence::kGuess) {
    Learn("usable_as", Confidence::kStrong, absl::StrCat(vo_count, " VOs see it"), network);
  }
  for (const Family& family : kFamilies) {
    if (IsKnown(network->*family.value)) {
      network->provenance.Set(family.field, Confidence::kVerified);
    }
  }
}

// Returns whether one family's addresses are public, if the shares that see them agree.
Tristate Agreed(const std::vector<Network*>& networks, const Family& family) {
  Tristate agreed = Tristate::kUnknown;
  for (const Network* network : networks) {
    const Tristate value = network->*family.value;
    if (!IsKnown(value) || network->provenance.Of(family.field) < Confidence::kVerified) {
      continue;
    }
    if (IsKnown(agreed) && agreed != value) {
      return Tristate::kUnknown;
    }
    agreed = value;
  }
  return agreed;
}

// A network with global addresses is for direct attachment; one with private addresses is used like
// a project's own.
void ChooseSharedRole(Network* network) {
  if (network->usable_as != NetworkUse::kDirect ||
      network->provenance.Of("usable_as") != Confidence::kUnknown) {
    return;
  }
  const bool global = network->public_v4 == Tristate::kYes || network->public_v6 == Tristate::kYes;
  if (!global && network->public_v4 != Tristate::kNo) {
    return;
  }
  network->usable_as = global ? NetworkUse::kDirect : NetworkUse::kTenant;
  Learn("usable_as", Confidence::kStrong, global ? "addresses are global" : "none is global",
        network);
}

}  // namespace

void JoinNetworkFacts(EndpointCatalog* endpoint) {
  struct Seen {
    std::vector<Network*> networks;
    std::set<std::string> vos;
  };
  std::map<absl::string_view, Seen> by_id;
  for (ShareCatalog& share : endpoint->shares) {
    for (Stored<Network>& stored : share.networks) {
      Network& network = stored.record;
      if (stored.active && !network.id.empty() && IsProvided(network) &&
          !IsOwnOf(network, share.share)) {
        Seen& seen = by_id[network.id.view()];
        seen.networks.push_back(&network);
        seen.vos.insert(share.share.vo);
      }
    }
  }
  for (auto& [id, seen] : by_id) {
    if (seen.networks.size() < 2) {
      continue;
    }
    if (seen.vos.size() >= 2) {
      for (Network* network : seen.networks) Trust(seen.vos.size(), network);
    }
    for (const Family& family : kFamilies) {
      const Tristate agreed = Agreed(seen.networks, family);
      if (!IsKnown(agreed)) {
        continue;
      }
      for (Network* network : seen.networks) {
        if (!IsKnown(network->*family.value)) {
          network->*family.value = agreed;
          Learn(family.field, Confidence::kVerified,
                agreed == Tristate::kYes ? "addresses are global" : "no address is global",
                network);
        }
      }
    }
    for (Network* network : seen.networks) ChooseSharedRole(network);
  }
}

}  // namespace cis
