// SPDX-License-Identifier: Apache-2.0
#include "schema/model/stored_diff.h"

#include <map>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/model/value_diff.h"

namespace cis {
namespace {

using Texts = std::map<std::string, std::string>;

void Add(std::string field, ShownValue before, ShownValue after, FieldDifferences* fields) {
  fields->push_back({std::move(field), Shorten(std::move(before)), Shorten(std::move(after))});
}

// Adds what DiffTexts reports; `Known` is TextMap, or a TextMap that may not be known.
template <typename Known>
void AddTexts(absl::string_view name, const Known& before, const Known& after,
              FieldDifferences* fields) {
  DiffTexts(name, before, after,
            [&](std::string field, ShownValue old_value, ShownValue new_value) {
              Add(std::move(field), std::move(old_value), std::move(new_value), fields);
            });
}

// Unlike in the journal, an empty text counts as not known.
template <typename Member>
ShownValue StoredValueOf(const Member& member) {
  ShownValue value = ShownValueOf(member);
  if constexpr (std::is_convertible_v<Member, absl::string_view>) {
    if (member.empty()) value.reset();
  }
  return value;
}

template <typename Member>
void DiffValue(const std::string& name, const Member& before, const Member& after,
               FieldDifferences* fields) {
  if constexpr (std::is_same_v<Member, std::optional<TextMap>>) {
    AddTexts(name, before, after, fields);
  } else if (before != after) {
    Add(name, StoredValueOf(before), StoredValueOf(after), fields);
  }
}

template <typename Record>
void DiffStoredMembers(absl::string_view prefix, const Record& before, const Record& after,
                       FieldDifferences* fields) {
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    DiffValue(absl::StrCat(prefix, field.info.member), before.*field.member, after.*field.member,
              fields);
  });
}

// Returns "OS_CONFLICT" for "OS_CONFLICT: name says ...".
absl::string_view CodeOf(absl::string_view warning) { return warning.substr(0, warning.find(':')); }

// Joins the texts of one key, in their order.
Texts JoinByKey(const std::vector<std::pair<std::string, std::string>>& texts) {
  Texts joined;
  for (const auto& [key, text] : texts) {
    std::string& all = joined[key];
    absl::StrAppend(&all, all.empty() ? "" : "; ", text);
  }
  return joined;
}

void DiffProvenance(const Provenance& before, const Provenance& after, FieldDifferences* fields) {
  if (before == after) return;
  const auto confidence = [](const Provenance& provenance) {
    Texts texts;
    for (const FieldConfidence& one : provenance.confidence) {
      texts.emplace(one.field, FormatConfidence(one.confidence));
    }
    return texts;
  };
  const auto evidence = [](const Provenance& provenance) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const Evidence& one : provenance.evidence) {
      texts.emplace_back(one.field, absl::StrCat(one.source, ": ", one.value));
    }
    return JoinByKey(texts);
  };
  const auto warnings = [](const Provenance& provenance) {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const SharedText& one : provenance.warnings) texts.emplace_back(CodeOf(one), one);
    return JoinByKey(texts);
  };
  AddTexts<TextMap>("confidence", confidence(before), confidence(after), fields);
  AddTexts<TextMap>("evidence", evidence(before), evidence(after), fields);
  AddTexts<TextMap>("warnings", warnings(before), warnings(after), fields);
}

// Return what distinguishes an item from the others of its list.
absl::string_view KeyOf(const Subnet& subnet) { return subnet.id; }
const std::string& KeyOf(const Router& router) { return router.id; }
const std::string& KeyOf(const FloatingIp& ip) { return ip.id; }
const std::string& KeyOf(const SubnetPool& pool) { return pool.id; }
absl::string_view KeyOf(const Quota& quota) { return quota.resource; }
std::string KeyOf(const AvailabilityZone& zone) {
  return absl::StrCat(zone.service, ".", zone.name);
}
const std::string& KeyOf(const VolumeType& type) { return type.id; }

// Adds the differences of the members that fields.h does not describe.
template <typename Item>
void DiffRest(absl::string_view, const Item&, const Item&, FieldDifferences*) {}
void DiffRest(absl::string_view prefix, const Router& before, const Router& after,
              FieldDifferences* fields) {
  DiffValue(absl::StrCat(prefix, "network_ids"), before.network_ids, after.network_ids, fields);
  DiffValue(absl::StrCat(prefix, "subnet_ids"), before.subnet_ids, after.subnet_ids, fields);
}

