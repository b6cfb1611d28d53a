// SPDX-License-Identifier: Apache-2.0
#include "server/placement/candidate_text.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "server/placement/filter_reasons.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_reasons.h"
#include "server/placement/os_match.h"
#include "server/placement/reason_table.h"
#include "server/placement/reason_words.h"

namespace cis::server {
namespace {

// The words for passing a check: "has" or "is", and the rest.
struct Phrase {
  bool has = true;
  std::string rest;
};

std::string Has(const Phrase& phrase) {
  return absl::StrCat(phrase.has ? "has " : "is ", phrase.rest);
}

// The word that joins a quality to the noun. Qualities of the same kind share the word, in this
// order.
enum class Joint { kNamed = 0, kWith, kMayHave, kMayBe, kAre, kNotExcluded };
constexpr int kJointCount = static_cast<int>(Joint::kNotExcluded) + 1;

// A quality that everything that was counted has: "at least 64 vCPUs" after "with".
struct Qualifier {
  Joint joint = Joint::kWith;
  std::string rest;
};

Qualifier QualifierOf(const Phrase& phrase, bool is_assumed) {
  if (is_assumed) return {phrase.has ? Joint::kMayHave : Joint::kMayBe, phrase.rest};
  absl::string_view rest = phrase.rest;
  if (!phrase.has && absl::ConsumePrefix(&rest, "named ")) {
    return {Joint::kNamed, std::string(rest)};
  }
  return {phrase.has ? Joint::kWith : Joint::kAre, phrase.rest};
}

absl::string_view WordOf(Joint joint, bool one) {
  switch (joint) {
    case Joint::kNamed:
      return "named ";
    case Joint::kWith:
      return "with ";
    case Joint::kMayHave:
      return "that may have ";
    case Joint::kMayBe:
      return "that may be ";
    case Joint::kAre:
      return one ? "that is " : "that are ";
    case Joint::kNotExcluded:
      return "that the request does not ";
  }
  return "";
}

// "A, B and C".
std::string JoinAnd(std::vector<absl::string_view> texts) {
  const absl::string_view last = texts.back();
  texts.pop_back();
  return absl::StrCat(absl::StrJoin(texts, ", "), texts.empty() ? "" : " and ", last);
}

// "none of the 3 flavors with at least 64 vCPUs", "the only image".
std::string Subject(absl::string_view none_of, absl::string_view noun, const Counted& counted,
                    const std::vector<Qualifier>& qualifiers) {
  const bool one = counted.count == 1;
  std::string out =
      one ? absl::StrCat("the only ", noun) : absl::StrCat(none_of, counted.count, " ", noun, "s");
  for (int i = 0; i < kJointCount; ++i) {
    const auto joint = static_cast<Joint>(i);
    std::vector<absl::string_view> rests;
    for (const Qualifier& qualifier : qualifiers) {
      if (qualifier.joint != joint) continue;
      // Both ways of excluding a flavor have the same words.
      if (!rests.empty() && rests.back() == qualifier.rest) continue;
      rests.push_back(qualifier.rest);
    }
    if (!rests.empty()) {
      absl::StrAppend(&out, " ", WordOf(joint, one), JoinAnd(std::move(rests)));
    }
  }
  return out;
}

std::string NoneHas(absl::string_view noun, const Counted& counted,
                    const std::vector<Qualifier>& qualifiers, const Phrase& phrase) {
  const std::string subject = Subject("none of the ", noun, counted, qualifiers);
  const bool one = counted.count == 1;
  if (counted.has_unreported) {
    return absl::StrCat(subject, one ? " is not known to " : " is known to ",
                        phrase.has ? "have " : "be ", phrase.rest);
  }
  if (!one) return absl::StrCat(subject, " ", Has(phrase));
  return absl::StrCat(subject, phrase.has ? " does not have " : " is not ", phrase.rest);
}

// ", for example NAME" of several, " (NAME)" of one.
std::string Example(const Counted& counted, const std::string& name) {
  if (name.empty()) return "";
  return counted.count == 1 ? absl::StrCat(" (", name, ")") : absl::StrCat(", for example ", name);
}

// ------------------------------------------------------------------------------------ flavors

// What a bound counts: "vCPUs" of "at least 4 vCPUs", "of root disk".
std::string Amount(FlavorCheck check, int64_t value) {
  const ReasonRow& row = ReasonRowOf(CodeOf(check));
  return absl::StrCat(FormatNumber(row.unit, row.noun, value), row.noun.empty() ? "" : " of ",
                      row.noun);
}

Phrase PhraseOf(FlavorCheck check, const MachineRequest& query) {
  if (const Int64Bounds* bounds = BoundsOf(query, check); bounds != nullptr) {
    const bool upper = IsUpperBound(check);
    if (check == FlavorCheck::kGpuMax && bounds->max == 0) return {false, "without a GPU"};
    return {true, absl::StrCat(upper ? "at most " : "at least ",
                               Amount(check, (upper ? bounds->max : bounds->min).value_or(0)))};
  }
  switch (check) {
    case FlavorCheck::kName:
      return {false, absl::StrCat("named ", AnyOf(query.flavor_globs))};
    case FlavorCheck::kVolumeOnly:
      return {true, "a root disk"};
    case FlavorCheck::kGpuAny:
      return {true, "a GPU"};
    case FlavorCheck::kGpuVendor:
      return {true, absl::StrCat("a GPU from ", Shown(query.gpu_vendor))};
    case FlavorCheck::kGpuModel:
      return {true, absl::StrCat("a GPU of model ", Shown(query.gpu_model))};
    case FlavorCheck::kGpuKind:
      return {true, absl::StrCat("a GPU of kind ", query.gpu_kind)};
    case FlavorCheck::kCpuAlloc:
      return {true, absl::StrCat(query.cpu_alloc, " CPUs")};
    default:
      return {false, Shown(query.arch)};
  }
}

std::vector<Qualifier> FlavorQualifiers(const Counted& counted, const MachineRequest& query) {
  std::vector<Qualifier> out;
  for (Checks rest = counted.passed; rest != 0; rest &= rest - 1) {
    const auto check = static_cast<FlavorCheck>(FirstOf(rest));
    if (check == FlavorCheck::kExcluded || check == FlavorCheck::kPlacement) {
      out.push_back({Joint::kNotExcluded, "exclude"});
    } else {
      out.push_back(QualifierOf(PhraseOf(check, query), (counted.assumed & Bit(check)) != 0));
    }
  }
  return out;
}

// What a flavor has that fails a check: "has 16 vCPUs".
std::string FailureOf(const Flavor& flavor, FlavorCheck check, const MachineRequest& query) {
  if (const std::optional<int64_t> value = ValueOf(flavor, check); value) {
    return absl::StrCat("has ", Amount(check, *value));
  }
  const auto of_gpu = [](absl::string_view before, absl::string_view value,
                         absl::string_view what) {
    return value.empty() ? absl::StrCat("does not report the ", what, " of its GPU")
                         : absl::StrCat("has a GPU ", before, value);
  };
  switch (check) {
    case FlavorCheck::kName:
      return absl::StrCat("is not ", PhraseOf(check, query).rest);
    case FlavorCheck::kExcluded:
    case FlavorCheck::kPlacement:
      return "is excluded by the request";
    case FlavorCheck::kVolumeOnly:
      return "has no root disk";
    case FlavorCheck::kGpuAny:
      return flavor.gpu_count ? "has no GPU" : "does not report whether it has a GPU";
    case FlavorCheck::kGpuVendor:
      return of_gpu("from ", flavor.gpu_vendor, "vendor");
    case FlavorCheck::kGpuModel:
      return of_gpu("of model ", flavor.gpu_model, "model");
    case FlavorCheck::kGpuKind:
      return flavor.gpu_kind.empty() ? of_gpu("of model ", flavor.gpu_model, "kind")
                                     : of_gpu("of kind ", flavor.gpu_kind, "kind");
    case FlavorCheck::kCpuAlloc:
      return flavor.cpu_alloc.empty() ? "does not report how its CPUs are allocated"
                                      : absl::StrCat("has ", flavor.cpu_alloc, " CPUs");
    default:
      return absl::StrCat("is ", flavor.arch);
  }
}

// "; gpu2 has a GPU, but has 16 vCPUs" or nothing.
std::string OtherFlavor(FlavorCheck check, const Reason& reason, const MachineRequest& query) {
  if (reason.other_flavor == nullptr || check == FlavorCheck::kName ||
      check == FlavorCheck::kExcluded || check == FlavorCheck::kPlacement) {
    return "";
  }
  const Flavor& other = *reason.other_flavor;
  const Phrase phrase = PhraseOf(check, query);
  const std::string has = Reports(other, check) ? Has(phrase)
                          : phrase.has          ? absl::StrCat("may have ", phrase.rest)
                                                : absl::StrCat("may be ", phrase.rest);
  return absl::StrCat("; ", NameOrId(other.name, other.id), " ", has, ", but ",
                      FailureOf(other, reason.other_flavor_fails, query));
}

// Returns which of the counted flavors comes nearest: "; the most is 7800 MiB (m1.large)".
std::string NearestFlavor(FlavorCheck check, const Reason& reason, const MachineRequest& query) {
  if (reason.flavor == nullptr) return "";
  const Flavor& flavor = *reason.flavor;
  const std::string name = NameOrId(flavor.name, flavor.id);
  if (!reason.best) return absl::StrCat("; ", name, " ", FailureOf(flavor, check, query));
  const ReasonRow& row = ReasonRowOf(reason.code);
  absl::string_view word = IsUpperBound(check) ? "the least is " : "the most is ";
  if (reason.counted.count == 1) word = "it has ";
  return absl::StrCat("; ", word, FormatNumber(row.unit, row.noun, *reason.best), " (", name, ")");
}

// ------------------------------------------------------------------------------------- images

std::string AnyDistro(const MachineRequest& query) {
  std::vector<std::string> distros;
  for (const OsRequirement& requirement : query.os) distros.push_back(requirement.distro);
  return AnyOf(distros);
}

std::string AnySystem(const MachineRequest& query) {
  std::vector<std::string> systems;
  for (const OsRequirement& one : query.os) systems.push_back(FormatOsRequirement(one));
  return AnyOf(systems);
}

Phrase PhraseOf(ImageCheck check, const MachineRequest& query) {
  switch (check) {
    case ImageCheck::kNamed:
      return {false, absl::StrCat("named ", Shown(query.image))};
    case ImageCheck::kName:
      return {false, absl::StrCat("named ", AnyOf(query.image_globs))};
    case ImageCheck::kActive:
      return {false, "active"};
    case ImageCheck::kDistro:
      return {false, AnyDistro(query)};
    case ImageCheck::kVersion:
      return {false, AnySystem(query)};
    case ImageCheck::kArch:
      return {false, absl::StrCat("for ", Shown(query.arch))};
    case ImageCheck::kHidden:
      return {false, "not hidden"};
    case ImageCheck::kOffered:
      return {false, "usable without being named in the request"};
    case ImageCheck::kAccepted:
      return {false, "accepted by Nova"};
    case ImageCheck::kExcluded:
      return {false, "not excluded by the request"};
  }
  return {};
}

// Checks of what may be used without being named in the request. What passes all of them is a
// usable image (cis.v1.Image.usable), unless its system is excluded for another reason.
constexpr Checks kUsable = Bit(ImageCheck::kActive) | Bit(ImageCheck::kHidden) |
                           Bit(ImageCheck::kOffered) | Bit(ImageCheck::kAccepted);

// Everything that was counted passes the checks before `check`, so each of them may be named.
std::string NounOf(ImageCheck check, const Counted& counted) {
  const bool has_usable = (counted.passed & kUsable) != 0 && (Bit(check) & kUsable) == 0;
  return has_usable ? "usable image" : "image";
}

std::vector<Qualifier> ImageQualifiers(ImageCheck blocking, const Counted& counted,
                                       const MachineRequest& query) {
  Checks checks = counted.passed;
  if ((Bit(blocking) & kUsable) == 0) checks &= ~kUsable;
  // Naming the version names the distro too.
  if ((checks & Bit(ImageCheck::kVersion)) != 0) checks &= ~Bit(ImageCheck::kDistro);
  std::vector<Qualifier> out;
  for (Checks rest = checks; rest != 0; rest &= rest - 1) {
    const auto check = static_cast<ImageCheck>(FirstOf(rest));
    out.push_back(QualifierOf(PhraseOf(check, query), (counted.assumed & Bit(check)) != 0));
  }
  return out;
}

// Of an image that must be named in the request: "a snapshot".
absl::string_view WhatItIs(const Image& image) {
  if (!image.member_status.empty()) return "a shared image that the project has not accepted";
  if (image.visibility == "community") return "a community image";
  if (image.is_snapshot) return "a snapshot";
  if (image.purpose == "appliance") return "an appliance";
  if (image.disk_format == "iso") return "an installer";
  return "";
}

// What an image is that fails a check: "is hidden".
std::string FailureOf(const Image& image, ImageCheck check, const MachineRequest& query) {
  switch (check) {
    case ImageCheck::kNamed:
    case ImageCheck::kName:
      return absl::StrCat("is not ", PhraseOf(check, query).rest);
    case ImageCheck::kExcluded:
      return "is excluded by the request";
    case ImageCheck::kActive:
      return absl::StrCat("is ", image.status);
    case ImageCheck::kHidden:
      return "is hidden";
    case ImageCheck::kOffered: {
      const absl::string_view what = WhatItIs(image);
      return what.empty()
                 ? "is used only if the request names it"
                 : absl::StrCat("is ", what, ", which is used only if the request names it");
    }
    case ImageCheck::kAccepted:
      return "is refused by Nova";
    case ImageCheck::kDistro:
      return image.os_distro.empty() ? "does not report its operating system"
                                     : absl::StrCat("is ", OsOf(image));
    case ImageCheck::kVersion:
      return image.os_version.empty() ? "does not report its version"
                                      : absl::StrCat("is ", OsOf(image));
    case ImageCheck::kArch:
      return absl::StrCat("is for ", image.arch);
  }
  return "";
}

std::string OtherImage(ImageCheck check, const Reason& reason, const MachineRequest& query) {
  if (reason.other_image == nullptr || check == ImageCheck::kNamed || check == ImageCheck::kName ||
      check == ImageCheck::kExcluded) {
    return "";
  }
  const Image& other = *reason.other_image;
  const Phrase phrase = PhraseOf(check, query);
  const bool reports = check != ImageCheck::kArch || !other.arch.empty();
  return absl::StrCat("; ", NameOrId(other.name, other.id), " ", reports ? "is " : "may be ",
                      phrase.rest, ", but ", FailureOf(other, reason.other_image_fails, query));
}

// Returns why an image of that name may still exist: "; community images were not read (HTTP 403)".
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

// Returns which of the counted images comes nearest.
std::string NearestImage(ImageCheck check, const Reason& reason, const MachineRequest& query) {
  if (reason.image == nullptr) return "";
  const Image& image = *reason.image;
  const std::string name = NameOrId(image.name, image.id);
  if (check == ImageCheck::kAccepted) {
    const std::string refusal = RefusalText(reason);
    return refusal.empty() ? "" : absl::StrCat("; Nova refuses ", refusal);
  }
  if (check == ImageCheck::kVersion && !image.os_version.empty()) {
    return absl::StrCat(reason.counted.count == 1 ? "; it is " : "; the nearest is ", OsOf(image),
                        " (", name, ")");
  }
  return absl::StrCat("; ", name, " ", FailureOf(image, check, query));
}

// "m1.large has 7800 MiB of RAM; requested: at least 8192 MiB of RAM".
std::string Single(const std::string& name, const std::string& failure,
                   const std::string& requested) {
  return absl::StrCat(name, " ", failure,
                      requested.empty() ? "" : absl::StrCat("; requested: ", requested));
}

std::string NearFlavorMessage(FlavorCheck check, const Flavor& flavor,
                              const MachineRequest& query) {
  const std::string requested = check == FlavorCheck::kExcluded ? "" : PhraseOf(check, query).rest;
  return Single(NameOrId(flavor.name, flavor.id), FailureOf(flavor, check, query), requested);
}

std::string NearImageMessage(ImageCheck check, const Image& image, const MachineRequest& query) {
  std::string requested;
  if (check == ImageCheck::kVersion || check == ImageCheck::kArch) {
    requested = PhraseOf(check, query).rest;
  }
  return Single(NameOrId(image.name, image.id), FailureOf(image, check, query), requested);
}

}  // namespace

std::string FlavorMessage(const Reason& reason, const MachineRequest& query) {
  const std::optional<FlavorCheck> check = FlavorCheckOf(reason.code);
  if (!check) return "";
  if (reason.counted.count == 0) return NearFlavorMessage(*check, *reason.flavor, query);
  const std::vector<Qualifier> qualifiers = FlavorQualifiers(reason.counted, query);
  if (check == FlavorCheck::kExcluded || check == FlavorCheck::kPlacement) {
    const std::string name =
        reason.flavor == nullptr ? "" : NameOrId(reason.flavor->name, reason.flavor->id);
    return absl::StrCat("the request excludes ",
                        Subject("all ", "flavor", reason.counted, qualifiers),
                        Example(reason.counted, name));
  }
  return absl::StrCat(NoneHas("flavor", reason.counted, qualifiers, PhraseOf(*check, query)),
                      NearestFlavor(*check, reason, query), OtherFlavor(*check, reason, query));
}

std::string ImageMessage(const Reason& reason, const MachineRequest& query) {
  const std::optional<ImageCheck> check = ImageCheckOf(reason.code);
  if (!check) return "";
  if (reason.counted.count == 0) return NearImageMessage(*check, *reason.image, query);
  const std::vector<Qualifier> qualifiers = ImageQualifiers(*check, reason.counted, query);
  const std::string noun = NounOf(*check, reason.counted);
  const std::string name =
      reason.image == nullptr ? "" : NameOrId(reason.image->name, reason.image->id);
  if (check == ImageCheck::kExcluded) {
    return absl::StrCat("the request excludes ", Subject("all ", noun, reason.counted, qualifiers),
                        Example(reason.counted, name));
  }
  if (check == ImageCheck::kHidden) {
    return absl::StrCat(Subject("all ", noun, reason.counted, qualifiers),
                        reason.counted.count == 1 ? " is hidden" : " are hidden",
                        Example(reason.counted, name), OtherImage(*check, reason, query));
  }
  if (check == ImageCheck::kOffered) {
    const absl::string_view what = reason.image == nullptr ? "" : WhatItIs(*reason.image);
    return absl::StrCat(Subject("all ", noun, reason.counted, qualifiers),
                        reason.counted.count == 1 ? " is" : " are",
                        " used only if the request names ",
                        reason.counted.count == 1 ? "it" : "them", Example(reason.counted, name),
                        what.empty() ? "" : ", ", what, OtherImage(*check, reason, query));
  }
  return absl::StrCat(NoneHas(noun, reason.counted, qualifiers, PhraseOf(*check, query)),
                      NearestImage(*check, reason, query), OtherImage(*check, reason, query),
                      check == ImageCheck::kNamed ? UnreadImages(reason) : "");
}

}  // namespace cis::server
