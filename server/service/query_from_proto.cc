#include "server/service/query_from_proto.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "schema/base/status_macros.h"
#include "server/placement/like.h"
#include "server/service/errors.h"
#include "server/service/lookup.h"
#include "server/service/placement_errors.h"
#include "server/service/query_words.h"

namespace cis {
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

absl::Status ParseMachine(const v1::MachineRequirements& machine, PlacementQuery* query) {
  CIS_RETURN_IF_ERROR(ParseBounds("machine.vcpu_count", machine.vcpu_count(), &query->vcpu_count));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.ram_mib", machine.ram_mib(), &query->ram_mib));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.disk_gib", machine.disk_gib(), &query->disk_gib));
  CIS_RETURN_IF_ERROR(
      ParseBounds("machine.ephemeral_gib", machine.ephemeral_gib(), &query->ephemeral_gib));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.gpu_count", machine.gpu_count(), &query->gpu_count));
  CIS_RETURN_IF_ERROR(
      ParseBounds("machine.gpu_memory_mib", machine.gpu_memory_mib(), &query->gpu_memory_mib));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.total_gpu_memory_mib", machine.total_gpu_memory_mib(),
                                  &query->total_gpu_memory_mib));
  CIS_RETURN_IF_ERROR(
      ParseText("machine.availability_zone", machine.availability_zone(), &query->zone));
  CIS_RETURN_IF_ERROR(ParseText("machine.gpu_model", machine.gpu_model(), &query->gpu_model));
  CIS_RETURN_IF_ERROR(ParseText("machine.gpu_vendor", machine.gpu_vendor(), &query->gpu_vendor));
  CIS_RETURN_IF_ERROR(CheckText("machine.arch", machine.arch()));
  query->arch = CanonicalArch(machine.arch());
  CIS_RETURN_IF_ERROR(CheckEnum("machine.gpu_kind", machine.gpu_kind()));
  query->gpu_kind = std::string(kGpuKinds[static_cast<size_t>(machine.gpu_kind())]);
  CIS_RETURN_IF_ERROR(CheckEnum("machine.cpu_allocation", machine.cpu_allocation()));
  query->cpu_alloc = std::string(kCpuAllocations[static_cast<size_t>(machine.cpu_allocation())]);
  CIS_RETURN_IF_ERROR(ParseTexts("machine.excluded_flavors", machine.excluded_flavors(), kMaxGlobs,
                                 &query->excluded_flavor_globs));
  if (machine.has_allow_boot_from_volume()) {
    query->allow_boot_from_volume = machine.allow_boot_from_volume();
  }
  return ParseTexts("machine.flavors", machine.flavors(), kMaxGlobs, &query->flavor_globs);
}

absl::Status ParseImage(const v1::ImageRequirements& image, PlacementQuery* query) {
  CIS_RETURN_IF_ERROR(ParseText("image.image", image.image(), &query->image));
  CIS_RETURN_IF_ERROR(ParseTexts("image.images", image.images(), kMaxGlobs, &query->image_globs));
  CIS_RETURN_IF_ERROR(ParseTexts("image.excluded_images", image.excluded_images(), kMaxGlobs,
                                 &query->excluded_image_globs));
  if (image.os_size() > kMaxOsAlternatives) {
    return RequestTooLargeError(QueryField("image.os"), image.os_size(), kMaxOsAlternatives,
                                "entries");
  }
  for (const v1::OsRequirement& os : image.os()) {
    CIS_RETURN_IF_ERROR(CheckEnum("image.os.relation", os.relation()));
    absl::StatusOr<OsRequirement> requirement =
        MakeOsRequirement(os.distro(), static_cast<OsRelation>(os.relation()), os.version());
    if (!requirement.ok()) return InvalidOsError(requirement.status());
    query->os.push_back(*std::move(requirement));
  }
  return absl::OkStatus();
}

absl::Status ParseNetwork(const v1::NetworkRequirements& network, PlacementQuery* query) {
  CIS_RETURN_IF_ERROR(CheckEnum("network.public_v4", network.public_v4()));
  CIS_RETURN_IF_ERROR(CheckEnum("network.public_v6", network.public_v6()));
  query->public_v4 = static_cast<AddressWish>(network.public_v4());
  query->public_v6 = static_cast<AddressWish>(network.public_v6());
  return ParseText("network.network", network.network(), &query->network);
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
  if (age <= absl::ZeroDuration()) return InvalidMaxAgeError(absl::FormatDuration(age));
  query->max_age = age;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlacementQuery> QueryFromProto(const v1::PlacementQuery& proto,
                                              const Snapshot& snapshot) {
  PlacementQuery query;
  CIS_RETURN_IF_ERROR(ParseTexts("vos", proto.vos(), kMaxVos, &query.vos));
  if (query.vos.empty()) return MissingVoError();
  CIS_RETURN_IF_ERROR(ParseMachine(proto.machine(), &query));
  if (!proto.machine().like().empty()) {
    CIS_ASSIGN_OR_RETURN(
        const FlavorView* flavor,
        ResolveName(snapshot, proto.machine().like(), "flavors", &SiteIndex::FindFlavor,
                    &SiteIndex::flavors, QueryField("machine.like")));
    RequireLike(flavor->record(), &query);
  }
  CIS_RETURN_IF_ERROR(ParseImage(proto.image(), &query));
  CIS_RETURN_IF_ERROR(ParseNetwork(proto.network(), &query));
  if (proto.count() < 0 || proto.count() > kMaxMachines) {
    return InvalidCountError("count", proto.count(), kMaxMachines);
  }
  query.count = std::max<int64_t>(1, proto.count());
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

}  // namespace cis