// Returns the items by their keys; items with the same key are numbered.
template <typename Item>
std::map<std::string, const Item*> ByKey(const std::vector<Item>& items) {
  std::map<std::string, const Item*> by_key;
  for (const Item& item : items) {
    std::string key(KeyOf(item));
    for (int i = 2; by_key.contains(key); ++i) key = absl::StrCat(KeyOf(item), "#", i);
    by_key.emplace(std::move(key), &item);
  }
  return by_key;
}

// Adds the items that are on one side only, and the members of the others that differ.
template <typename Item>
void DiffItems(absl::string_view name, const std::vector<Item>& before,
               const std::vector<Item>& after, FieldDifferences* fields) {
  if (before == after) return;
  const size_t count_before = fields->size();
  const auto old_items = ByKey(before);
  const auto new_items = ByKey(after);
  for (const auto& [key, item] : old_items) {
    const auto other = new_items.find(key);
    if (other == new_items.end()) {
      Add(absl::StrCat(name, ".", key), "listed", std::nullopt, fields);
      continue;
    }
    const std::string prefix = absl::StrCat(name, ".", key, ".");
    DiffStoredMembers(prefix, *item, *other->second, fields);
    DiffRest(prefix, *item, *other->second, fields);
  }
  for (const auto& [key, item] : new_items) {
    if (!old_items.contains(key)) {
      Add(absl::StrCat(name, ".", key), std::nullopt, "listed", fields);
    }
  }
  if (fields->size() == count_before) {
    Add(std::string(name), "in this order", "in another order", fields);
  }
}

// Adds the one difference that the texts do not show: the order of the evidence of several members.
template <typename Record>
FieldDifferences Complete(const Record& before, const Record& after, FieldDifferences fields) {
  if (fields.empty() && before != after) {
    Add("evidence", "in this order", "in another order", &fields);
  }
  return fields;
}

template <typename Record>
FieldDifferences DiffRecord(const Record& before, const Record& after) {
  FieldDifferences fields;
  DiffStoredMembers("", before, after, &fields);
  DiffProvenance(before.provenance, after.provenance, &fields);
  return fields;
}

}  // namespace

FieldDifferences DiffStored(const Flavor& before, const Flavor& after) {
  return Complete(before, after, DiffRecord(before, after));
}

FieldDifferences DiffStored(const Image& before, const Image& after) {
  return Complete(before, after, DiffRecord(before, after));
}

FieldDifferences DiffStored(const Network& before, const Network& after) {
  FieldDifferences fields = DiffRecord(before, after);
  DiffItems("subnets", before.subnets, after.subnets, &fields);
  return Complete(before, after, std::move(fields));
}

FieldDifferences DiffStored(const NetworkSet& before, const NetworkSet& after) {
  FieldDifferences fields;
  DiffItems("routers", before.routers, after.routers, &fields);
  DiffItems("floating_ips", before.floating_ips, after.floating_ips, &fields);
  DiffItems("subnet_pools", before.subnet_pools, after.subnet_pools, &fields);
  DiffValue("routers_known", before.routers_known, after.routers_known, &fields);
  DiffValue("floating_ips_known", before.floating_ips_known, after.floating_ips_known, &fields);
  return fields;
}

FieldDifferences DiffStored(const LimitSet& before, const LimitSet& after) {
  FieldDifferences fields;
  DiffItems("quotas", before.quotas, after.quotas, &fields);
  DiffItems("availability_zones", before.zones, after.zones, &fields);
  DiffItems("volume_types", before.volume_types, after.volume_types, &fields);
  return fields;
}

FieldDifferences DiffStored(const KindState& before, const KindState& after) {
  FieldDifferences fields;
  const std::string prefix = absl::StrCat(FormatKind(after.kind), ".");
  DiffValue(absl::StrCat(prefix, "skipped_count"), before.skipped_count, after.skipped_count,
            &fields);
  DiffValue(absl::StrCat(prefix, "remarks"), before.remarks, after.remarks, &fields);
  return fields;
}

}  // namespace cis
