#include "server/service/placement_request.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "schema/base/status_macros.h"
#include "server/service/errors.h"
#include "server/service/placement_errors.h"

namespace cis {
namespace {

constexpr std::array<std::pair<absl::string_view, PlacementOrder>, 6> kOrders{{
    {"waste", PlacementOrder::kWaste},
    {"vcpu_count", PlacementOrder::kVcpuCount},
    {"ram_mib", PlacementOrder::kRamMib},
    {"site", PlacementOrder::kSite},
    {"freshness", PlacementOrder::kFreshness},
    {"os_version", PlacementOrder::kOsVersion},
}};
constexpr absl::string_view kOrderKeys = "waste, vcpu_count, ram_mib, site, freshness, os_version";

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
  return RequestTooLargeError(field, static_cast<int64_t>(text.size()), kMaxTextBytes, "bytes");
}

using Texts = google::protobuf::RepeatedPtrField<std::string>;

absl::Status ParseTexts(absl::string_view field, const Texts& texts, int limit,
                        std::vector<std::string>* out) {
  if (texts.size() > limit) return RequestTooLargeError(field, texts.size(), limit, "entries");
  for (const std::string& text : texts) {
    CIS_RETURN_IF_ERROR(CheckText(field, text));
    const absl::string_view stripped = absl::StripAsciiWhitespace(text);
    if (!stripped.empty()) out->emplace_back(stripped);
  }
  return absl::OkStatus();
}

// A word of a short list, any case; empty stays empty.
absl::Status ParseWord(absl::string_view field, const std::string& text,
                       std::initializer_list<absl::string_view> words, std::string* out) {
  CIS_RETURN_IF_ERROR(CheckText(field, text));
  *out = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (out->empty() || std::find(words.begin(), words.end(), *out) != words.end()) {
    return absl::OkStatus();
  }
  return UnknownWordError(field, text, absl::StrJoin(words, ", "));
}

absl::Status ParseMachine(const v1::MachineRequirements& machine, PlacementQuery* query) {
  CIS_RETURN_IF_ERROR(ParseBounds("machine.vcpu_count", machine.vcpu_count(), &query->vcpu_count));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.ram_mib", machine.ram_mib(), &query->ram_mib));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.disk_gib", machine.disk_gib(), &query->disk_gib));
  CIS_RETURN_IF_ERROR(
      ParseBounds("machine.ephemeral_gib", machine.ephemeral_gib(), &query->ephemeral_gib));
  CIS_RETURN_IF_ERROR(ParseBounds("machine.gpu_count", machine.gpu_count(), &query->gpu_count));
  CIS_RETURN_IF_ERROR(CheckText("machine.gpu_model", machine.gpu_model()));
  CIS_RETURN_IF_ERROR(CheckText("machine.gpu_vendor", machine.gpu_vendor()));
  CIS_RETURN_IF_ERROR(CheckText("machine.arch", machine.arch()));
  query->gpu_model = std::string(absl::StripAsciiWhitespace(machine.gpu_model()));
  query->gpu_vendor = std::string(absl::StripAsciiWhitespace(machine.gpu_vendor()));
  query->arch = CanonicalArch(machine.arch());
  CIS_RETURN_IF_ERROR(
      ParseBounds("machine.gpu_memory_mib", machine.gpu_memory_mib(), &query->gpu_memory_mib));
  CIS_RETURN_IF_ERROR(ParseWord("machine.gpu_kind", machine.gpu_kind(),
                                {"passthrough", "vgpu", "mig"}, &query->gpu_kind));
  CIS_RETURN_IF_ERROR(ParseWord("machine.cpu_alloc", machine.cpu_alloc(),
                                {"dedicated", "shared", "oversubscribed"}, &query->cpu_alloc));
  CIS_RETURN_IF_ERROR(ParseTexts("machine.excluded_flavors", machine.excluded_flavors(), kMaxNames,
                                 &query->excluded_flavor_globs));
  if (machine.has_allow_boot_from_volume()) {
    query->allow_boot_from_volume = machine.allow_boot_from_volume();
  }
  return ParseTexts("machine.flavors", machine.flavors(), kMaxNames, &query->flavor_globs);
}

absl::Status ParseImage(const v1::ImageRequirements& image, PlacementQuery* query) {
  CIS_RETURN_IF_ERROR(CheckText("image.image", image.image()));
  query->image = std::string(absl::StripAsciiWhitespace(image.image()));
  CIS_RETURN_IF_ERROR(ParseTexts("image.images", image.images(), kMaxNames, &query->image_globs));
  CIS_RETURN_IF_ERROR(ParseTexts("image.excluded_images", image.excluded_images(), kMaxNames,
                                 &query->excluded_image_globs));
  if (image.os_size() > kMaxOsAlternatives) {
    return RequestTooLargeError("image.os", image.os_size(), kMaxOsAlternatives, "entries");
  }
  for (const std::string& text : image.os()) {
    absl::StatusOr<OsRequirement> requirement = ParseOsRequirement(text);
    if (!requirement.ok()) return InvalidOsError(text, requirement.status());
    query->os.push_back(*std::move(requirement));
  }
  return absl::OkStatus();
}

