// SPDX-License-Identifier: Apache-2.0
#include "server/placement/describe.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/duration_text.h"
#include "schema/base/time_text.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/image_fit.h"
#include "server/placement/image_notes.h"
#include "server/placement/network_fit.h"

namespace cis::server {
namespace {

// "net-vo.access.egi.eu", or its id if it has no name.
absl::string_view NameOf(const Network& network) {
  return network.name.empty() ? network.id : network.name;
}

std::string NameOf(const Router& router) { return router.name.empty() ? router.id : router.name; }

const std::string& NameOf(const SubnetPool& pool) {
  return pool.name.empty() ? pool.id : pool.name;
}

// Returns which data is stale and why, in one sentence.
std::string StaleNote(const Placement& placement, absl::Time now) {
  for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks}) {
    const KindState* state = placement.share->kind(kind);
    if (state == nullptr || state->error == ErrorClass::kNone) continue;
    return absl::StrCat("The last attempt to read ", FormatKind(kind), " failed (",
                        FormatErrorClass(state->error), "); this data was read ",
                        FormatAge(now - state->success_time), " ago.");
  }
  return absl::StrCat("The data was read ", FormatAge(now - placement.observe_time), " ago.");
}

// "The site announces a downtime of its cloud until 2026-11-30 06:00 UTC: new power line."
std::string DowntimeNote(const Downtime& downtime) {
  return absl::StrCat(
      downtime.is_outage ? "The site announces a downtime of its cloud until "
                         : "The site announces that its cloud is at risk of a downtime until ",
      FormatMinute(downtime.end),
      downtime.description.empty() ? "." : absl::StrCat(": ", downtime.description));
}

void NoteImage(const Placement& placement, const PlacementQuery& query, absl::Time now,
               std::vector<std::string>* out) {
  const Image& image = *placement.image->image;
  const std::string today = absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
  if (!image.eol_date.empty() && image.eol_date < today) {
    out->push_back(absl::StrCat(image.os_distro, " ", image.os_version,
                                " has had no updates since ", image.eol_date, "."));
  }
  if (placement.image->tier == ImageTier::kDoubtful) {
    out->push_back(absl::StrCat("The site contradicts itself about the operating system of image ",
                                image.name, "."));
  }
  if (placement.image->tier == ImageTier::kTestOnly && query.os.empty() && query.image.empty()) {
    out->push_back(absl::StrCat("Image ", image.name, " is made for tests only."));
  }
  if (image.is_snapshot) {
    out->push_back(absl::StrCat("Image ", image.name, " is a snapshot of a user's machine."));
  }
  if (image.hidden.value_or(false)) {
    out->push_back(absl::StrCat("The site hides image ", image.name, " from lists."));
  }
  NoteUnusualImage(placement, out);
  if (image.login_user.empty()) out->push_back("The login user is not known.");
}

// Whether the plan needs a free address from a pool whose usage is not visible.
bool NeedsPoolAddress(const Placement& placement, const PlacementQuery& query) {
  const NetworkPlan& plan = *placement.plan;
  if (plan.pool == nullptr) return false;
  const bool wants_floating =
      query.public_v4 == AddressWish::kRequired || query.public_v4 == AddressWish::kPreferred;
  const int64_t taken = query.count + placement.floating_ips_taken;
  return plan.TakesGateway() || (wants_floating && NewFloatingIps(plan, taken) > 0);
}

void NoteZones(const Placement& placement, std::vector<std::string>* out) {
  const BootChoice& boot = placement.boot;
  if (boot.zones_differ) {
    out->push_back(
        "Nova and Cinder have no availability zone in common; whether a machine can have a volume "
        "in another zone cannot be seen.");
  }
  if (!boot.volume_type.empty()) {
    out->push_back(
        absl::StrCat("The default volume type does not fit; type ", boot.volume_type, " is used."));
  }
}

