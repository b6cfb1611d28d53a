// SPDX-License-Identifier: Apache-2.0
#include "schema/model/change_diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "schema/model/known.h"
#include "schema/model/value_diff.h"
#include "schema/model/vo_support.h"

namespace cis {
namespace {

ChangeKind ChangeKindOf(const Subnet&) { return ChangeKind::kNetwork; }

template <typename Record>
Change ChangeOf(const Record& record, ChangeEvent event) {
  Change change;
  change.kind = ChangeKindOf(record);
  change.event = event;
  change.upstream_id = std::string(record.id);
  change.name = std::string(record.name);
  return change;
}

void AddField(Change change, std::string field, ShownValue before, ShownValue after,
              std::vector<Change>* changes) {
  change.field = std::move(field);
  change.old_value = Shorten(std::move(before));
  change.new_value = Shorten(std::move(after));
  changes->push_back(std::move(change));
}

// Returns a change for each member that differs and that the journal reports.
template <typename Record>
std::vector<Change> DiffMembers(const Record& before, const Record& after) {
  std::vector<Change> changes;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    if (field.info.Has(kUntold) || before.*field.member == after.*field.member) return;
    ShownValue old_value = ShownValueOf(before.*field.member);
    ShownValue new_value = ShownValueOf(after.*field.member);
    if (old_value == new_value) return;
    const bool is_name = field.info.member == "name";
    AddField(ChangeOf(after, is_name ? ChangeEvent::kRenamed : ChangeEvent::kChanged),
             std::string(field.info.member), std::move(old_value), std::move(new_value), &changes);
  });
  return changes;
}

// Appends one change per key that differs, of the member `name`.
void DiffSpecs(absl::string_view name, const std::optional<TextMap>& before,
               const std::optional<TextMap>& after, const Change& change,
               std::vector<Change>* changes) {
  DiffTexts(
      name, before, after, [&](std::string field, ShownValue old_value, ShownValue new_value) {
        AddField(change, std::move(field), std::move(old_value), std::move(new_value), changes);
      });
}

// Returns "192.0.2.0/24, 2001:db8::/64"; a hidden range is shown by its id.
std::string FormatSubnets(const std::vector<Subnet>& subnets) {
  std::vector<std::string> texts;
  for (const Subnet& subnet : subnets) {
    texts.emplace_back(subnet.cidr.empty() ? subnet.id : subnet.cidr);
  }
  std::sort(texts.begin(), texts.end());
  return absl::StrJoin(texts, ", ");
}

// Compares facts about a range other than its addresses, for subnets that exist before and after.
// Facts that an older version of CIS did not read, which is visible by `enable_dhcp`, are not a
// change of the site.
void DiffSubnets(const Network& before, const Network& after, std::vector<Change>* changes) {
  for (const Subnet& subnet : after.subnets) {
    const auto old = std::find_if(before.subnets.begin(), before.subnets.end(),
                                  [&](const Subnet& other) { return other.id == subnet.id; });
    if (subnet.id.empty() || old == before.subnets.end() || !old->enable_dhcp.has_value() ||
        !subnet.enable_dhcp.has_value()) {
      continue;
    }
    for (Change& change : DiffMembers(*old, subnet)) {
      change.upstream_id = std::string(after.id);
      change.name = std::string(after.name);
      change.field = absl::StrCat("subnets.", subnet.cidr.empty() ? subnet.id : subnet.cidr, ".",
                                  change.field);
      changes->push_back(std::move(change));
    }
  }
}

// Returns the part of a reference that stays the same when AppDB gives an image a new version: the
// last part is a number there, "https://appdb.egi.eu/store/vo/image/UUID:1234/".
std::string ReferenceOf(const Image& image) {
  absl::string_view ref = image.egi_ref;
  absl::ConsumeSuffix(&ref, "/");
  const size_t colon = ref.rfind(':');
  int64_t version = 0;
  if (absl::StrContains(ref, "appdb") && colon != absl::string_view::npos &&
      absl::SimpleAtoi(ref.substr(colon + 1), &version)) {
    ref = ref.substr(0, colon);
  }
  return std::string(ref);
}

Change ShareChange(const Share& share, ChangeEvent event) {
  Change change;
  change.kind = ChangeKind::kShare;
  change.event = event;
  change.upstream_id = share.project_id;
  change.name = share.vo;
  return change;
}

std::string Describe(const SubnetPool& pool) {
  return absl::StrCat(pool.name.empty() ? pool.id : pool.name, " (",
                      absl::StrJoin(pool.prefixes, ", "), ")");
}
std::string Describe(const AvailabilityZone& zone) {
  return absl::StrCat(zone.service, " ", zone.name, zone.available ? "" : " (not available)");
}
std::string Describe(const VolumeType& type) {
  std::string text = type.name.empty() ? type.id : type.name;
  if (type.is_default) absl::StrAppend(&text, " (default)");
  if (!type.zones.empty()) absl::StrAppend(&text, " in ", absl::StrJoin(type.zones, ", "));
  return text;
}

template <typename Record>
std::vector<Change> DiffLists(const Share& share, absl::string_view field,
                              absl::Span<const Record> before, absl::Span<const Record> after) {
  const auto describe = [](absl::Span<const Record> records) {
    std::vector<std::string> texts;
    for (const Record& record : records) texts.push_back(Describe(record));
    std::sort(texts.begin(), texts.end());
    return absl::StrJoin(texts, "; ");
  };
  std::vector<Change> changes;
  if (before.empty() || after.empty()) return changes;
  const std::string old_text = describe(before);
  const std::string new_text = describe(after);
  if (old_text != new_text) {
    AddField(ShareChange(share, ChangeEvent::kChanged), std::string(field), old_text, new_text,
             &changes);
  }
  return changes;
}

}  // namespace