absl::StatusOr<AddressWish> ParseWish(absl::string_view field, v1::AddressWish wish) {
  switch (wish) {
    case v1::ADDRESS_WISH_UNSPECIFIED:
      return AddressWish::kAny;
    case v1::ADDRESS_WISH_REQUIRED:
      return AddressWish::kRequired;
    case v1::ADDRESS_WISH_PREFERRED:
      return AddressWish::kPreferred;
    case v1::ADDRESS_WISH_NONE:
      return AddressWish::kNone;
    default:
      return InvalidAddressWishError(field, wish);
  }
}

absl::Status ParseNetwork(const v1::NetworkRequirements& network, PlacementQuery* query) {
  CIS_ASSIGN_OR_RETURN(query->public_v4, ParseWish("network.public_v4", network.public_v4()));
  CIS_ASSIGN_OR_RETURN(query->public_v6, ParseWish("network.public_v6", network.public_v6()));
  CIS_RETURN_IF_ERROR(CheckText("network.network", network.network()));
  query->network = std::string(absl::StripAsciiWhitespace(network.network()));
  return absl::OkStatus();
}

absl::Status ParseCountries(absl::string_view field, const Texts& texts,
                            std::vector<std::string>* out) {
  CIS_RETURN_IF_ERROR(ParseTexts(field, texts, kMaxNames, out));
  for (std::string& country : *out) {
    absl::AsciiStrToUpper(&country);
    const bool letters = std::all_of(country.begin(), country.end(), [](char c) {
      return absl::ascii_isalpha(static_cast<unsigned char>(c));
    });
    if (country.size() != 2 || !letters) return InvalidCountryError(country);
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

absl::Status ParseMaxAge(const v1::FindPlacementsRequest& request, PlacementQuery* query) {
  if (!request.has_max_age()) return absl::OkStatus();
  const absl::Duration age =
      absl::Seconds(request.max_age().seconds()) + absl::Nanoseconds(request.max_age().nanos());
  if (age <= absl::ZeroDuration()) return InvalidMaxAgeError(absl::FormatDuration(age));
  query->max_age = age;
  return absl::OkStatus();
}

absl::Status ParseOrder(const std::string& text, PlacementQuery* query) {
  absl::string_view key = absl::StripAsciiWhitespace(text);
  if (key.empty()) return absl::OkStatus();
  if (absl::ConsumeSuffix(&key, " desc")) {
    query->descending = true;
  } else {
    absl::ConsumeSuffix(&key, " asc");
  }
  key = absl::StripAsciiWhitespace(key);
  for (const auto& [name, order] : kOrders) {
    if (key != name) continue;
    query->order = order;
    return absl::OkStatus();
  }
  return InvalidPlacementOrderError(text, kOrderKeys);
}

// Sets nothing if there are no bounds.
void BoundsToProto(const Int64Bounds& bounds, v1::MachineRequirements& machine,
                   v1::Int64Range* (v1::MachineRequirements::*mutable_range)()) {
  if (!bounds.any()) return;
  v1::Int64Range& range = *(machine.*mutable_range)();
  if (bounds.min) range.set_min(*bounds.min);
  if (bounds.max) range.set_max(*bounds.max);
}

void MachineToProto(const PlacementQuery& query, v1::MachineRequirements& machine) {
  using M = v1::MachineRequirements;
  BoundsToProto(query.vcpu_count, machine, &M::mutable_vcpu_count);
  BoundsToProto(query.ram_mib, machine, &M::mutable_ram_mib);
  BoundsToProto(query.disk_gib, machine, &M::mutable_disk_gib);
  BoundsToProto(query.ephemeral_gib, machine, &M::mutable_ephemeral_gib);
  BoundsToProto(query.gpu_count, machine, &M::mutable_gpu_count);
  BoundsToProto(query.gpu_memory_mib, machine, &M::mutable_gpu_memory_mib);
  machine.set_gpu_model(query.gpu_model);
  machine.set_gpu_vendor(query.gpu_vendor);
  machine.set_gpu_kind(query.gpu_kind);
  machine.set_arch(query.arch);
  machine.set_cpu_alloc(query.cpu_alloc);
  machine.mutable_flavors()->Assign(query.flavor_globs.begin(), query.flavor_globs.end());
  machine.mutable_excluded_flavors()->Assign(query.excluded_flavor_globs.begin(),
                                             query.excluded_flavor_globs.end());
  machine.set_allow_boot_from_volume(query.allow_boot_from_volume);
}

void ImageToProto(const PlacementQuery& query, v1::FindPlacementsRequest& request) {
  v1::ImageRequirements image;
  for (const OsRequirement& requirement : query.os) image.add_os(FormatOsRequirement(requirement));
  image.set_image(query.image);
  image.mutable_images()->Assign(query.image_globs.begin(), query.image_globs.end());
  image.mutable_excluded_images()->Assign(query.excluded_image_globs.begin(),
                                          query.excluded_image_globs.end());
  if (image.ByteSizeLong() > 0) *request.mutable_image() = std::move(image);
}

v1::AddressWish WishToProto(AddressWish wish) {
  switch (wish) {
    case AddressWish::kAny:
      return v1::ADDRESS_WISH_UNSPECIFIED;
    case AddressWish::kRequired:
      return v1::ADDRESS_WISH_REQUIRED;
    case AddressWish::kPreferred:
      return v1::ADDRESS_WISH_PREFERRED;
    case AddressWish::kNone:
      return v1::ADDRESS_WISH_NONE;
  }
  return v1::ADDRESS_WISH_UNSPECIFIED;
}

void NetworkToProto(const PlacementQuery& query, v1::FindPlacementsRequest& request) {
  v1::NetworkRequirements network;
  network.set_public_v4(WishToProto(query.public_v4));
  network.set_public_v6(WishToProto(query.public_v6));
  network.set_network(query.network);
  if (network.ByteSizeLong() > 0) *request.mutable_network() = std::move(network);
}

}  // namespace

absl::StatusOr<PlacementQuery> ParsePlacementRequest(const v1::FindPlacementsRequest& request) {
  PlacementQuery query;
  CIS_RETURN_IF_ERROR(ParseTexts("vos", request.vos(), kMaxVos, &query.vos));
  if (query.vos.empty()) return MissingVoError();
  CIS_RETURN_IF_ERROR(ParseMachine(request.machine(), &query));
  CIS_RETURN_IF_ERROR(ParseImage(request.image(), &query));
  CIS_RETURN_IF_ERROR(ParseNetwork(request.network(), &query));
  if (request.count() < 0 || request.count() > kMaxMachines) {
    return InvalidCountError(request.count(), kMaxMachines);
  }
  query.count = std::max<int64_t>(1, request.count());
  CIS_RETURN_IF_ERROR(ParseTexts("sites", request.sites(), kMaxNames, &query.sites));
  CIS_RETURN_IF_ERROR(
      ParseTexts("excluded_sites", request.excluded_sites(), kMaxNames, &query.excluded_sites));
  CIS_RETURN_IF_ERROR(ParseCountries("countries", request.countries(), &query.countries));
  CIS_RETURN_IF_ERROR(ParseCountries("excluded_countries", request.excluded_countries(),
                                     &query.excluded_countries));
  if (request.has_weights()) CIS_RETURN_IF_ERROR(ParseWeights(request.weights(), &query));
  CIS_RETURN_IF_ERROR(ParseMaxAge(request, &query));
  CIS_RETURN_IF_ERROR(ParseOrder(request.order_by(), &query));
  query.all_combinations = request.all_combinations();
  query.explain = request.explain();
  return query;
}

absl::StatusOr<int32_t> PlacementPageSize(int32_t page_size) {
  if (page_size < 0) return NegativePageSizeError(page_size);
  if (page_size == 0) return kDefaultPlacements;
  return std::min(page_size, kMaxPlacements);
}

v1::FindPlacementsRequest InterpretedRequest(const v1::FindPlacementsRequest& request,
                                             const PlacementQuery& query, int32_t page_size) {
  v1::FindPlacementsRequest out;
  out.mutable_vos()->Assign(query.vos.begin(), query.vos.end());
  MachineToProto(query, *out.mutable_machine());
  ImageToProto(query, out);
  NetworkToProto(query, out);
  out.set_count(static_cast<int32_t>(query.count));
  out.mutable_sites()->Assign(query.sites.begin(), query.sites.end());
  out.mutable_excluded_sites()->Assign(query.excluded_sites.begin(), query.excluded_sites.end());
  out.mutable_countries()->Assign(query.countries.begin(), query.countries.end());
  out.mutable_excluded_countries()->Assign(query.excluded_countries.begin(),
                                           query.excluded_countries.end());
  if (query.max_age) *out.mutable_max_age() = request.max_age();
  v1::ScoreWeights& weights = *out.mutable_weights();
  weights.set_fit(query.weights[static_cast<size_t>(Criterion::kFit)]);
  weights.set_network(query.weights[static_cast<size_t>(Criterion::kNetwork)]);
  weights.set_os(query.weights[static_cast<size_t>(Criterion::kOs)]);
  weights.set_health(query.weights[static_cast<size_t>(Criterion::kHealth)]);
  weights.set_freshness(query.weights[static_cast<size_t>(Criterion::kFreshness)]);
  out.set_order_by(request.order_by());
  out.set_page_size(page_size);
  out.set_all_combinations(query.all_combinations);
  out.set_explain(query.explain);
  if (request.has_as_of()) *out.mutable_as_of() = request.as_of();
  return out;
}

}  // namespace cis
