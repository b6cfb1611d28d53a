// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/placement/candidate_text.h"
#include "server/placement/reason.h"
#include "server/placement/reason_table.h"
#include "server/placement/reason_words.h"

namespace cis::server {
namespace {

// What a reason says, with units.
struct ReasonText {
  std::string want;
  std::string best;
  std::string best_item;
  std::string machines;  // of the groups that the reason is about, if they are several
};

// "8 machines of group workers and 1 of group head".
std::string MachinesOf(const Reason& reason, const PlacementQuery& query) {
  std::vector<std::string> out;
  for (size_t i = 0; i < query.groups.size(); ++i) {
    if (!IsAbout(reason, i)) continue;
    const MachineRequest& group = query.groups[i];
    const absl::string_view noun = group.count == 1 ? " machine" : " machines";
    out.push_back(
        absl::StrCat(group.count, out.empty() ? noun : "", " of group ", Shown(group.name)));
  }
  if (out.size() < 2) return absl::StrJoin(out, "");
  const std::string last = std::move(out.back());
  out.pop_back();
  return absl::StrCat(absl::StrJoin(out, ", "), " and ", last);
}

// Returns the requirement, for codes whose want is not a number. Lists are not repeated: the field
// of the code names them.
std::string WantText(ReasonCode code, const MachineRequest& query) {
  switch (code) {
    case ReasonCode::kGpuKindMismatch:
      return query.gpu_kind;
    case ReasonCode::kCpuAllocMismatch:
      return query.cpu_alloc;
    case ReasonCode::kGpuVendorMismatch:
      return query.gpu_vendor;
    case ReasonCode::kGpuModelMismatch:
      return query.gpu_model;
    case ReasonCode::kArchMismatch:
    case ReasonCode::kImageArchMismatch:
      return query.arch;
    case ReasonCode::kImageNotFound:
    case ReasonCode::kImageNotActive:
      return query.image;
    case ReasonCode::kNetNotFound:
    case ReasonCode::kNetDown:
    case ReasonCode::kNetNotAttachable:
    case ReasonCode::kNetNoRouter:
      return query.network;
    case ReasonCode::kNetNotInZone:
    case ReasonCode::kZoneUnavailable:
    case ReasonCode::kZoneNotFound:
      return query.zone;
    default:
      return "";
  }
}

// Returns what exists instead, for codes whose best is not a number.
std::string BestText(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kGpuVendorMismatch:
      return reason.flavor != nullptr ? std::string(reason.flavor->gpu_vendor) : "";
    case ReasonCode::kGpuModelMismatch:
      return reason.flavor != nullptr ? std::string(reason.flavor->gpu_model) : "";
    case ReasonCode::kGpuKindMismatch:
      if (reason.flavor == nullptr) return "";
      return std::string(reason.flavor->gpu_kind.empty() ? reason.flavor->gpu_model
                                                         : reason.flavor->gpu_kind);
    case ReasonCode::kCpuAllocMismatch:
      return reason.flavor != nullptr ? std::string(reason.flavor->cpu_alloc) : "";
    case ReasonCode::kArchMismatch:
      return reason.flavor != nullptr ? std::string(reason.flavor->arch) : "";
    case ReasonCode::kImageArchMismatch:
      return reason.image != nullptr ? std::string(reason.image->arch) : "";
    case ReasonCode::kImageNotActive:
      return reason.image != nullptr ? std::string(reason.image->status) : "";
    case ReasonCode::kImageFlavorArchMismatch:
      return reason.flavor != nullptr ? std::string(reason.flavor->arch) : "";
    case ReasonCode::kOsNotFound:
      return reason.image != nullptr ? std::string(reason.image->os_distro) : "";
    case ReasonCode::kOsVersionUnknown:
    case ReasonCode::kOsVersionTooOld:
    case ReasonCode::kOsVersionTooNew:
    case ReasonCode::kOsVersionMismatch:
      return reason.image != nullptr ? std::string(reason.image->os_version) : "";
    default:
      return "";
  }
}

std::string BestItem(const Reason& reason) {
  if (reason.code == ReasonCode::kImageFlavorArchMismatch && reason.flavor != nullptr) {
    return std::string(reason.flavor->name);
  }
  if (reason.flavor != nullptr) return NameOrId(reason.flavor->name, reason.flavor->id);
  if (reason.image != nullptr) return NameOrId(reason.image->name, reason.image->id);
  if (reason.network != nullptr) return NameOrId(reason.network->name, reason.network->id);
  return "";
}

std::string KindText(const Reason& reason) {
  return reason.kind == nullptr ? "records" : std::string(FormatKind(reason.kind->kind));
}

std::string KindError(const Reason& reason) {
  if (reason.kind == nullptr || reason.kind->error == ErrorClass::kNone) return "";
  std::string out = absl::StrCat(": ", FormatErrorClass(reason.kind->error));
  if (!reason.kind->error_message.empty()) {
    absl::StrAppend(&out, ", ", reason.kind->error_message);
  }
  return out;
}

// "image A has a minimum disk of 20 GiB and flavor B has 10 GiB"; what was counted follows.
std::string PairMessage(const Reason& reason, const ReasonText& text) {
  const absl::string_view noun = NounOf(reason);
  const std::string image =
      reason.image == nullptr ? "" : NameOrId(reason.image->name, reason.image->id);
  std::string out;
  switch (reason.code) {
    case ReasonCode::kImageFlavorArchMismatch:
      out = absl::StrCat("image ", image, " is for ", text.want, " and flavor ", text.best_item,
                         " is ", text.best);
      break;
    case ReasonCode::kImageFlavorTraitConflict:
    case ReasonCode::kImageFlavorPropertyConflict: {
      const std::string refusal = RefusalText(reason);
      out = absl::StrCat("Nova refuses ", refusal.empty() ? "the image" : refusal);
      break;
    }
    case ReasonCode::kBootVolumeTooLarge:
      out = absl::StrCat("image ", image, " needs a boot volume of ", text.best, ", at most ",
                         text.want, " is requested, and flavor ", text.best_item,
                         " has no root disk");
      break;
    default:
      out = absl::StrCat("image ", image, " has ", noun, " of ", text.want, " and flavor ",
                         text.best_item, " has ", text.best);
  }
  const int64_t others = reason.counted.count - 1;
  if (others == 1)
    absl::StrAppend(&out, "; the other pair of flavor and image does not fit either");
  if (others > 1) {
    absl::StrAppend(&out, "; none of the other ", others, " pairs of flavor and image fits");
  }
  return out;
}

// "the project's quota has 4 cores left; 2 machines of m1.large need 8".
std::string QuotaMessage(const Reason& reason, const MachineRequest& query,
                         const ReasonText& text) {
  const absl::string_view noun = NounOf(reason);
  const std::string of_type =
      reason.volume_type == nullptr ? "" : absl::StrCat(" of type ", reason.volume_type->name);
  const bool counts = UnitOf(reason) == ReasonUnit::kCount;
  std::string out;
  if (reason.code == ReasonCode::kQuotaZero) {
    out = absl::StrCat("the project's quota for ", noun, of_type, " is 0");
  } else if (reason.code == ReasonCode::kQuotaVolumeTooLarge) {
    out = absl::StrCat("the project's quota allows volumes of at most ", text.best);
  } else {
    out =
        absl::StrCat("the project's quota has ",
                     counts ? text.best : absl::StrCat(text.best, " of ", noun), of_type, " left");
  }
  const int64_t want = reason.want.value_or(0);
  if (reason.code == ReasonCode::kQuotaVolumeTooLarge) {
    return absl::StrCat(out, "; one of ", text.want, " is needed");
  }
  const std::string need = counts ? absl::StrCat(want) : text.want;
  if (!text.machines.empty()) {
    return absl::StrCat(out, "; ", text.machines, " together need at least ", need);
  }
  if (reason.needed_by == nullptr) {
    return absl::StrCat(out, "; ", need, want == 1 ? " is needed" : " are needed");
  }
  const std::string machines =
      query.count == 1 ? "a machine" : absl::StrCat(query.count, " machines");
  return absl::StrCat(out, "; ", machines, " of flavor ",
                      NameOrId(reason.needed_by->name, reason.needed_by->id),
                      query.count == 1 ? " needs " : " need ", need);
}

// The network that the request names, or all of them: "network private does not give ",
// "no network gives ".
std::string NoNetworkGives(const MachineRequest& query) {
  if (query.network.empty()) return "no network gives ";
  return absl::StrCat("network ", Shown(query.network), " does not give ");
}

// For requirements on both families that can only be satisfied one at a time.
std::string BothFamiliesMessage(const MachineRequest& query, const ReasonText& text) {
  const bool no_v4 = query.public_v4 == AddressWish::kNone;
  const bool no_v6 = query.public_v6 == AddressWish::kNone;
  if (no_v4 || no_v6) {
    return absl::StrCat("every network that gives a public ", no_v4 ? "IPv6" : "IPv4",
                        " address gives a public ", no_v4 ? "IPv4" : "IPv6", " address too");
  }
  return absl::StrCat(
      NoNetworkGives(query), "both a public IPv4 and a public IPv6 address",
      text.best_item.empty() || !query.network.empty()
          ? ""
          : absl::StrCat("; ", text.best_item, " gives a public IPv6 address only"));
}

bool HasNoIpv4(const Network& network) {
  return !network.subnets.empty() && network.subnets.size() == network.subnet_ids.size() &&
         std::none_of(network.subnets.begin(), network.subnets.end(),
                      [](const Subnet& subnet) { return subnet.ip_version != 6; });
}

std::string NoRouterMessage(const Reason& reason, const MachineRequest& query) {
  const std::string name = Shown(query.network);
  if (reason.leads_to != nullptr) {
    return absl::StrCat("network ", name, " is routed to ",
                        NameOrId(reason.leads_to->name, reason.leads_to->id),
                        ", which has no public IPv4 addresses");
  }
  if (reason.network != nullptr && HasNoIpv4(*reason.network)) {
    return absl::StrCat("network ", name, " has no IPv4 subnet");
  }
  return absl::StrCat("network ", name, " cannot be routed to a network with public addresses");
}

std::string NetworkMessage(const Reason& reason, const MachineRequest& query,
                           const ReasonText& text) {
  switch (reason.code) {
    case ReasonCode::kNetNotFound:
      return absl::StrCat("no network is named ", text.want);
    case ReasonCode::kNetDown:
      return reason.network != nullptr && reason.network->admin_state_up == false
                 ? absl::StrCat("network ", text.best_item, " is disabled (admin state down)")
                 : absl::StrCat("network ", text.best_item, " is not active");
    case ReasonCode::kNetNotAttachable:
      return absl::StrCat("machines of this project cannot be attached to network ", text.want);
    case ReasonCode::kNetNoPublicV4:
      return absl::StrCat("no network gives a public IPv4 address",
                          text.best_item.empty()
                              ? ""
                              : absl::StrCat("; external network ", text.best_item,
                                             " has no public IPv4 addresses"));
    case ReasonCode::kNetNoPublicV6:
      return absl::StrCat(NoNetworkGives(query), "a public IPv6 address");
    case ReasonCode::kNetNotBothFamilies:
      return BothFamiliesMessage(query, text);
    case ReasonCode::kNetNoRouter:
      return NoRouterMessage(reason, query);
    case ReasonCode::kNetOnlyPublic:
      return query.network.empty()
                 ? "every network gives a public address"
                 : absl::StrCat("network ", Shown(query.network), " gives a public address");
    case ReasonCode::kNetRouterUnseen:
      return absl::StrCat("network ", text.best_item,
                          " belongs to another project, and whether it leads to a network with ",
                          "public addresses cannot be seen");
    case ReasonCode::kNetPlanChanged:
      return "the machine would now get its addresses in another way";
    case ReasonCode::kNetNotInZone:
      return absl::StrCat("no network serves machines in availability zone ", text.want);
    case ReasonCode::kNetTooFewAddresses:
      return absl::StrCat(
          reason.network == nullptr ? "the new network" : "network ", text.best_item,
          " has at most ", FormatNumber(ReasonUnit::kCount, "addresses", reason.best.value_or(0)),
          " left; ",
          text.machines.empty()
              ? absl::StrCat(reason.want.value_or(0),
                             reason.want == 1 ? " is needed" : " are needed")
              : absl::StrCat(text.machines, " together need ", reason.want.value_or(0)));
    default:
      return "the project sees no network that can be used";
  }
}

// For reasons that exclude a share whatever machine is requested.
std::string StandingMessage(const Reason& reason, const ReasonText& text) {
  switch (reason.code) {
    case ReasonCode::kVoNotConfigured:
      return "the site's configuration no longer names this VO";
    case ReasonCode::kSiteNotConfigured:
      return "no site file names this site any more";
    case ReasonCode::kSiteNotSelected:
      return "the request asks for other sites";
    case ReasonCode::kSiteExcluded:
      return "the request excludes this site";
    case ReasonCode::kCountryNotSelected:
      return "the request asks for other countries";
    case ReasonCode::kCountryExcluded:
      return "the request excludes this country";
    case ReasonCode::kShareExcluded:
      return "the request excludes this share of the VO";
    case ReasonCode::kAuthRefused:
      return absl::StrCat("the site refuses the VO's login", KindError(reason));
    case ReasonCode::kSiteUnreachable:
      return absl::StrCat("the site could never be reached", KindError(reason));
    case ReasonCode::kDataMissing:
      return absl::StrCat("the site's ", KindText(reason), " were never read", KindError(reason));
    case ReasonCode::kDataExpired:
      return absl::StrCat("the ", KindText(reason), " were last read ", text.best,
                          " ago and are no longer used", KindError(reason));
    default:
      return absl::StrCat("the ", KindText(reason), " were last read ", text.best,
                          " ago and at most ", text.want, " is requested");
  }
}

std::string Message(const Reason& reason, const MachineRequest& query, const ReasonText& text) {
  switch (StageOf(reason.code)) {
    case Stage::kFlavor:
      if (reason.code == ReasonCode::kNoFlavorVisible) return "the project sees no flavor";
      return FlavorMessage(reason, query);
    case Stage::kImage:
      if (reason.code == ReasonCode::kNoImageVisible) return "the project sees no image";
      return ImageMessage(reason, query);
    case Stage::kPair:
      return PairMessage(reason, text);
    case Stage::kNetwork:
      return NetworkMessage(reason, query, text);
    case Stage::kQuota:
      if (reason.code == ReasonCode::kZoneNotFound) {
        return absl::StrCat("the site has no availability zone ", text.want);
      }
      if (reason.code == ReasonCode::kZoneUnavailable) {
        return text.want.empty()
                   ? "no availability zone of the site is available"
                   : absl::StrCat("availability zone ", text.want, " is not available");
      }
      return QuotaMessage(reason, query, text);
    default:
      return StandingMessage(reason, text);
  }
}

}  // namespace

