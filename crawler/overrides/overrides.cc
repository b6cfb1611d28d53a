// SPDX-License-Identifier: Apache-2.0
#include "crawler/overrides/overrides.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "crawler/overrides/override_fields.h"
#include "crawler/sites/secret_file.h"
#include "crawler/sites/yaml_reader.h"
#include "schema/base/read_file.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

// Corrections are written by people: a larger file is a wrong file.
constexpr size_t kMaxFileBytes = size_t{4} << 20;
constexpr size_t kMaxOverrideTextBytes = 500;

const std::set<std::string>& KnownKeys() {
  static const auto* const kKeys = new std::set<std::string>{
      "site", "vo", "kind", "id", "name", "glob", "set", "was", "date", "author", "reason"};
  return *kKeys;
}

// Unknown keys are errors here: a misspelled `vo` would widen the entry.
void RefuseUnknown(YamlReader& reader, const YAML::Node& map, const std::set<std::string>& known) {
  for (const auto& entry : map) {
    const std::string& key = entry.first.Scalar();
    if (known.contains(key)) continue;
    const std::vector<std::string> near =
        NearestNames(key, std::vector<std::string>(known.begin(), known.end()), 1);
    reader.Error(
        entry.first,
        absl::StrCat("\"", key, "\" is not a key; ",
                     near.empty() ? absl::StrCat("it must be one of ", absl::StrJoin(known, ", "))
                                  : absl::StrCat("did you mean ", near.front(), "?")));
  }
}

// A text that goes into evidence and log lines.
std::string Sentence(YamlReader& reader, const YAML::Node& map, absl::string_view key,
                     absl::string_view hint) {
  std::string text = reader.Needed(map, key, "", hint);
  const bool is_printable = std::none_of(text.begin(), text.end(),
                                         [](unsigned char c) { return absl::ascii_iscntrl(c); });
  if (text.size() > kMaxOverrideTextBytes || !is_printable) {
    reader.Error(FindKey(map, key), absl::StrCat(key, " must be one line of at most ",
                                                 kMaxOverrideTextBytes, " bytes"));
  }
  return text;
}

// Whether the kind, on which the rest depends, could be read.
bool ReadKind(YamlReader& reader, const YAML::Node& map, Override* entry) {
  const std::string kind = reader.Needed(map, "kind", "", "it must be image, flavor or network");
  if (kind.empty()) return false;
  const std::optional<Kind> parsed =
      ParseKind(absl::EndsWith(kind, "s") ? kind : absl::StrCat(kind, "s"));
  if (!parsed.has_value() || OverridableFields(*parsed).empty()) {
    reader.Error(FindKey(map, "kind"),
                 absl::StrCat("kind is \"", kind, "\"; it must be image, flavor or network"));
    return false;
  }
  entry->kind = *parsed;
  return true;
}

void ReadSelection(YamlReader& reader, const YAML::Node& map, Override* entry) {
  entry->site =
      reader.Needed(map, "site", "", "it must be the site's GOCDB name, or \"*\" for every site");
  entry->vo = reader.Text(map, "vo", "");
  entry->id = reader.Text(map, "id", "");
  entry->name = reader.Text(map, "name", "");
  entry->glob = reader.Text(map, "glob", "");
  const int count = static_cast<int>(!entry->id.empty()) + static_cast<int>(!entry->name.empty()) +
                    static_cast<int>(!entry->glob.empty());
  if (count != 1) {
    reader.Error(map, absl::StrCat("the entry has ", count == 0 ? "none" : "several",
                                   " of id, name and glob; it must have exactly one"));
  }
  if (!entry->vo.empty() && entry->kind != Kind::kNetworks) {
    reader.Error(FindKey(map, "vo"),
                 absl::StrCat("vo is \"", entry->vo, "\", but facts of ", FormatKind(entry->kind),
                              " hold for all VOs of a site; leave vo out"));
  }
}

std::vector<std::pair<std::string, std::string>> ReadValues(YamlReader& reader,
                                                            const YAML::Node& map,
                                                            absl::string_view key, Kind kind) {
  std::vector<std::pair<std::string, std::string>> values;
  const YAML::Node node = reader.Map(map, key, "");
  if (!node.IsMap()) return values;
  for (const auto& entry : node) {
    const std::string& field = entry.first.Scalar();
    // YAML's null is the natural way to write "not known".
    const std::string value = entry.second.IsNull() ? kUnknownValue : reader.Text(node, field, key);
    if (!entry.second.IsNull() && !entry.second.IsScalar()) continue;  // told by Text()
    if (const absl::Status status = CheckOverrideValue(kind, field, value); !status.ok()) {
      reader.Error(entry.first, absl::StrCat(key, ": ", status.message()));
      continue;
    }
    values.emplace_back(field, value);
  }
  return values;
}

Override ReadEntry(YamlReader& reader, const YAML::Node& map) {
  Override entry;
  entry.place = reader.Where(map);
  RefuseUnknown(reader, map, KnownKeys());
  if (!ReadKind(reader, map, &entry)) return entry;
  ReadSelection(reader, map, &entry);
  entry.set = ReadValues(reader, map, "set", entry.kind);
  if (FindKey(map, "set").IsNull() ||
      (FindKey(map, "set").IsMap() && entry.set.empty() && FindKey(map, "set").size() == 0)) {
    reader.Error(map, absl::StrCat("set is missing; it must map fields to values, of ",
                                   absl::StrJoin(OverridableFields(entry.kind), ", ")));
  }
  entry.was = ReadValues(reader, map, "was", entry.kind);
  entry.author = Sentence(reader, map, "author", "it must name the person who corrects the fact");
  entry.reason = Sentence(reader, map, "reason", "it must say why the site's value is wrong");
  entry.date =
      reader.Needed(map, "date", "", "it must be the date of the correction, such as 2026-11-22");
  absl::CivilDay day;
  if (!entry.date.empty() && (entry.date.size() != 10 || !absl::ParseCivilTime(entry.date, &day))) {
    reader.Error(FindKey(map, "date"), absl::StrCat("date is \"", entry.date,
                                                    "\"; it must be a date such as 2026-11-22"));
  }
  return entry;
}

}  // namespace

absl::StatusOr<std::vector<Override>> ParseOverrides(absl::string_view file,
                                                     const std::string& text) {
  Findings findings;
  YamlReader reader(file, &findings);
  CIS_ASSIGN_OR_RETURN(const YAML::Node root, reader.Parse(text));
  RefuseUnknown(reader, root, {"overrides"});
  const YAML::Node list = FindKey(root, "overrides");
  std::vector<Override> overrides;
  if (!list.IsSequence()) {
    reader.Error(list.IsNull() ? root : list,
                 "the file must hold a list named overrides, each entry with site, kind, id or "
                 "name or glob, set, author, date and reason");
  } else {
    for (const YAML::Node& entry : list) {
      if (!entry.IsMap()) {
        reader.Error(entry, "an entry is not a mapping; it must be one with site, kind, set, ...");
        continue;
      }
      overrides.push_back(ReadEntry(reader, entry));
    }
  }
  if (!findings.errors.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(findings.errors, "\n"));
  }
  return overrides;
}

absl::StatusOr<std::vector<Override>> LoadOverrides(const std::string& path) {
  CIS_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxFileBytes));
  return ParseOverrides(path, text);
}

}  // namespace cis::crawler
