#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/placement/nova_rules.h"
#include "server/placement/reason.h"
#include "server/placement/reason_table.h"

namespace cis {
namespace {

// 2361393152 as "2.20 GiB"; the exact number follows in bytes where two would look alike.
std::string FormatBytes(int64_t bytes) {
  constexpr double kMib = 1024.0 * 1024.0;
  const auto size = static_cast<double>(bytes);
  if (size < 1024.0 * kMib) return absl::StrFormat("%.1f MiB", size / kMib);
  return absl::StrFormat("%.2f GiB", size / (1024.0 * kMib));
}

std::string FormatNumber(ReasonUnit unit, absl::string_view noun, int64_t value) {
  switch (unit) {
    case ReasonUnit::kNone:
      return "";
    case ReasonUnit::kVcpu:
      return absl::StrCat(value, value == 1 ? " vCPU" : " vCPUs");
    case ReasonUnit::kMib:
      return absl::StrCat(value, " MiB");
    case ReasonUnit::kGib:
      return absl::StrCat(value, " GiB");
    case ReasonUnit::kGpu:
      return absl::StrCat(value, value == 1 ? " GPU" : " GPUs");
    case ReasonUnit::kBytes:
      return FormatBytes(value);
    case ReasonUnit::kSeconds:
      return absl::FormatDuration(absl::Seconds(value));
    case ReasonUnit::kInstance:
    case ReasonUnit::kCount:
      return absl::StrCat(value, " ", noun);
  }
  return "";
}

std::string OsOf(const Image& image) {
  if (image.os_distro.empty()) return "";
  return image.os_version.empty() ? image.os_distro
                                  : absl::StrCat(image.os_distro, " ", image.os_version);
}

std::string WantedOs(const PlacementQuery& query) {
  return absl::StrJoin(query.os, " or ", [](std::string* out, const OsRequirement& requirement) {
    absl::StrAppend(out, FormatOsRequirement(requirement));
  });
}

std::string NameOrId(const std::string& name, const std::string& id) {
  return name.empty() ? id : name;
}

// What the request says, for codes whose want is not a number.
std::string WantText(ReasonCode code, const PlacementQuery& query) {
  switch (code) {
    case ReasonCode::kSiteNotSelected:
      return absl::StrJoin(query.sites, ", ");
    case ReasonCode::kSiteExcluded:
      return absl::StrCat("not ", absl::StrJoin(query.excluded_sites, ", "));
    case ReasonCode::kCountryNotSelected:
      return absl::StrJoin(query.countries, ", ");
    case ReasonCode::kCountryExcluded:
      return absl::StrCat("not ", absl::StrJoin(query.excluded_countries, ", "));
    case ReasonCode::kFlavorNameMismatch:
      return absl::StrJoin(query.flavor_globs, ", ");
    case ReasonCode::kFlavorExcluded:
      return absl::StrCat("not ", absl::StrJoin(query.excluded_flavor_globs, ", "));
    case ReasonCode::kGpuKindMismatch:
      return query.gpu_kind;
    case ReasonCode::kCpuAllocMismatch:
      return query.cpu_alloc;
    case ReasonCode::kImageNameMismatch:
      return absl::StrJoin(query.image_globs, ", ");
    case ReasonCode::kImageExcluded:
      return absl::StrCat("not ", absl::StrJoin(query.excluded_image_globs, ", "));
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
    case ReasonCode::kOsNotFound:
    case ReasonCode::kOsVersionUnknown:
    case ReasonCode::kOsVersionTooOld:
    case ReasonCode::kOsVersionTooNew:
    case ReasonCode::kOsVersionMismatch:
      return WantedOs(query);
    case ReasonCode::kNetNotFound:
    case ReasonCode::kNetDown:
    case ReasonCode::kNetNotAttachable:
    case ReasonCode::kNetNoRouter:
      return query.network;
    case ReasonCode::kNetRouterUnseen:
      return "a known way out";
    case ReasonCode::kZoneUnavailable:
      return "an available zone";
    case ReasonCode::kNetNoPublicV4:
      return "public IPv4";
    case ReasonCode::kNetNoPublicV6:
      return "public IPv6";
    case ReasonCode::kNetOnlyPublic:
      return "no public address";
    case ReasonCode::kFlavorVolumeOnly:
      return "a root disk";
    default:
      return "";
  }
}

// What there is instead, for codes whose best is not a number.
std::string BestText(const Reason& reason) {
  switch (reason.code) {
    case ReasonCode::kGpuVendorMismatch:
      return reason.flavor != nullptr ? reason.flavor->gpu_vendor : "";
    case ReasonCode::kGpuModelMismatch:
      return reason.flavor != nullptr ? reason.flavor->gpu_model : "";
    case ReasonCode::kGpuKindMismatch:
      if (reason.flavor == nullptr) return "";
      return reason.flavor->gpu_kind.empty() ? reason.flavor->gpu_model : reason.flavor->gpu_kind;
    case ReasonCode::kCpuAllocMismatch:
      return reason.flavor != nullptr ? reason.flavor->cpu_alloc : "";
    case ReasonCode::kArchMismatch:
      return reason.flavor != nullptr ? reason.flavor->arch : "";
    case ReasonCode::kImageArchMismatch:
      return reason.image != nullptr ? reason.image->arch : "";
    case ReasonCode::kImageNotActive:
      return reason.image != nullptr ? reason.image->status : "";
    case ReasonCode::kImageFlavorArchMismatch:
      return reason.flavor != nullptr ? reason.flavor->arch : "";
    case ReasonCode::kOsNotFound:
    case ReasonCode::kOsVersionUnknown:
    case ReasonCode::kOsVersionTooOld:
    case ReasonCode::kOsVersionTooNew:
    case ReasonCode::kOsVersionMismatch:
      return reason.image != nullptr ? OsOf(*reason.image) : "";
    default:
      return "";
  }
}

std::string BestItem(const Reason& reason) {
  if (reason.code == ReasonCode::kImageFlavorArchMismatch && reason.flavor != nullptr) {
    return reason.flavor->name;
  }
  if (reason.flavor != nullptr) return NameOrId(reason.flavor->name, reason.flavor->id);
  if (reason.image != nullptr) return NameOrId(reason.image->name, reason.image->id);
  if (reason.network != nullptr) return NameOrId(reason.network->name, reason.network->id);
  return "";
}

std::optional<NovaRefusal> RefusalOf(const Reason& reason) {
  if (reason.image == nullptr) return std::nullopt;
  if (reason.code == ReasonCode::kImagePropertyRefused) return RefusalOfImage(*reason.image);
  if (reason.flavor == nullptr) return std::nullopt;
  return reason.code == ReasonCode::kImageFlavorTraitConflict
             ? TraitConflict(*reason.flavor, *reason.image)
             : PropertyConflict(*reason.flavor, *reason.image);
}

// "hw_cpu_policy=dedicated of image A", "image A without hw_cpu_policy", or nothing.
std::string Side(absl::string_view key, absl::string_view value, absl::string_view what,
                 absl::string_view name) {
  if (key.empty()) return "";
  if (value.empty()) return absl::StrCat(what, " ", name, " without ", key);
  return absl::StrCat(key, "=", value, " of ", what, " ", name);
}

// "Nova refuses hw_cpu_policy=dedicated of image A with hw:cpu_policy=shared of flavor B (...)".
std::string RefusalMessage(const Reason& reason) {
  const std::optional<NovaRefusal> refusal = RefusalOf(reason);
  if (!refusal) return "Nova refuses the image";
  const std::string image = Side(refusal->image_key, refusal->image_value, "image",
                                 NameOrId(reason.image->name, reason.image->id));
  const std::string flavor = reason.flavor == nullptr
                                 ? ""
                                 : Side(refusal->flavor_key, refusal->flavor_value, "flavor",
                                        NameOrId(reason.flavor->name, reason.flavor->id));
  return absl::StrCat("Nova refuses ", image, image.empty() || flavor.empty() ? "" : " with ",
                      flavor, " (", refusal->why, ")");
}

// ", the largest has 7800 MiB (m1.medium)" or nothing.
std::string Nearest(absl::string_view word, const ReasonText& text) {
  if (text.best.empty()) return "";
  std::string out = absl::StrCat(", ", word, " ", text.best);
  if (!text.best_item.empty()) absl::StrAppend(&out, " (", text.best_item, ")");
  return out;
}

std::string ItemIn(absl::string_view before, const std::string& item) {
  return item.empty() ? "" : absl::StrCat(before, item);
}

// Of an image that is not offered unless it is named: ", a snapshot".
absl::string_view WhatItIs(const Reason& reason) {
  if (reason.image == nullptr) return "";
  const Image& image = *reason.image;
  if (!image.member_status.empty()) return ", a shared image that the project has not accepted";
  if (image.visibility == "community") return ", a community image";
  if (image.is_snapshot) return ", a snapshot";
  if (image.purpose == "appliance") return ", an appliance";
  if (image.disk_format == "iso") return ", an installer";
  return "";
}

// What else may have the name that is not found: "; community images were not read (HTTP 403)".
std::string UnreadImages(const Reason& reason) {
  if (reason.kind == nullptr) return "";
  constexpr std::pair<absl::string_view, absl::string_view> kListings[] = {
      {"images_hidden: ", "hidden images"},
      {"images_community: ", "community images"},
      {"images_pending: ", "shared images that the project has not accepted"},
  };
  std::string out;
  for (const std::string& remark : reason.kind->remarks) {
    for (const auto& [prefix, what] : kListings) {
      absl::string_view why = remark;
      if (!absl::ConsumePrefix(&why, prefix)) continue;
      absl::StrAppend(&out, "; ", what, " were not read (", why, ")");
    }
  }
  return out;
}

std::string KindText(const Reason& reason) {
  return reason.kind == nullptr ? "data" : std::string(FormatKind(reason.kind->kind));
}

std::string KindError(const Reason& reason) {
  if (reason.kind == nullptr || reason.kind->error == ErrorClass::kNone) return "";
  std::string out = absl::StrCat(": ", FormatErrorClass(reason.kind->error));
  if (!reason.kind->error_message.empty()) {
    absl::StrAppend(&out, ", ", reason.kind->error_message);
  }
  return out;
}

std::string PairMessage(const Reason& reason, const ReasonText& text, absl::string_view noun) {
  const std::string image =
      reason.image == nullptr ? "" : NameOrId(reason.image->name, reason.image->id);
  return absl::StrCat("image ", image, " has ", noun, " of ", text.want, " and flavor ",
                      text.best_item, " offers ", text.best);
}

std::string QuotaMessage(const ReasonRow& row, const Reason& reason, const ReasonText& text) {
  const std::string of_type =
      reason.volume_type == nullptr ? "" : absl::StrCat(" of type ", reason.volume_type->name);
  if (row.code < ReasonCode::kQuotaExhaustedInstances) {
    return absl::StrCat("the project's quota for ", row.noun, of_type, " is 0");
  }
  const bool counts = row.unit == ReasonUnit::kCount;
  const std::string left =
      absl::StrCat(counts ? text.best : absl::StrCat(text.best, " of ", row.noun), of_type);
  const std::string need = counts ? absl::StrCat(reason.want.value_or(0)) : text.want;
  return absl::StrCat("the project's quota leaves ", left, " and ", need,
                      reason.want.value_or(0) == 1 ? " is needed" : " are needed");
}

std::string Message(const Reason& reason, const ReasonText& text) {
  const ReasonRow& row = ReasonRowOf(reason.code);
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
    case ReasonCode::kAuthRefused:
      return absl::StrCat("the site refuses the VO's login", KindError(reason));
    case ReasonCode::kSiteUnreachable:
      return absl::StrCat("the site could never be reached", KindError(reason));
    case ReasonCode::kDataMissing:
      return absl::StrCat("the site's ", KindText(reason), " were never read", KindError(reason));
    case ReasonCode::kDataExpired:
      return absl::StrCat("the ", KindText(reason), " were last read ", text.best,
                          " ago and are no longer used", KindError(reason));
    case ReasonCode::kDataStale:
      return absl::StrCat("the ", KindText(reason), " were last read ", text.best,
                          " ago and at most ", text.want, " is asked for");
    case ReasonCode::kNoFlavorVisible:
      return "the project sees no flavor";
    case ReasonCode::kFlavorNameMismatch:
      return absl::StrCat("no flavor is named ", text.want);
    case ReasonCode::kFlavorExcluded:
      return absl::StrCat("the request excludes all flavors that are left",
                          ItemIn(", for example ", text.best_item));
    case ReasonCode::kCpuTooSmall:
    case ReasonCode::kRamTooSmall:
    case ReasonCode::kDiskTooSmall:
    case ReasonCode::kEphemeralTooSmall:
    case ReasonCode::kGpuMemoryTooSmall:
      return absl::StrCat("needs ", text.want, row.noun.empty() ? "" : " of ", row.noun,
                          Nearest("the largest flavor has", text));
    case ReasonCode::kCpuTooLarge:
    case ReasonCode::kRamTooLarge:
    case ReasonCode::kDiskTooLarge:
    case ReasonCode::kEphemeralTooLarge:
    case ReasonCode::kGpuMemoryTooLarge:
      return absl::StrCat("at most ", text.want, row.noun.empty() ? "" : " of ", row.noun,
                          " is wanted", Nearest("the smallest flavor has", text));
    case ReasonCode::kFlavorVolumeOnly:
      return absl::StrCat("the flavors that are left have no root disk",
                          ItemIn(", for example ", text.best_item));
    case ReasonCode::kGpuNone:
      return "no flavor has a GPU";
    case ReasonCode::kGpuNotKnown:
      return absl::StrCat("no flavor is known to have a GPU; some do not say",
                          ItemIn(", for example ", text.best_item));
    case ReasonCode::kGpuCountTooSmall:
      return absl::StrCat("needs ", text.want, Nearest("the most any flavor has is", text));
    case ReasonCode::kGpuCountTooLarge:
      return absl::StrCat("at most ", text.want, " wanted", Nearest("the fewest are", text));
    case ReasonCode::kGpuVendorMismatch:
    case ReasonCode::kGpuModelMismatch:
      return absl::StrCat("no GPU is known to be ", text.want, Nearest("there is", text));
    case ReasonCode::kGpuKindMismatch:
      return absl::StrCat("no GPU is ", text.want, Nearest("there is", text));
    case ReasonCode::kCpuAllocMismatch:
      return absl::StrCat("no flavor is known to have ", text.want, " CPUs",
                          Nearest("there is", text));
    case ReasonCode::kArchMismatch:
      return absl::StrCat("no flavor is ", text.want, Nearest("there is", text));
    case ReasonCode::kNoImageVisible:
      return "the project sees no image";
    case ReasonCode::kImageNotFound:
      return absl::StrCat("no image is named ", text.want, UnreadImages(reason));
    case ReasonCode::kImageNameMismatch:
      return absl::StrCat("no image is named ", text.want);
    case ReasonCode::kImageExcluded:
      return absl::StrCat("the request excludes all images that are left",
                          ItemIn(", for example ", text.best_item));
    case ReasonCode::kImageNotActive:
      return absl::StrCat("no image is active", ItemIn(": ", text.best_item),
                          text.best.empty() ? "" : " is ", text.best);
    case ReasonCode::kImageHidden:
      return absl::StrCat("all images are hidden", ItemIn(", for example ", text.best_item));
    case ReasonCode::kImageNotOffered:
      return absl::StrCat("only images that must be asked for by name are there",
                          ItemIn(", for example ", text.best_item), WhatItIs(reason));
    case ReasonCode::kOsNotFound:
      return absl::StrCat("no image is ", text.want);
    case ReasonCode::kOsVersionUnknown:
      return absl::StrCat("no image is known to be ", text.want, "; the version of ",
                          text.best_item, " is not known");
    case ReasonCode::kOsVersionTooOld:
      return absl::StrCat("no image is ", text.want, Nearest("the newest is", text));
    case ReasonCode::kOsVersionTooNew:
      return absl::StrCat("no image is ", text.want, Nearest("the oldest is", text));
    case ReasonCode::kOsVersionMismatch:
      return absl::StrCat("no image is ", text.want, Nearest("there is", text));
    case ReasonCode::kImageArchMismatch:
      return absl::StrCat("no image is for ", text.want, Nearest("there is", text));
    case ReasonCode::kImageMinRamGtFlavor:
    case ReasonCode::kImageMinDiskGtFlavor:
    case ReasonCode::kImageSizeGtDisk:
    case ReasonCode::kImageVirtualSizeGtDisk:
      return PairMessage(reason, text, row.noun);
    case ReasonCode::kImageFlavorArchMismatch:
      return absl::StrCat("image ", reason.image == nullptr ? "" : reason.image->name, " is for ",
                          text.want, " and flavor ", text.best_item, " is ", text.best);
    case ReasonCode::kImagePropertyRefused:
    case ReasonCode::kImageFlavorTraitConflict:
    case ReasonCode::kImageFlavorPropertyConflict:
      return RefusalMessage(reason);
    case ReasonCode::kBootVolumeTooLarge:
      return absl::StrCat("the boot volume must have ", text.best, " and at most ", text.want,
                          " is wanted");
    case ReasonCode::kNetNone:
      return "the project sees no network that can be used";
    case ReasonCode::kNetNotFound:
      return absl::StrCat("no network is named ", text.want);
    case ReasonCode::kNetDown:
      return reason.network != nullptr && reason.network->admin_state_up == false
                 ? absl::StrCat("network ", text.best_item, " is switched off (admin state down)")
                 : absl::StrCat("network ", text.best_item, " is not active");
    case ReasonCode::kNetNotAttachable:
      return absl::StrCat("machines of this project cannot be put on network ", text.want);
    case ReasonCode::kNetNoPublicV4:
    case ReasonCode::kNetNoPublicV6:
      return absl::StrCat("no network gives a ", text.want, " address",
                          ItemIn("; there is ", text.best_item));
    case ReasonCode::kNetNoRouter:
      return absl::StrCat("network ", text.want, " cannot be routed to a network with public ",
                          "addresses");
    case ReasonCode::kNetOnlyPublic:
      return absl::StrCat("network ", text.best_item, " gives a public address");
    case ReasonCode::kNetRouterUnseen:
      return absl::StrCat("network ", text.best_item,
                          " belongs to another project, and whether it leads to a network with ",
                          "public addresses cannot be seen");
    case ReasonCode::kNetTooFewAddresses:
      return absl::StrCat(reason.network == nullptr ? "the new network" : "network ",
                          text.best_item, " has at most ", reason.best.value_or(0),
                          reason.best == 1 ? " address left and " : " addresses left and ",
                          reason.want.value_or(0), reason.want == 1 ? " is needed" : " are needed");
    case ReasonCode::kQuotaVolumeTooLarge:
      return absl::StrCat("the project's quota allows volumes of at most ", text.best, " and ",
                          text.want, " are needed");
    case ReasonCode::kZoneUnavailable:
      return "no availability zone of the site is available";
    default:
      return QuotaMessage(row, reason, text);
  }
}

}  // namespace

ReasonText FormatReason(const Reason& reason, const PlacementQuery& query) {
  const ReasonRow& row = ReasonRowOf(reason.code);
  ReasonText text;
  text.want =
      reason.want ? FormatNumber(row.unit, row.noun, *reason.want) : WantText(reason.code, query);
  if (reason.code == ReasonCode::kImageFlavorArchMismatch && reason.image != nullptr) {
    text.want = reason.image->arch;
  }
  text.best = reason.best ? FormatNumber(row.unit, row.noun, *reason.best) : BestText(reason);
  text.best_item = BestItem(reason);
  if (reason.want && reason.best) {
    text.gap = FormatNumber(row.unit, row.noun, std::abs(*reason.want - *reason.best));
    text.gap_percent = GapPercent(reason);
  }
  text.message = Message(reason, text);
  return text;
}

}  // namespace cis