std::string WantedWord(const Reason& reason, const PlacementQuery& query) {
  if (reason.code == ReasonCode::kImageFlavorArchMismatch && reason.image != nullptr) {
    return std::string(reason.image->arch);
  }
  const MachineRequest* part = PartOf(reason, query);
  return Shown(WantText(reason.code, part == nullptr ? query : *part));
}

std::string BestWord(const Reason& reason) { return BestText(reason); }

std::string FormatReason(const Reason& reason, const PlacementQuery& query) {
  const ReasonUnit unit = UnitOf(reason);
  const absl::string_view noun = NounOf(reason);
  ReasonText text;
  text.want = reason.want ? FormatNumber(unit, noun, *reason.want) : WantedWord(reason, query);
  text.best = reason.best ? FormatNumber(unit, noun, *reason.best) : BestText(reason);
  text.best_item = BestItem(reason);
  const MachineRequest* part = PartOf(reason, query);
  if (part == nullptr && reason.parts != 0) text.machines = MachinesOf(reason, query);
  std::string message = Message(reason, part == nullptr ? query : *part, text);
  if (part == nullptr) return message;
  const absl::string_view kind = query.groups.empty() ? "alternative" : "group";
  return absl::StrCat("for ", kind, " ", Shown(part->name), ": ", message);
}

}  // namespace cis::server