std::vector<Change> DiffRecords(const Flavor& before, const Flavor& after) {
  std::vector<Change> changes = DiffMembers(before, after);
  DiffSpecs("extra_specs", before.extra_specs, after.extra_specs,
            ChangeOf(after, ChangeEvent::kChanged), &changes);
  return changes;
}

std::vector<Change> DiffRecords(const Image& before, const Image& after) {
  std::vector<Change> changes = DiffMembers(before, after);
  // If an older version of CIS did not read them, that is not a change of the site.
  if (before.boot_properties && after.boot_properties) {
    DiffSpecs("boot_properties", before.boot_properties, after.boot_properties,
              ChangeOf(after, ChangeEvent::kChanged), &changes);
  }
  return changes;
}

std::vector<Change> DiffRecords(const Network& before, const Network& after) {
  std::vector<Change> changes = DiffMembers(before, after);
  const std::string old_subnets = FormatSubnets(before.subnets);
  const std::string new_subnets = FormatSubnets(after.subnets);
  if (old_subnets != new_subnets) {
    AddField(ChangeOf(after, ChangeEvent::kChanged), "subnets", old_subnets, new_subnets, &changes);
  }
  DiffSubnets(before, after, &changes);
  return changes;
}

Change AppearedChange(const Flavor& flavor) { return ChangeOf(flavor, ChangeEvent::kAppeared); }
Change AppearedChange(const Image& image) { return ChangeOf(image, ChangeEvent::kAppeared); }
Change AppearedChange(const Network& network) { return ChangeOf(network, ChangeEvent::kAppeared); }
Change GoneChange(const Flavor& flavor) { return ChangeOf(flavor, ChangeEvent::kGone); }
Change GoneChange(const Image& image) { return ChangeOf(image, ChangeEvent::kGone); }
Change GoneChange(const Network& network) { return ChangeOf(network, ChangeEvent::kGone); }

const Image* FindReplacement(const Image& gone, absl::Span<const Image* const> current) {
  const std::string reference = ReferenceOf(gone);
  if (reference.empty() && gone.name.empty()) return nullptr;
  const Image* best = nullptr;
  for (const Image* image : current) {
    const bool same =
        reference.empty() ? image->name == gone.name : ReferenceOf(*image) == reference;
    // An unknown time precedes all others, so nothing counts as older because of it.
    const bool is_older = IsKnown(image->create_time) && image->create_time < gone.create_time;
    if (!same || is_older || image->id == gone.id) continue;
    if (best == nullptr || best->create_time < image->create_time) best = image;
  }
  return best;
}

Change ReplacedChange(const Image& gone, const Image& replacement) {
  Change change = ChangeOf(gone, ChangeEvent::kReplaced);
  change.field = ReferenceOf(gone).empty() ? "name" : "egi_ref";
  change.old_value = std::string(gone.id);
  change.new_value = std::string(replacement.id);
  return change;
}

std::vector<Change> DiffQuotas(absl::Span<const Quota> before, absl::Span<const Quota> after) {
  std::map<std::string, std::pair<ShownValue, ShownValue>> limits;
  for (const Quota& quota : before)
    limits[std::string(quota.resource)].first = absl::StrCat(quota.limit);
  for (const Quota& quota : after)
    limits[std::string(quota.resource)].second = absl::StrCat(quota.limit);
  std::vector<Change> changes;
  for (const auto& [resource, values] : limits) {
    if (values.first == values.second) continue;
    Change change;
    change.kind = ChangeKind::kQuota;
    change.event = !values.first    ? ChangeEvent::kAppeared
                   : !values.second ? ChangeEvent::kGone
                                    : ChangeEvent::kChanged;
    change.upstream_id = resource;
    change.name = resource;
    AddField(std::move(change), "limit", values.first, values.second, &changes);
  }
  return changes;
}

std::vector<Change> DiffChoices(const Share& share, absl::Span<const SubnetPool> before,
                                absl::Span<const SubnetPool> after) {
  return DiffLists(share, "subnet_pools", before, after);
}

std::vector<Change> DiffChoices(const Share& share, absl::Span<const AvailabilityZone> before,
                                absl::Span<const AvailabilityZone> after) {
  return DiffLists(share, "availability_zones", before, after);
}

std::vector<Change> DiffChoices(const Share& share, absl::Span<const VolumeType> before,
                                absl::Span<const VolumeType> after) {
  return DiffLists(share, "volume_types", before, after);
}

std::vector<Change> DiffShares(const Share* before, const Share& after) {
  std::vector<Change> changes;
  if ((before != nullptr && before->configured) != after.configured) {
    changes.push_back(ShareChange(
        after, after.configured ? ChangeEvent::kConfigured : ChangeEvent::kUnconfigured));
  }
  const VoSupport support = before == nullptr ? VoSupport::kUnknown : before->support;
  if (support != after.support) {
    AddField(ShareChange(after, ChangeEvent::kChanged), "support",
             std::string(FormatVoSupport(support)), std::string(FormatVoSupport(after.support)),
             &changes);
  }
  return changes;
}

std::vector<Change> DiffKindStates(const Share& share, const KindState& before,
                                   const KindState& after) {
  const bool failed = before.error != ErrorClass::kNone;
  const bool fails = after.error != ErrorClass::kNone;
  if (failed == fails) return {};
  std::vector<Change> changes;
  const auto word = [](const KindState& state) -> ShownValue {
    if (state.error == ErrorClass::kNone) return std::nullopt;
    return std::string(FormatErrorClass(state.error));
  };
  AddField(ShareChange(share, fails ? ChangeEvent::kFailing : ChangeEvent::kRecovered),
           std::string(FormatKind(after.kind)), word(before), word(after), &changes);
  return changes;
}

}  // namespace cis
