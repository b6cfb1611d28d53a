// SPDX-License-Identifier: Apache-2.0
#include "server/service/query_from_proto.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"
#include "server/placement/like.h"
#include "server/service/enum_words.h"
#include "server/service/errors.h"
#include "server/service/lookup.h"
#include "server/service/placement_errors.h"

namespace cis::server {
namespace {

absl::Status ParseBounds(absl::string_view field, const v1::Int64Range& range, Int64Bounds* out) {
  if (range.has_min()) {
    if (range.min() < 0) return NegativeBoundError(absl::StrCat(field, ".min"), range.min());
    out->min = range.min();
  }
  if (range.has_max()) {
    if (range.max() < 0) return NegativeBoundError(absl::StrCat(field, ".max"), range.max());
    out->max = range.max();
  }
  if (out->min && out->max && *out->min > *out->max) {
    return EmptyRangeError(field, *out->min, *out->max);
  }
  return absl::OkStatus();
}

absl::Status CheckText(absl::string_view field, const std::string& text) {
  if (text.size() <= static_cast<size_t>(kMaxTextBytes)) return absl::OkStatus();
  return RequestTooLargeError(QueryField(field), static_cast<int64_t>(text.size()), kMaxTextBytes,
                              "bytes");
}

absl::Status ParseText(absl::string_view field, const std::string& text, std::string* out) {
  CIS_RETURN_IF_ERROR(CheckText(field, text));
  *out = std::string(absl::StripAsciiWhitespace(text));
  return absl::OkStatus();
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

absl::Status ParseTexts(absl::string_view field, const Texts& texts, int limit,
                        std::vector<std::string>* out) {
  if (texts.size() > limit) {
    return RequestTooLargeError(QueryField(field), texts.size(), limit, "entries");
  }
  for (const std::string& text : texts) {
    CIS_RETURN_IF_ERROR(CheckText(field, text));
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (!stripped.empty()) out->emplace_back(stripped);
  }
  return absl::OkStatus();
}

// Returns UNKNOWN_ENUM_VALUE if `value` is none that this version knows.
template <typename Enum>
absl::Status CheckEnum(absl::string_view field, Enum value) {
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  if (type.FindValueByNumber(value) != nullptr) return absl::OkStatus();
  return UnknownEnumValueError(field, value, type.name());
}

// Parses the requirements of one kind of machine. `at` is the path of the message that has them,
// with a full stop; empty for the query itself.
class RequestParser {
 public:
  RequestParser(std::string at, const Snapshot& snapshot, MachineRequest* out)
      : at_(std::move(at)), snapshot_(snapshot), out_(*out) {}

  absl::Status ParseMachine(const v1::MachineRequirements& machine) {
    CIS_RETURN_IF_ERROR(
        ParseBounds(At("machine.vcpu_count"), machine.vcpu_count(), &out_.vcpu_count));
    CIS_RETURN_IF_ERROR(ParseBounds(At("machine.ram_mib"), machine.ram_mib(), &out_.ram_mib));
    CIS_RETURN_IF_ERROR(ParseBounds(At("machine.disk_gib"), machine.disk_gib(), &out_.disk_gib));
    CIS_RETURN_IF_ERROR(
        ParseBounds(At("machine.ephemeral_gib"), machine.ephemeral_gib(), &out_.ephemeral_gib));
    CIS_RETURN_IF_ERROR(ParseBounds(At("machine.gpu_count"), machine.gpu_count(), &out_.gpu_count));
    CIS_RETURN_IF_ERROR(
        ParseBounds(At("machine.gpu_memory_mib"), machine.gpu_memory_mib(), &out_.gpu_memory_mib));
    CIS_RETURN_IF_ERROR(ParseBounds(At("machine.total_gpu_memory_mib"),
                                    machine.total_gpu_memory_mib(), &out_.total_gpu_memory_mib));
    CIS_RETURN_IF_ERROR(
        ParseText(At("machine.availability_zone"), machine.availability_zone(), &out_.zone));
    CIS_RETURN_IF_ERROR(ParseText(At("machine.gpu_model"), machine.gpu_model(), &out_.gpu_model));
    CIS_RETURN_IF_ERROR(
        ParseText(At("machine.gpu_vendor"), machine.gpu_vendor(), &out_.gpu_vendor));
    CIS_RETURN_IF_ERROR(CheckText(At("machine.arch"), machine.arch()));
    out_.arch = CanonicalArch(machine.arch());
    CIS_RETURN_IF_ERROR(CheckEnum(At("machine.gpu_kind"), machine.gpu_kind()));
    out_.gpu_kind = WordOfEnum(machine.gpu_kind());
    CIS_RETURN_IF_ERROR(CheckEnum(At("machine.cpu_allocation"), machine.cpu_allocation()));
    out_.cpu_alloc = WordOfEnum(machine.cpu_allocation());
    CIS_RETURN_IF_ERROR(ParseTexts(At("machine.excluded_flavors"), machine.excluded_flavors(),
                                   kMaxGlobs, &out_.excluded_flavor_globs));
    if (machine.has_allow_boot_from_volume()) {
      out_.allow_boot_from_volume = machine.allow_boot_from_volume();
    }
    CIS_RETURN_IF_ERROR(
        ParseTexts(At("machine.flavors"), machine.flavors(), kMaxGlobs, &out_.flavor_globs));
    if (machine.like().empty()) return absl::OkStatus();
    CIS_ASSIGN_OR_RETURN(const FlavorView* flavor,
                         ResolveName(snapshot_, machine.like(), "flavors", &SiteIndex::FindFlavor,
                                     &SiteIndex::flavors, QueryField(At("machine.like"))));
    RequireLike(flavor->record(), &out_);
    return absl::OkStatus();
  }

  absl::Status ParseImage(const v1::ImageRequirements& image) {
    CIS_RETURN_IF_ERROR(ParseText(At("image.image"), image.image(), &out_.image));
    CIS_RETURN_IF_ERROR(
        ParseTexts(At("image.images"), image.images(), kMaxGlobs, &out_.image_globs));
    CIS_RETURN_IF_ERROR(ParseTexts(At("image.excluded_images"), image.excluded_images(), kMaxGlobs,
                                   &out_.excluded_image_globs));
    if (image.os_size() > kMaxOsAlternatives) {
      return RequestTooLargeError(QueryField(At("image.os")), image.os_size(), kMaxOsAlternatives,
                                  "entries");
    }
    for (const v1::OsRequirement& os : image.os()) {
      CIS_RETURN_IF_ERROR(CheckEnum(At("image.os.relation"), os.relation()));
      absl::StatusOr<OsRequirement> requirement =
          MakeOsRequirement(os.distro(), static_cast<OsRelation>(os.relation()), os.version());
      if (!requirement.ok()) return InvalidOsError(At("image.os"), requirement.status());
      out_.os.push_back(*std::move(requirement));
    }
    return absl::OkStatus();
  }

  absl::Status ParseNetwork(const v1::NetworkRequirements& network) {
    CIS_RETURN_IF_ERROR(CheckEnum(At("network.public_v4"), network.public_v4()));
    CIS_RETURN_IF_ERROR(CheckEnum(At("network.public_v6"), network.public_v6()));
    out_.public_v4 = static_cast<AddressWish>(network.public_v4());
    out_.public_v6 = static_cast<AddressWish>(network.public_v6());
    return ParseText(At("network.network"), network.network(), &out_.network);
  }

  // 0 means `usual`.
  absl::Status ParseCount(int32_t count, int64_t usual) {
    if (count < 0 || count > kMaxMachines) {
      return InvalidCountError(At("count"), count, kMaxMachines);
    }
    out_.count = count == 0 ? usual : count;
    return absl::OkStatus();
  }

  // Empty: the number of the part. `others` are the parts before it.
  absl::Status ParseName(const std::string& name, const std::vector<MachineRequest>& others) {
    out_.name = std::string(absl::StripAsciiWhitespace(name));
    if (out_.name.empty()) out_.name = absl::StrCat(others.size() + 1);
    const bool is_taken =
        std::any_of(others.begin(), others.end(),
                    [this](const MachineRequest& other) { return other.name == out_.name; });
    if (is_taken || name.size() > kMaxMachineNameBytes) {
      return InvalidMachineNameError(At("display_name"), name, is_taken, kMaxMachineNameBytes);
    }
    return absl::OkStatus();
  }

 private:
  std::string At(absl::string_view field) const { return absl::StrCat(at_, field); }

  const std::string at_;
  const Snapshot& snapshot_;
  MachineRequest& out_;
};

// A query has one kind of machine, or alternatives, or groups.
absl::Status CheckKinds(const v1::PlacementQuery& proto) {
  const bool has_machine = (proto.has_machine() && proto.machine().ByteSizeLong() > 0) ||
                           (proto.has_image() && proto.image().ByteSizeLong() > 0);
  if (!proto.groups().empty()) {
    if (!proto.alternatives().empty()) return ConflictingMachinesError("groups", "alternatives");
    if (has_machine) return ConflictingMachinesError("groups", "machine and image");
    if (proto.count() != 0) return ConflictingMachinesError("groups", "count");
  }
  if (!proto.alternatives().empty() && has_machine) {
    return ConflictingMachinesError("alternatives", "machine and image");
  }
  const auto check_size = [](absl::string_view field, int size) {
    return size <= static_cast<int>(kMaxParts)
               ? absl::OkStatus()
               : RequestTooLargeError(QueryField(field), size, kMaxParts, "entries");
  };
  CIS_RETURN_IF_ERROR(check_size("groups", proto.groups_size()));
  return check_size("alternatives", proto.alternatives_size());
}

// `query` has the count and the network of the whole query.
absl::Status ParseAlternatives(const v1::PlacementQuery& proto, const Snapshot& snapshot,
                               PlacementQuery* query) {
  for (const v1::MachineAlternative& alternative : proto.alternatives()) {
    MachineRequest out;
    RequestParser parser(absl::StrCat("alternatives[", query->alternatives.size(), "]."), snapshot,
                         &out);
    CIS_RETURN_IF_ERROR(parser.ParseName(alternative.display_name(), query->alternatives));
    CIS_RETURN_IF_ERROR(parser.ParseMachine(alternative.machine()));
    CIS_RETURN_IF_ERROR(parser.ParseImage(alternative.image()));
    CIS_RETURN_IF_ERROR(parser.ParseCount(alternative.count(), query->count));
    out.public_v4 = query->public_v4;
    out.public_v6 = query->public_v6;
    out.network = query->network;
    query->alternatives.push_back(std::move(out));
  }
  return absl::OkStatus();
}

absl::Status ParseGroups(const v1::PlacementQuery& proto, const Snapshot& snapshot,
                         PlacementQuery* query) {
  for (const v1::MachineGroup& group : proto.groups()) {
    MachineRequest out;
    RequestParser parser(absl::StrCat("groups[", query->groups.size(), "]."), snapshot, &out);
    CIS_RETURN_IF_ERROR(parser.ParseName(group.display_name(), query->groups));
    CIS_RETURN_IF_ERROR(parser.ParseMachine(group.machine()));
    CIS_RETURN_IF_ERROR(parser.ParseImage(group.image()));
    CIS_RETURN_IF_ERROR(parser.ParseCount(group.count(), 1));
    CIS_RETURN_IF_ERROR(
        parser.ParseNetwork(group.has_network() ? group.network() : proto.network()));
    query->groups.push_back(std::move(out));
  }
  return absl::OkStatus();
}

absl::Status ParseCountries(absl::string_view field, const Texts& texts,
                            std::vector<std::string>* out) {
  CIS_RETURN_IF_ERROR(ParseTexts(field, texts, kMaxCountries, out));
  for (std::string& country : *out) {
    absl::AsciiStrToUpper(&country);
    const bool letters = std::all_of(country.begin(), country.end(), [](char c) {
      return absl::ascii_isalpha(static_cast<unsigned char>(c));
    });
    if (country.size() != 2 || !letters) return InvalidCountryError(field, country);
  }
  return absl::OkStatus();
}

absl::Status ParseWeights(const v1::ScoreWeights& weights, PlacementQuery* query) {
  CriterionValues& out = query->weights;
  const auto set = [&out](Criterion criterion, bool given, double value) {
    if (given) out[static_cast<size_t>(criterion)] = value;
  };
  set(Criterion::kFit, weights.has_fit(), weights.fit());
  set(Criterion::kNetwork, weights.has_network(), weights.network());
  set(Criterion::kOs, weights.has_os(), weights.os());
  set(Criterion::kHealth, weights.has_health(), weights.health());
  set(Criterion::kFreshness, weights.has_freshness(), weights.freshness());
  double sum = 0;
  for (const double weight : out) {
    if (!(weight >= 0 && weight <= kMaxWeight)) return InvalidWeightError(weight, kMaxWeight);
    sum += weight;
  }
  if (sum <= 0) return InvalidWeightError(0, kMaxWeight);
  for (double& weight : out) weight /= sum;
  return absl::OkStatus();
}

// A name of `collection`, in a field of an excluded placement.
absl::Status CheckName(absl::string_view field, const std::string& name,
                       absl::string_view collection) {
  return ParseNameField(QueryField(absl::StrCat("excluded_placements.", field)), name, collection)
      .status();
}

absl::Status ParseExcludedPlacements(const v1::PlacementQuery& proto, PlacementQuery* query) {
  if (proto.excluded_placements_size() > kMaxExcludedPlacements) {
    return RequestTooLargeError(QueryField("excluded_placements"), proto.excluded_placements_size(),
                                kMaxExcludedPlacements, "entries");
  }
  for (const v1::ExcludedPlacement& one : proto.excluded_placements()) {
    CIS_RETURN_IF_ERROR(CheckName("share", one.share(), "shares"));
    if (!one.flavor().empty()) CIS_RETURN_IF_ERROR(CheckName("flavor", one.flavor(), "flavors"));
    query->excluded_placements.push_back({one.share(), one.flavor()});
  }
  return absl::OkStatus();
}

absl::Status ParseMaxAge(const v1::PlacementQuery& proto, PlacementQuery* query) {
  if (!proto.has_max_age()) return absl::OkStatus();
  const absl::Duration age =
      absl::Seconds(proto.max_age().seconds()) + absl::Nanoseconds(proto.max_age().nanos());
  if (age <= absl::ZeroDuration()) return InvalidMaxAgeError(FormatDurationText(age));
  query->max_age = age;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlacementQuery> QueryFromProto(const v1::PlacementQuery& proto,
                                              const Snapshot& snapshot) {
  PlacementQuery query;
  CIS_RETURN_IF_ERROR(ParseTexts("vos", proto.vos(), kMaxVos, &query.vos));
  if (query.vos.empty()) return MissingVoError();
  CIS_RETURN_IF_ERROR(CheckKinds(proto));
  RequestParser parser("", snapshot, &query);
  CIS_RETURN_IF_ERROR(parser.ParseMachine(proto.machine()));
  CIS_RETURN_IF_ERROR(parser.ParseImage(proto.image()));
  CIS_RETURN_IF_ERROR(parser.ParseNetwork(proto.network()));
  CIS_RETURN_IF_ERROR(parser.ParseCount(proto.count(), 1));
  CIS_RETURN_IF_ERROR(ParseAlternatives(proto, snapshot, &query));
  CIS_RETURN_IF_ERROR(ParseGroups(proto, snapshot, &query));
  CIS_RETURN_IF_ERROR(ParseTexts("sites", proto.sites(), kMaxSites, &query.sites));
  CIS_RETURN_IF_ERROR(
      ParseTexts("excluded_sites", proto.excluded_sites(), kMaxSites, &query.excluded_sites));
  CIS_RETURN_IF_ERROR(ParseCountries("countries", proto.countries(), &query.countries));
  CIS_RETURN_IF_ERROR(
      ParseCountries("excluded_countries", proto.excluded_countries(), &query.excluded_countries));
  CIS_RETURN_IF_ERROR(ParseExcludedPlacements(proto, &query));
  if (proto.has_weights()) CIS_RETURN_IF_ERROR(ParseWeights(proto.weights(), &query));
  CIS_RETURN_IF_ERROR(ParseMaxAge(proto, &query));
  return query;
}

}  // namespace cis::server