void NoteNetwork(const Placement& placement, const PlacementQuery& query,
                 std::vector<std::string>* out) {
  const NetworkPlan& plan = *placement.plan;
  if (plan.kind == PlanKind::kNone) {
    out->push_back("No network is known; the machine starts without one.");
  }
  if (plan.ambiguous) {
    out->push_back(absl::StrCat("Other networks are as suitable in all but their names: ",
                                absl::StrJoin(plan.alternatives, ", ",
                                              [](std::string* text, const Network* n) {
                                                absl::StrAppend(text, NameOf(*n));
                                              }),
                                "."));
  }
  if (plan.is_assumed) {
    out->push_back(
        absl::StrCat("Network ", NameOf(*plan.network),
                     " belongs to another project, whose routers cannot be seen; that it is "
                     "routed to ",
                     NameOf(*plan.pool), " is assumed."));
  } else if (plan.routers_unknown) {
    out->push_back(absl::StrCat("The routers cannot be seen; that ", NameOf(*plan.network),
                                " is routed to ", NameOf(*plan.pool), " is assumed."));
  }
  if (plan.kind == PlanKind::kFloatingNeedsRouter && plan.sets_gateway &&
      !plan.router->external_network_id.empty()) {
    out->push_back(
        absl::StrCat("Router ", NameOf(*plan.router),
                     " leads to another external network, which its networks can no longer reach "
                     "after the change."));
  }
  if (plan.needs_config_drive) {
    out->push_back(
        absl::StrCat("Network ", NameOf(*plan.network),
                     " has no DHCP: the machine needs a config drive to learn its address."));
  }
  if (NeedsPoolAddress(placement, query)) {
    out->push_back(absl::StrCat(
        "Whether ", NameOf(*plan.pool), " has an address left cannot be seen",
        placement.fallbacks.empty()
            ? "."
            : absl::StrCat("; if it has none, use ",
                           absl::StrJoin(placement.fallbacks, ", ",
                                         [](std::string* text, const NetworkPlan* fallback) {
                                           absl::StrAppend(text, NameOf(*fallback->pool));
                                         }),
                           ".")));
  }
  if ((placement.unknowns & UnknownBit(Unknown::kSecurityGroup)) != 0) {
    out->push_back(
        "The quota allows no further security group; use one of the project that allows SSH.");
  }
  const bool quota_gone = placement.floating_ip_quota_free == 0;
  if (quota_gone && plan.unattached != nullptr) {
    out->push_back("The quota allows no further floating IP; use one that is unattached.");
  }
}

// Returns what must be created or changed before machines start, in order.
std::vector<std::string> PreparingSteps(const NetworkPlan& plan) {
  std::vector<std::string> out;
  const absl::string_view pool = plan.pool == nullptr ? "" : NameOf(*plan.pool);
  switch (plan.kind) {
    case PlanKind::kNone:
    case PlanKind::kDirect:
    case PlanKind::kPrivate:
    case PlanKind::kFloating:
      break;
    case PlanKind::kFloatingNeedsRouter:
      if (plan.router != nullptr) {
        const std::string router = NameOf(*plan.router);
        if (plan.enables_router) out.push_back(absl::StrCat("Enable router ", router));
        if (plan.sets_gateway) {
          out.push_back(absl::StrCat("Give router ", router, " a gateway on ", pool));
        }
      } else {
        out.push_back(absl::StrCat("Create a router with a gateway on ", pool));
        out.push_back(absl::StrCat("Add subnet ", *plan.subnet, " to the router"));
      }
      break;
    case PlanKind::kFloatingNeedsNetwork:
      out.push_back("Create a network with an IPv4 subnet");
      if (plan.subnet_pool != nullptr) {
        out.push_back(
            absl::StrCat("Create an IPv6 subnet from subnet pool ", NameOf(*plan.subnet_pool)));
      }
      out.push_back(absl::StrCat("Create a router with a gateway on ", pool));
      out.push_back(plan.subnet_pool != nullptr ? "Add the subnets to the router"
                                                : "Add the subnet to the router");
      break;
    case PlanKind::kRoutedNeedsNetwork:
      out.push_back(absl::StrCat("Create a network with an IPv", plan.new_ip_version,
                                 " subnet from subnet pool ", NameOf(*plan.subnet_pool)));
      out.push_back(absl::StrCat("Create a router with a gateway on ", pool));
      out.push_back("Add the subnet to the router");
      break;
    case PlanKind::kPrivateNeedsNetwork:
      out.push_back("Create a network with an IPv4 subnet");
      break;
  }
  return out;
}

}  // namespace

