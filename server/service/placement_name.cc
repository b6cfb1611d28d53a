// SPDX-License-Identifier: Apache-2.0
#include "server/service/placement_name.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cis/internal/placement_name.pb.h"
#include "cis/v1/query.pb.h"
#include "schema/base/check.h"
#include "schema/base/fnv1a.h"
#include "schema/base/status_macros.h"
#include "server/placement/os_match.h"
#include "server/service/errors.h"
#include "server/service/placement_errors.h"
#include "server/service/query_from_proto.h"
#include "server/service/query_to_proto.h"

namespace cis::server {
namespace {

constexpr absl::string_view kPrefix = "placements/";
constexpr size_t kMaxPlainId = 36;

// Whether `id` is a UUID in the form that OpenStack writes.
bool IsUuid(absl::string_view id) {
  if (id.size() != 36) return false;
  for (size_t i = 0; i < id.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto c = static_cast<unsigned char>(id[i]);
    if (is_dash ? c != '-' : !absl::ascii_isxdigit(c) || absl::ascii_isupper(c)) return false;
  }
  return true;
}

// Packs an id into few bytes; the first byte names the packing.
std::string PackId(absl::string_view id) {
  if (id.empty()) return "";
  if (IsUuid(id)) {
    std::string hex(id);
    hex.erase(std::remove(hex.begin(), hex.end(), '-'), hex.end());
    return absl::StrCat("u", absl::HexStringToBytes(hex));
  }
  if (id.size() <= kMaxPlainId) return absl::StrCat("t", id);
  const uint64_t hash = Fnv1a(id);
  std::string bytes = "h";
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(hash >> shift);
  return bytes;
}

// Unpacks an id; for a hash, which cannot be unpacked, returns a word that is not an id.
std::string UnpackId(absl::string_view packed) {
  if (packed.empty()) return "";
  const absl::string_view rest = packed.substr(1);
  if (packed[0] == 't') return std::string(rest);
  if (packed[0] != 'u' || rest.size() != 16) return "(gone)";
  const std::string hex = absl::BytesToHexString(rest);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

// Whether the id can be found again by its packed form.
bool IsPackedWhole(absl::string_view id) {
  const std::string packed = PackId(id);
  return absl::StartsWith(packed, "h") || UnpackId(packed) == id;
}

// Returns the id of the one of `records` whose id was packed, or the unpacked id.
template <typename Records, typename IdOf>
std::string FindId(absl::string_view packed, const Records& records, IdOf id_of) {
  if (packed.empty() || packed[0] != 'h') return UnpackId(packed);
  for (const auto& record : records) {
    if (PackId(id_of(record)) == packed) return std::string(id_of(record));
  }
  return UnpackId(packed);
}

// The first operating system of `request` that the placement's image has; -1 if there is none.
int SatisfiedOs(const Placement& placement, const MachineRequest& request) {
  for (size_t i = 0; i < request.os.size(); ++i) {
    if (MatchOs(request.os[i], *placement.image->image) == OsMatch::kMatch) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

// Keeps what the chosen flavor, image and plan had to satisfy; requirements that only chose between
// candidates are removed.
void KeepRequirements(const Placement& placement, MachineRequest* request) {
  request->flavor_globs.clear();
  request->excluded_flavor_globs.clear();
  request->image.clear();
  request->image_globs.clear();
  request->excluded_image_globs.clear();
  request->network.clear();
  const int satisfied = SatisfiedOs(placement, *request);
  request->os = satisfied < 0
                    ? std::vector<OsRequirement>()
                    : std::vector<OsRequirement>{request->os[static_cast<size_t>(satisfied)]};
}

// The same of a query, which becomes one of the placement's alternative if it has any.
v1::PlacementQuery RequirementsOf(const Placement& placement, const PlacementQuery& query) {
  PlacementQuery rest = query;
  if (placement.alternative) {
    rest = QueryOfPart(query, query.alternatives[*placement.alternative]);
  }
  rest.vos.clear();
  rest.sites.clear();
  rest.excluded_sites.clear();
  rest.countries.clear();
  rest.excluded_countries.clear();
  rest.excluded_placements.clear();
  rest.max_age.reset();
  if (rest.groups.empty()) KeepRequirements(placement, &rest);
  for (size_t i = 0; i < rest.groups.size(); ++i) {
    KeepRequirements(placement.groups[i], &rest.groups[i]);
  }
  // Each group has its own.
  if (!rest.groups.empty()) {
    rest.public_v4 = rest.public_v6 = AddressWish::kAny;
    rest.network.clear();
  }
  v1::PlacementQuery proto = QueryToProto(rest);
  proto.clear_weights();
  return proto;
}

// `Proto` has the fields of the choices.
template <typename Proto>
void ChosenToProto(const Placement& placement, Proto* proto) {
  const NetworkPlan& plan = *placement.plan;
  CIS_DCHECK(IsPackedWhole(placement.flavor->id), "the flavor is found by the name");
  CIS_DCHECK(IsPackedWhole(placement.image->image->id), "the image is found by the name");
  proto->set_flavor(PackId(placement.flavor->id));
  proto->set_image(PackId(placement.image->image->id));
  proto->set_plan_kind(static_cast<int32_t>(plan.kind));
  if (plan.network != nullptr) proto->set_network(PackId(plan.network->id));
  if (plan.pool != nullptr) proto->set_external_network(PackId(plan.pool->id));
}

template <typename Proto>
ChosenMachine ChosenFromProto(const Proto& proto, const IndexedShare& share) {
  ChosenMachine chosen;
  chosen.plan_kind = static_cast<PlanKind>(proto.plan_kind());
  chosen.flavor_id = FindId(proto.flavor(), share.flavors->flavors,
                            [](const Flavor* flavor) { return flavor->id; });
  chosen.image_id = FindId(proto.image(), share.images->images,
                           [](const IndexedImage& image) { return image.image->id; });
  const auto network_id = [](const Stored<Network>& network) { return network.record.id; };
  chosen.network_id = FindId(proto.network(), share.view.share->networks, network_id);
  chosen.pool_id = FindId(proto.external_network(), share.view.share->networks, network_id);
  return chosen;
}

}  // namespace

std::string PlacementNamer::NameOf(const Placement& placement) {
  internal::PlacementName name;
  name.set_share(placement.share->name);
  if (placement.groups.empty()) {
    ChosenToProto(placement, &name);
    const MachineRequest& machine =
        placement.alternative ? query_.alternatives[*placement.alternative] : query_;
    std::string& required = requirements_[{static_cast<int>(placement.alternative.value_or(0)),
                                           SatisfiedOs(placement, machine)}];
    if (required.empty()) required = RequirementsOf(placement, query_).SerializeAsString();
    name.set_query(required);
  } else {
    for (const Placement& group : placement.groups) ChosenToProto(group, name.add_groups());
    name.set_query(RequirementsOf(placement, query_).SerializeAsString());
  }
  std::string text = absl::StrCat(kPrefix, absl::WebSafeBase64Escape(name.SerializeAsString()));
  return text.size() <= kMaxPlacementNameBytes ? text : "";
}

absl::StatusOr<ChosenPlacement> ParsePlacementName(absl::string_view text,
                                                   const PlacementIndex& index,
                                                   const Snapshot& snapshot) {
  absl::string_view encoded = text;
  std::string bytes;
  internal::PlacementName name;
  v1::PlacementQuery query;
  if (text.size() > kMaxPlacementNameBytes || !absl::ConsumePrefix(&encoded, kPrefix) ||
      !absl::WebSafeBase64Unescape(encoded, &bytes) || !name.ParseFromString(bytes) ||
      name.share().empty() || !query.ParseFromString(name.query())) {
    return InvalidPlacementNameError(text);
  }
  const auto shares = index.shares();
  const auto* const share =
      std::find_if(shares.begin(), shares.end(),
                   [&name](const IndexedShare& one) { return one.name == name.share(); });
  if (share == shares.end()) return ResourceNotFoundError("shares", name.share(), {});
  query.add_vos(share->share().vo);
  absl::StatusOr<PlacementQuery> required = QueryFromProto(query, snapshot);
  if (!required.ok()) return InvalidPlacementNameError(text);
  ChosenPlacement chosen;
  chosen.share = &*share;
  chosen.query = *std::move(required);
  if (chosen.query.groups.empty()) chosen.machines.push_back(ChosenFromProto(name, *share));
  for (const internal::ChosenGroup& group : name.groups()) {
    chosen.machines.push_back(ChosenFromProto(group, *share));
  }
  if (chosen.machines.size() != std::max<size_t>(1, chosen.query.groups.size()) ||
      !chosen.query.alternatives.empty()) {
    return InvalidPlacementNameError(text);
  }
  return chosen;
}

}  // namespace cis::server
