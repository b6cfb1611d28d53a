#include "server/placement/describe.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/time_text.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/image_fit.h"

namespace cis {
namespace {

// "net-vo.access.egi.eu", or its id if it has no name.
const std::string& NameOf(const Network& network) {
  return network.name.empty() ? network.id : network.name;
}

std::string NameOf(const Router& router) { return router.name.empty() ? router.id : router.name; }

// "26 h" or "12 d".
std::string FormatAge(absl::Duration age) {
  const int64_t hours = absl::ToInt64Hours(age);
  if (hours < 1) return absl::StrCat(std::max<int64_t>(0, absl::ToInt64Minutes(age)), " min");
  if (hours < 72) return absl::StrCat(hours, " h");
  return absl::StrCat(hours / 24, " d");
}

// The data that are stale and why, in one sentence.
std::string StaleNote(const Placement& placement, absl::Time now) {
  for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks}) {
    const KindState* state = placement.share->kind(kind);
    if (state == nullptr || state->error == ErrorClass::kNone) continue;
    return absl::StrCat("The last try to read ", FormatKind(kind), " did not succeed (",
                        FormatErrorClass(state->error), "); this is what was read ",
                        FormatAge(now - state->success_time), " ago.");
  }
  return absl::StrCat("The data were read ", FormatAge(now - placement.observe_time), " ago.");
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
    out->push_back(absl::StrCat("Image ", image.name, " is a snapshot of somebody's machine."));
  }
  if (image.hidden.value_or(false)) {
    out->push_back(absl::StrCat("The site hides image ", image.name, " from lists."));
  }
  if (image.login_user.empty()) out->push_back("The login user is not known.");
}

void NoteNetwork(const Placement& placement, std::vector<std::string>* out) {
  const NetworkPlan& plan = *placement.plan;
  if (plan.kind == PlanKind::kNone) {
    out->push_back("No network is known; the machine starts without one.");
  }
  if (plan.ambiguous) {
    out->push_back(absl::StrCat(
        "Other networks are as good by all but their names: ",
        absl::StrJoin(plan.alternatives, ", ",
                      [](std::string* text, const Network* n) { text->append(NameOf(*n)); }),
        "."));
  }
  if (plan.routers_unknown) {
    out->push_back(absl::StrCat("The routers cannot be seen; that ", NameOf(*plan.network),
                                " is routed to ", NameOf(*plan.pool), " is assumed."));
  }
  const bool quota_gone = placement.floating_ip_quota_free == 0;
  if (quota_gone && plan.unattached != nullptr) {
    out->push_back("No further floating IP may be made; use one that is attached to nothing.");
  }
}

}  // namespace

std::vector<std::string> DescribeNotes(const Placement& placement, const PlacementQuery& query,
                                       absl::Time now) {
  std::vector<std::string> out;
  if (placement.downtime != nullptr) out.push_back(DowntimeNote(*placement.downtime));
  const auto add_refusal = [&](const Flavor& flavor, const Image& image, absl::string_view before) {
    const std::optional<Reason> reason = WhyNotPair(flavor, image, query);
    if (reason) out.push_back(absl::StrCat(before, FormatReason(*reason, query).message, "."));
  };
  if (placement.smaller_flavor != nullptr) {
    add_refusal(*placement.smaller_flavor, *placement.image->image,
                "A smaller flavor does not do: ");
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
    out.push_back("The flavor has a GPU that is not asked for.");
  }
  if (placement.flavor->baremetal) out.push_back("The flavor is a physical machine.");
  const std::string& image_arch = placement.image->image->arch;
  const std::string& flavor_arch = placement.flavor->arch;
  if (image_arch.empty() != flavor_arch.empty() && !query.arch.empty()) {
    out.push_back(absl::StrCat("The architecture of the ", image_arch.empty() ? "image" : "flavor",
                               " is not known."));
  } else if (!image_arch.empty() && image_arch != "x86_64" && flavor_arch.empty()) {
    out.push_back(
        absl::StrCat("The image is for ", image_arch, "; whether the flavor is, is not known."));
  }
  NoteImage(placement, query, now, &out);
  NoteNetwork(placement, &out);
  if (placement.data_state != DataState::kFresh) out.push_back(StaleNote(placement, now));
  return out;
}

std::vector<std::string> DescribeSteps(const Placement& placement, const PlacementQuery& query) {
  const NetworkPlan& plan = *placement.plan;
  std::vector<std::string> out;
  const std::string port =
      plan.network == nullptr ? "" : absl::StrCat("Start the machine on ", NameOf(*plan.network));
  const std::string pool = plan.pool == nullptr ? "" : NameOf(*plan.pool);
  switch (plan.kind) {
    case PlanKind::kNone:
      return {"Start the machine without a network"};
    case PlanKind::kDirect:
    case PlanKind::kPrivate:
      return {port};
    case PlanKind::kFloating:
      break;
    case PlanKind::kFloatingNeedsRouter:
      if (plan.router != nullptr) {
        out.push_back(absl::StrCat("Give router ", NameOf(*plan.router), " a gateway on ", pool));
      } else {
        out.push_back(absl::StrCat("Create a router with a gateway on ", pool));
        out.push_back(absl::StrCat("Add subnet ", *plan.subnet, " to the router"));
      }
      break;
    case PlanKind::kFloatingNeedsNetwork:
      out.push_back("Create a network with an IPv4 subnet");
      out.push_back(absl::StrCat("Create a router with a gateway on ", pool));
      out.push_back("Add the subnet to the router");
      break;
  }
  out.push_back(port.empty() ? "Start the machine on the new network" : port);
  const bool wanted =
      query.public_v4 == AddressWish::kRequired || query.public_v4 == AddressWish::kPreferred;
  if (!wanted) return out;
  if (plan.unattached != nullptr) {
    out.push_back(absl::StrCat("Take floating IP ", plan.unattached->ids.front(), " of ", pool));
  } else {
    out.push_back(absl::StrCat("Create a floating IP from ", pool));
  }
  out.push_back("Attach the floating IP to the machine's port");
  return out;
}

std::vector<Evidence> PlanEvidence(const NetworkPlan& plan) {
  std::vector<Evidence> out;
  const auto add = [&out](const Network* network) {
    if (network == nullptr) return;
    for (const Evidence& evidence : network->provenance.evidence) {
      if (evidence.field != "usable_as" && evidence.field != "public_v4" &&
          evidence.field != "public_v6" && evidence.field != "attachable") {
        continue;
      }
      out.push_back(
          {absl::StrCat(NameOf(*network), ".", evidence.field), evidence.source, evidence.value});
    }
  };
  add(plan.pool);
  add(plan.network);
  if (plan.router != nullptr) {
    out.push_back({"router", "routers", NameOf(*plan.router)});
  }
  return out;
}

}  // namespace cis
