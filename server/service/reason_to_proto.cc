// SPDX-License-Identifier: Apache-2.0
#include "server/service/reason_to_proto.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/model/resource_name.h"
#include "server/placement/filter_reasons.h"
#include "server/placement/flavor_reasons.h"
#include "server/placement/image_reasons.h"
#include "server/service/proto_values.h"

namespace cis::server {
namespace {

// The part between site and share in the name of a share.
constexpr absl::string_view kShares = "/shares/";

static_assert(static_cast<int>(Stage::kVo) + 1 == v1::PLACEMENT_STAGE_VO &&
                  static_cast<int>(Stage::kPair) + 1 == v1::PLACEMENT_STAGE_PAIR &&
                  static_cast<int>(Stage::kQuota) + 1 == v1::PLACEMENT_STAGE_QUOTA,
              "stages must stand in the order of the API");

// Codes have the same names here and in the API.
v1::ReasonCode CodeToProto(ReasonCode code) {
  static const auto* const kValues = [] {
    auto* values = new std::array<v1::ReasonCode, kReasonCodeCount>();
    for (size_t i = 0; i < values->size(); ++i) {
      const auto one = static_cast<ReasonCode>(i);
      v1::ReasonCode_Parse(absl::StrCat("REASON_CODE_", FormatReasonCode(one)), &(*values)[i]);
    }
    return values;
  }();
  return (*kValues)[static_cast<size_t>(code)];
}

v1::QuotaResource QuotaResourceOf(const Reason& reason) {
  if (reason.code == ReasonCode::kQuotaVolumeTooLarge) {
    return v1::QUOTA_RESOURCE_VOLUME_SIZE_PER_VOLUME;
  }
  if (!reason.quota) return v1::QUOTA_RESOURCE_UNSPECIFIED;
  return QuotaResourceToProto(FormatQuotaResource(*reason.quota));
}

v1::Unit UnitToProto(ReasonUnit unit) {
  switch (unit) {
    case ReasonUnit::kMib:
      return v1::UNIT_MIB;
    case ReasonUnit::kGib:
      return v1::UNIT_GIB;
    case ReasonUnit::kBytes:
      return v1::UNIT_BYTE;
    case ReasonUnit::kSeconds:
      return v1::UNIT_SECOND;
    default:
      return v1::UNIT_UNSPECIFIED;
  }
}

void AmountToProto(int64_t value, ReasonUnit unit, v1::Amount* proto) {
  proto->set_value(static_cast<double>(value));
  proto->set_unit(UnitToProto(unit));
}

template <typename Check>
void CheckedFieldsToProto(Checks checks, v1::Reason* proto) {
  for (Checks rest = checks; rest != 0; rest &= rest - 1) {
    const absl::string_view field = FieldOf(CodeOf(static_cast<Check>(FirstOf(rest))));
    const int size = proto->checked_fields_size();
    if (field.empty() || (size > 0 && proto->checked_fields(size - 1) == field)) continue;
    proto->add_checked_fields(field.data(), field.size());
  }
}

void BestToProto(const Reason& reason, const IndexedShare& share, v1::Reason* proto) {
  if (reason.best) {
    AmountToProto(*reason.best, UnitOf(reason),
                  proto->mutable_best()->mutable_value()->mutable_amount());
  } else if (std::string word = BestWord(reason); !word.empty()) {
    proto->mutable_best()->mutable_value()->set_text(std::move(word));
  }
  if (reason.flavor != nullptr) {
    FlavorRefToProto(share, *reason.flavor, proto->mutable_best()->mutable_resource());
  } else if (reason.image != nullptr) {
    ImageRefToProto(share, *reason.image, proto->mutable_best()->mutable_resource());
  } else if (reason.network != nullptr) {
    NetworkRefToProto(share, *reason.network, proto->mutable_best()->mutable_resource());
  }
}

// "sites/{site}" and the id of the share, of its name.
std::pair<absl::string_view, absl::string_view> SplitName(const IndexedShare& share) {
  const absl::string_view name = share.name;
  const size_t end = name.find(kShares);
  return {name.substr(0, end), name.substr(end + kShares.size())};
}
absl::string_view SiteOf(const IndexedShare& share) { return SplitName(share).first; }

}  // namespace

std::string NameOfFlavor(const IndexedShare& share, absl::string_view id) {
  return absl::StrCat(SiteOf(share), "/flavors/", FormatItemId(share.endpoint_id, id));
}

std::string NameOfImage(const IndexedShare& share, absl::string_view id) {
  return absl::StrCat(SiteOf(share), "/images/", FormatItemId(share.endpoint_id, id));
}

v1::PlacementStage StageToProto(Stage stage) {
  return static_cast<v1::PlacementStage>(static_cast<int>(stage) + 1);
}

void FlavorRefToProto(const IndexedShare& share, const Flavor& flavor, v1::ResourceRef* proto) {
  proto->set_name(NameOfFlavor(share, flavor.id));
  proto->set_upstream_id(std::string(flavor.id));
  proto->set_display_name(std::string(flavor.name));
}

void ImageRefToProto(const IndexedShare& share, const Image& image, v1::ResourceRef* proto) {
  proto->set_name(NameOfImage(share, image.id));
  proto->set_upstream_id(std::string(image.id));
  proto->set_display_name(std::string(image.name));
}

void NetworkRefToProto(const IndexedShare& share, const Network& network, v1::ResourceRef* proto) {
  const auto [site, share_id] = SplitName(share);
  proto->set_name(absl::StrCat(site, "/networks/", FormatItemId(share_id, network.id)));
  proto->set_upstream_id(std::string(network.id));
  proto->set_display_name(std::string(network.name));
}

void ReasonToProto(const Reason& reason, const PlacementQuery& query, const IndexedShare& share,
                   v1::Reason* proto) {
  const Stage stage = StageOf(reason.code);
  const MachineRequest* part = PartOf(reason, query);
  // A reason about several groups together has no field of one of them.
  const bool is_joint = reason.parts != 0 && part == nullptr;
  const absl::string_view field = is_joint ? query.parts_field() : FieldOf(reason.code);
  if (part != nullptr) proto->set_group(part->name);
  proto->set_code(CodeToProto(reason.code));
  proto->set_stage(StageToProto(stage));
  proto->set_field(field.data(), field.size());
  proto->set_quota_resource(QuotaResourceOf(reason));
  if (reason.want) {
    AmountToProto(*reason.want, UnitOf(reason), proto->mutable_required()->mutable_amount());
  } else if (std::string word = WantedWord(reason, query); !word.empty()) {
    proto->mutable_required()->set_text(std::move(word));
  }
  BestToProto(reason, share, proto);
  if (reason.want && reason.best) {
    AmountToProto(std::abs(*reason.want - *reason.best), UnitOf(reason), proto->mutable_missing());
  }
  proto->set_candidate_count(static_cast<int32_t>(reason.counted.count));
  if (stage == Stage::kFlavor) CheckedFieldsToProto<FlavorCheck>(reason.counted.passed, proto);
  if (stage == Stage::kImage) CheckedFieldsToProto<ImageCheck>(reason.counted.passed, proto);
  proto->set_message(FormatReason(reason, query));
}

}  // namespace cis::server
