#include "server/service/placement_name.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cis/internal/placement_name.pb.h"
#include "cis/v1/query.pb.h"
#include "schema/base/fnv1a.h"
#include "schema/base/status_macros.h"
#include "server/placement/os_match.h"
#include "server/service/errors.h"
#include "server/service/placement_errors.h"
#include "server/service/query_from_proto.h"
#include "server/service/query_to_proto.h"

namespace cis {
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

// An id in few bytes: the first one says how.
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

// The id again; of a hash, which has none, a word that is no id.
std::string UnpackId(absl::string_view packed) {
  if (packed.empty()) return "";
  const absl::string_view rest = packed.substr(1);
  if (packed[0] == 't') return std::string(rest);
  if (packed[0] != 'u' || rest.size() != 16) return "(gone)";
  const std::string hex = absl::BytesToHexString(rest);
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-",
                      hex.substr(16, 4), "-", hex.substr(20));
}

// The one of `records` whose id was packed, or what the packed id says.
template <typename Records, typename IdOf>
std::string FindId(absl::string_view packed, const Records& records, IdOf id_of) {
  if (packed.empty() || packed[0] != 'h') return UnpackId(packed);
  for (const auto& record : records) {
    if (PackId(id_of(record)) == packed) return id_of(record);
  }
  return UnpackId(packed);
}

// What of the query the chosen flavor, image and plan had to satisfy. What only chose between them
// (globs, sites, weights) is of no use any more.
v1::PlacementQuery RequirementsOf(const Placement& placement, const PlacementQuery& query) {
  PlacementQuery rest;
  rest.vos = {};
  rest.vcpu_count = query.vcpu_count;
  rest.ram_mib = query.ram_mib;
  rest.disk_gib = query.disk_gib;
  rest.ephemeral_gib = query.ephemeral_gib;
  rest.gpu_count = query.gpu_count;
  rest.gpu_model = query.gpu_model;
  rest.gpu_vendor = query.gpu_vendor;
  rest.gpu_memory_mib = query.gpu_memory_mib;
  rest.total_gpu_memory_mib = query.total_gpu_memory_mib;
  rest.gpu_kind = query.gpu_kind;
  rest.cpu_alloc = query.cpu_alloc;
  rest.arch = query.arch;
  rest.allow_boot_from_volume = query.allow_boot_from_volume;
  rest.zone = query.zone;
  for (const OsRequirement& os : query.os) {
    if (MatchOs(os, *placement.image->image) != OsMatch::kMatch) continue;
    rest.os = {os};
    break;
  }
  rest.public_v4 = query.public_v4;
  rest.public_v6 = query.public_v6;
  rest.count = query.count;
  v1::PlacementQuery proto = QueryToProto(rest);
  proto.clear_weights();
  return proto;
}

}  // namespace

std::string FormatPlacementName(const Placement& placement, const PlacementQuery& query) {
  const NetworkPlan& plan = *placement.plan;
  internal::PlacementName name;
  name.set_share(placement.share->name);
  name.set_flavor(PackId(placement.flavor->id));
  name.set_image(PackId(placement.image->image->id));
  name.set_plan_kind(static_cast<int32_t>(plan.kind));
  if (plan.network != nullptr) name.set_network(PackId(plan.network->id));
  if (plan.pool != nullptr) name.set_external_network(PackId(plan.pool->id));
  name.set_query(RequirementsOf(placement, query).SerializeAsString());
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
  const auto share = std::find_if(shares.begin(), shares.end(), [&name](const IndexedShare& one) {
    return one.name == name.share();
  });
  if (share == shares.end()) return ResourceNotFoundError("shares", name.share(), {});
  query.add_vos(share->share().vo);
  absl::StatusOr<PlacementQuery> required = QueryFromProto(query, snapshot);
  if (!required.ok()) return InvalidPlacementNameError(text);
  ChosenPlacement chosen;
  chosen.share = &*share;
  chosen.query = *std::move(required);
  chosen.plan_kind = static_cast<PlanKind>(name.plan_kind());
  chosen.flavor_id = FindId(name.flavor(), share->flavors->flavors,
                            [](const Flavor* flavor) { return flavor->id; });
  chosen.image_id = FindId(name.image(), share->images->images,
                           [](const IndexedImage& image) { return image.image->id; });
  const auto network_id = [](const Stored<Network>& network) { return network.record.id; };
  chosen.network_id = FindId(name.network(), share->view.share->networks, network_id);
  chosen.pool_id = FindId(name.external_network(), share->view.share->networks, network_id);
  return chosen;
}

}  // namespace cis
