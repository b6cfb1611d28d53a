// SPDX-License-Identifier: Apache-2.0

// Networks: where public addresses come from, and which network is the right one.

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/lint/reporter.h"
#include "schema/base/remedy.h"
#include "schema/model/known.h"

namespace cis::crawler {
namespace {

// Whether a name says that the network does not lead outside.
bool SaysPrivate(absl::string_view name) {
  constexpr std::array<absl::string_view, 8> kWords = {"priv",   "intern", "intra", "local",
                                                       "campus", "vpn",    "lan",   "backend"};
  const std::string lower = absl::AsciiStrToLower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](absl::string_view word) { return absl::StrContains(lower, word); });
}

bool IsPoolOf(const Network& network) {
  return network.is_external.value_or(false) && network.usable_as != NetworkUse::kNone;
}

void LintNetwork(const Network& network, LintReporter& report) {
  report.AddWarnings(network.provenance,
                     [](absl::string_view /*code*/) { return std::vector<std::string>(); });
  for (const Evidence& evidence : network.provenance.evidence) {
    absl::string_view source = evidence.source;
    if (!absl::ConsumePrefix(&source, "override:")) continue;
    report.Add("OVERRIDDEN",
               absl::StrCat(evidence.field, " is corrected by ", source, " to ", evidence.value));
  }
  if (!IsPoolOf(network)) return;
  if (!IsKnown(network.public_v4) && !IsKnown(network.public_v6)) {
    report.Add("ADDRESSES_UNKNOWN",
               "nothing shows whether its addresses are public; load Neutron's extension "
               "floatingip-pools, or let the policy get_subnet show its subnets");
  }
  if (network.public_v4 == Tristate::kNo && network.public_v6 != Tristate::kYes &&
      !SaysPrivate(network.name)) {
    report.Add("EXTERNAL_PRIVATE",
               "it is external, but none of its addresses is public, and its name does not say so",
               report.SetCommand({"--name", absl::StrCat(network.name, "-private")}));
  }
}

}  // namespace

void LintNetworks(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings) {
  const std::string& site_name = endpoint.endpoint.site_name;
  for (const ShareCatalog& share : endpoint.shares) {
    std::vector<const Network*> pools;
    for (const Stored<Network>& stored : share.networks) {
      if (!stored.active) continue;
      const Network& network = stored.record;
      LintReporter report(findings, site_name, "network", network.id, network.name);
      LintNetwork(network, report);
      if (IsPoolOf(network) && network.public_v4 != Tristate::kNo) pools.push_back(&network);
    }
    const bool has_default = std::any_of(pools.begin(), pools.end(), [](const Network* network) {
      return network->is_default.value_or(false);
    });
    if (pools.size() < 2 || has_default) continue;
    for (const Network* network : pools) {
      LintReporter report(findings, site_name, "network", network->id, network->name);
      report.Add("EXTERNAL_NO_DEFAULT",
                 absl::StrCat("it is one of ", pools.size(),
                              " external networks, none of which is the default; mark the one that "
                              "is meant for general use"),
                 report.SetCommand(RemedyArguments(RemedyNoun::kNetwork, "is_default", "")));
    }
  }
}

}  // namespace cis::crawler