std::vector<std::string> DescribeNotes(const Placement& placement, const PlacementQuery& query,
                                       absl::Time now) {
  std::vector<std::string> out;
  if (placement.downtime != nullptr) out.push_back(DowntimeNote(*placement.downtime));
  const auto add_refusal = [&](const Flavor& flavor, const Image& image, absl::string_view before) {
    const std::optional<Reason> reason = WhyNotPair(flavor, image, query);
    if (reason) out.push_back(absl::StrCat(before, FormatReason(*reason, query), "."));
  };
  if (placement.smaller_flavor != nullptr) {
    add_refusal(*placement.smaller_flavor, *placement.image->image,
                "A smaller flavor does not fit: ");
  }
  if (placement.newer_image != nullptr) {
    add_refusal(*placement.flavor, *placement.newer_image,
                "A better image does not fit this flavor: ");
  }
  if (placement.boot_volume_gib) {
    out.push_back(absl::StrCat("Flavor ", placement.flavor->name,
                               " has no root disk: boot from a volume of at least ",
                               *placement.boot_volume_gib, " GiB."));
  }
  if (!query.WantsGpu() && HasGpu(*placement.flavor)) {
    out.push_back("The flavor has a GPU that was not requested.");
  }
  NoteGpuKind(placement, query, &out);
  if (placement.flavor->baremetal) out.push_back("The flavor is a physical machine.");
  const absl::string_view image_arch = placement.image->image->arch;
  const absl::string_view flavor_arch = placement.flavor->arch;
  if (image_arch.empty() != flavor_arch.empty() && !query.arch.empty()) {
    out.push_back(absl::StrCat("The architecture of the ", image_arch.empty() ? "image" : "flavor",
                               " is not known."));
  } else if (!image_arch.empty() && image_arch != "x86_64" && flavor_arch.empty()) {
    out.push_back(absl::StrCat("The image is for ", image_arch,
                               "; the architecture of the flavor is not known."));
  }
  NoteImage(placement, query, now, &out);
  NoteNetwork(placement, query, &out);
  NoteZones(placement, &out);
  if (placement.data_state != DataState::kFresh) out.push_back(StaleNote(placement, now));
  return out;
}

std::vector<std::string> DescribeSteps(const Placement& placement, const PlacementQuery& query,
                                       const std::string& prepared_by) {
  const NetworkPlan& plan = *placement.plan;
  std::vector<std::string> out;
  std::string port;
  if (plan.network != nullptr) {
    port = plan.port_subnets.empty()
               ? absl::StrCat("Start the machine on ", NameOf(*plan.network))
               : absl::StrCat("Start the machine with a port on ", NameOf(*plan.network),
                              " that has an address in subnet ",
                              absl::StrJoin(plan.port_subnets, " and one in ",
                                            [](std::string* text, const SharedText* id) {
                                              absl::StrAppend(text, *id);
                                            }),
                              plan.port_owner.empty() ? "" : " and device_owner ", plan.port_owner);
  }
  const std::string zone =
      placement.boot.zone.empty() ? "" : absl::StrCat(" in zone ", placement.boot.zone);
  if (!port.empty()) port += zone;
  const absl::string_view pool = plan.pool == nullptr ? "" : NameOf(*plan.pool);
  if (plan.kind == PlanKind::kNone) {
    return {absl::StrCat("Start the machine without a network", zone)};
  }
  if (prepared_by.empty()) out = PreparingSteps(plan);
  const std::string network =
      prepared_by.empty() ? "the new network" : absl::StrCat("the network of group ", prepared_by);
  out.push_back(port.empty() ? absl::StrCat("Start the machine on ", network, zone) : port);
  if (!plan.UsesFloatingIp()) return out;
  const bool wanted =
      query.public_v4 == AddressWish::kRequired || query.public_v4 == AddressWish::kPreferred;
  if (!wanted) return out;
  const auto taken = static_cast<size_t>(placement.floating_ips_taken);
  if (plan.unattached != nullptr && taken < plan.unattached->ids.size()) {
    out.push_back(absl::StrCat("Take floating IP ", plan.unattached->ids[taken], " of ", pool));
  } else {
    out.push_back(absl::StrCat("Create a floating IP from ", pool));
  }
  out.push_back("Attach the floating IP to the machine's port");
  return out;
}

std::vector<Evidence> PlanEvidence(const NetworkPlan& plan) {
  std::vector<Evidence> out;
  const auto add = [&out](const Network* network, const char* role) {
    if (network == nullptr) return;
    for (const Evidence& evidence : network->provenance.evidence) {
      const bool is_address = evidence.field == "public_v4" || evidence.field == "public_v6";
      const bool is_role = evidence.field == "usable_as" || evidence.field == "attachable";
      if (!is_address && !is_role) continue;
      out.push_back({is_address ? evidence.field : role, evidence.source, evidence.value});
    }
  };
  add(plan.pool, "external_network");
  add(plan.network, "network");
  if (plan.router != nullptr) out.push_back({"router", "routers", NameOf(*plan.router)});
  return out;
}

}  // namespace cis::server
