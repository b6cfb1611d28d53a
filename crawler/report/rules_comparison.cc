// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/rules_comparison.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/report/report_words.h"
#include "schema/base/one_line.h"
#include "schema/model/resource_name.h"

namespace cis::crawler {
namespace {

using nlohmann::ordered_json;

// Returns whether the record belongs to an endpoint with all its shares, not to one share.
bool IsOfEndpoint(const RecordDifference& difference) {
  return difference.kind == ChangeKind::kFlavor || difference.kind == ChangeKind::kImage;
}

std::string NameOf(const RecordDifference& difference) {
  const Share& share = difference.share;
  switch (difference.kind) {
    case ChangeKind::kFlavor:
      return FormatFlavorName(share.endpoint, difference.upstream_id);
    case ChangeKind::kImage:
      return FormatImageName(share.endpoint, difference.upstream_id);
    case ChangeKind::kNetwork:
      return FormatNetworkName(share, difference.upstream_id);
    case ChangeKind::kQuota:
    case ChangeKind::kShare:
      break;
  }
  return FormatShareName(share);
}

// Returns e.g. "appears", for a line about one record.
absl::string_view VerbOf(ChangeEvent event) {
  if (event == ChangeEvent::kAppeared) return "appears";
  return event == ChangeEvent::kGone ? "disappears" : "changes";
}

// Returns the member of a record that a field belongs to. The totals do not distinguish keys, ids
// and codes, but they do distinguish the members that a confidence or a warning is about.
std::string TotalOf(absl::string_view field) {
  const size_t first = field.find('.');
  if (first == absl::string_view::npos) return std::string(field);
  const absl::string_view head = field.substr(0, first);
  if (head == "confidence" || head == "evidence" || head == "warnings") return std::string(field);
  // "subnets.ID.is_public" counts as "subnets.is_public"; keys of maps are free texts.
  const bool is_list = head == "subnets" || head == "routers" || head == "floating_ips" ||
                       head == "subnet_pools" || head == "quotas" || head == "availability_zones" ||
                       head == "volume_types";
  const size_t last = field.rfind('.');
  return is_list && last != first ? absl::StrCat(head, field.substr(last)) : std::string(head);
}

std::string Dump(const ordered_json& line) {
  return absl::StrCat(line.dump(-1, ' ', false, ordered_json::error_handler_t::replace), "\n");
}

ordered_json ToJson(const std::optional<std::string>& value) {
  return value.has_value() ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json ToJson(absl::string_view text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

}  // namespace

void RulesComparison::NoteObservation(bool is_readable) {
  ++observation_count_;
  if (!is_readable) ++unreadable_count_;
}

std::string RulesComparison::Add(const RecordDifference& difference) {
  ++events_[{difference.kind, difference.event}];
  std::set<std::string> totals;
  for (const FieldDifference& field : difference.fields) totals.insert(TotalOf(field.field));
  for (const std::string& field : totals) ++fields_[{difference.kind, field}];
  return format_ == Format::kJson ? AddJson(difference) : AddTable(difference);
}

std::string RulesComparison::AddTable(const RecordDifference& difference) const {
  std::string text =
      absl::StrCat(NameOf(difference), "  ",
                   OneLine(absl::StrCat(FormatChangeKind(difference.kind), " \"", difference.name,
                                        "\"", IsOfEndpoint(difference) ? "" : " of ",
                                        IsOfEndpoint(difference) ? "" : difference.share.vo)),
                   " ", VerbOf(difference.event), "\n");
  for (const FieldDifference& field : difference.fields) {
    absl::StrAppend(&text, "    ",
                    OneLine(absl::StrCat(field.field, ": ", field.before.value_or("unknown"),
                                         " -> ", field.after.value_or("unknown"))),
                    "\n");
  }
  return text;
}

std::string RulesComparison::AddJson(const RecordDifference& difference) const {
  ordered_json fields = ordered_json::array();
  for (const FieldDifference& field : difference.fields) {
    fields.push_back(
        {{"field", field.field}, {"old", ToJson(field.before)}, {"new", ToJson(field.after)}});
  }
  return Dump({{"type", "record"},
               {"record", NameOf(difference)},
               {"kind", FormatChangeKind(difference.kind)},
               {"site", difference.share.endpoint.site_name},
               {"vo", ToJson(IsOfEndpoint(difference) ? absl::string_view()
                                                      : absl::string_view(difference.share.vo))},
               {"id", difference.upstream_id},
               {"name", difference.name},
               {"event", FormatChangeEvent(difference.event)},
               {"fields", std::move(fields)}});
}

std::string RulesComparison::Totals() const {
  return format_ == Format::kJson ? TotalsJson() : TotalsTable();
}

std::string RulesComparison::TotalsTable() const {
  std::string text;
  if (!fields_.empty()) absl::StrAppend(&text, "\nRecords by field\n");
  for (const auto& [key, count] : fields_) {
    absl::StrAppend(&text, "    ",
                    OneLine(absl::StrCat(FormatChangeKind(key.first), " ", key.second)), ": ",
                    count, "\n");
  }
  std::vector<std::string> events;
  for (const auto& [key, count] : events_) {
    events.push_back(absl::StrCat(CountOf(count, FormatChangeKind(key.first)),
                                  key.second == ChangeEvent::kAppeared ? " would appear"
                                  : key.second == ChangeEvent::kGone   ? " would disappear"
                                                                       : " would change"));
  }
  absl::StrAppend(&text, events.empty() ? "" : "\n", "Rules ", rules_, ", ",
                  CountOf(observation_count_, "stored observation"), ": ",
                  events.empty() ? "nothing would change" : absl::StrJoin(events, ", "), ".");
  if (unreadable_count_ > 0) {
    absl::StrAppend(&text, " These rules cannot read ", CountOf(unreadable_count_, "observation"),
                    ", whose records would stay as they are.");
  }
  absl::StrAppend(&text, " The database was not written.\n");
  return text;
}

std::string RulesComparison::TotalsJson() const {
  std::string text;
  for (const auto& [key, count] : fields_) {
    text += Dump({{"type", "field"},
                  {"kind", FormatChangeKind(key.first)},
                  {"field", key.second},
                  {"records", count}});
  }
  ordered_json records = ordered_json::object();
  for (const auto& [key, count] : events_) {
    records[std::string(FormatChangeKind(key.first))][std::string(FormatChangeEvent(key.second))] =
        count;
  }
  return text + Dump({{"type", "total"},
                      {"rules", rules_},
                      {"observations", observation_count_},
                      {"unreadable", unreadable_count_},
                      {"records", std::move(records)}});
}

}  // namespace cis::crawler
