// SPDX-License-Identifier: Apache-2.0
#include "crawler/overrides/corrector.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"
#include "crawler/overrides/override_fields.h"
#include "schema/base/glob.h"

namespace cis::crawler {
namespace {

bool ConcernsShare(const Override& rule, const Share& share, Kind kind) {
  return rule.kind == kind &&
         (rule.site == "*" || absl::EqualsIgnoreCase(rule.site, share.endpoint.site_name)) &&
         (rule.vo.empty() || rule.vo == share.vo);
}

bool ConcernsRecord(const Override& rule, absl::string_view id, absl::string_view name) {
  if (!rule.id.empty()) return rule.id == id;
  if (!rule.name.empty()) return rule.name == name;
  return MatchesGlob(rule.glob, name);
}

// Orders rules from weakest to strongest.
bool IsWeaker(const Override& a, const Override& b) {
  const auto strength = [](const Override& rule) {
    const int exactness = !rule.id.empty() ? 2 : !rule.name.empty() ? 1 : 0;
    return std::make_tuple(exactness, rule.site != "*", !rule.vo.empty(), rule.date);
  };
  return strength(a) < strength(b);
}

absl::string_view Find(const std::vector<std::pair<std::string, std::string>>& values,
                       absl::string_view field) {
  for (const auto& [name, value] : values) {
    if (name == field) return value;
  }
  return "";
}

absl::string_view NounOf(Kind kind) { return absl::StripSuffix(FormatKind(kind), "s"); }

std::string DescribeSelection(const Override& rule) {
  if (!rule.id.empty()) return absl::StrCat("the id \"", rule.id, "\"");
  if (!rule.name.empty()) return absl::StrCat("the name \"", rule.name, "\"");
  return absl::StrCat("a name like \"", rule.glob, "\"");
}

// Warnings about the operating system are removed if a person has decided.
void SettleOs(Provenance* provenance) {
  provenance->warnings.EraseIf(
      [](const SharedText& warning) { return absl::StartsWith(warning, "OS_"); });
}

// Code name, end of life and vendor's user are facts of the release: they follow it, unless
// something better said them.
void FollowRelease(const Rules& rules, const std::map<std::string, const Override*>& set,
                   Image* image) {
  const auto is_set = [&set](const char* field) { return set.contains(field); };
  if (!is_set("os_distro") && !is_set("os_version")) return;
  const Release* release = rules.os.FindRelease(image->os_distro, image->os_version);
  if (!is_set("os_codename")) image->os_codename = release == nullptr ? "" : release->codename;
  if (!is_set("eol_date")) image->eol_date = release == nullptr ? "" : release->eol_date;
  auto& evidence = image->provenance.evidence;
  const bool is_told = std::any_of(evidence.begin(), evidence.end(), [](const Evidence& one) {
    return one.field == "login_user" && one.source != "table:logins";
  });
  if (is_set("login_user") || is_told) return;
  evidence.EraseIf([](const Evidence& one) { return one.field == "login_user"; });
  image->login_user = rules.os.VendorLogin(image->os_distro, image->os_version, image->name);
  if (image->login_user.empty()) {
    SetConfidence(&image->provenance, "login_user", Confidence::kUnknown);
    return;
  }
  AddEvidence(&image->provenance, "login_user", "table:logins",
              absl::StrCat(image->os_distro, " ", image->os_version));
  SetConfidence(&image->provenance, "login_user", Confidence::kProbable);
}
void FollowRelease(const Rules& /*rules*/, const std::map<std::string, const Override*>& /*set*/,
                   Flavor* /*flavor*/) {}
void FollowRelease(const Rules& /*rules*/, const std::map<std::string, const Override*>& /*set*/,
                   Network* /*network*/) {}

}  // namespace

Corrector::Corrector(std::vector<Override> overrides, const Rules& rules) : rules_(&rules) {
  std::stable_sort(overrides.begin(), overrides.end(), IsWeaker);
  for (Override& rule : overrides) entries_.push_back({std::move(rule), false, false, false, {}});
}

template <typename Record>
void Corrector::ApplyTo(const Share& share, Kind kind, std::vector<Record>* records) {
  std::vector<Entry*> entries;
  for (Entry& entry : entries_) {
    if (!ConcernsShare(entry.rule, share, kind)) continue;
    entry.seen = true;
    entries.push_back(&entry);
  }
  if (entries.empty()) return;
  for (Record& record : *records) {
    std::map<std::string, const Override*> set;
    const Record inferred = record;
    for (Entry* entry : entries) {
      if (!ConcernsRecord(entry->rule, record.id, record.name)) continue;
      entry->matched = true;
      for (const auto& [field, value] : entry->rule.set) {
        SetField(field, value, &record);
        set[field] = &entry->rule;
        const std::string said = GetField(field, inferred);
        const absl::string_view expected = Find(entry->rule.was, field);
        if (said.empty() || said == GetField(field, record) || said == expected) continue;
        entry->contradictions.push_back(
            absl::StrCat(share.endpoint.site_name, " ", FormatKind(kind), " ", record.id,
                         ": the site reports ", field, " ", said, ", the override sets ", value));
      }
    }
    for (const auto& [field, rule] : set) {
      const std::string said = GetField(field, inferred);
      const std::string now = GetField(field, record);
      const absl::string_view value = Find(rule->set, field);
      // Before the site's own evidence, which stays visible.
      AddEvidence(&record.provenance, field,
                  absl::StrCat("override:", rule->author, " ", rule->date),
                  absl::StrCat(value, ": ", rule->reason));
      const absl::Span<Evidence> evidence = record.provenance.evidence.Mutable();
      std::rotate(evidence.begin(), evidence.end() - 1, evidence.end());
      SetConfidence(&record.provenance, field,
                    value == kUnknownValue ? Confidence::kUnknown : Confidence::kVerified);
      if (!said.empty() && said != now && said != Find(rule->was, field)) {
        AddWarning(&record.provenance, "OVERRIDE_CONTRADICTED",
                   absl::StrCat("the site reports ", field, " ", said, ", the override of ",
                                rule->author, " (", rule->date, ") sets ", value));
      }
    }
    if (set.contains("os_distro") || set.contains("os_version")) SettleOs(&record.provenance);
    FollowRelease(*rules_, set, &record);
  }
}

void Corrector::Apply(RecordSet* records) {
  switch (records->kind) {
    case Kind::kImages:
      return ApplyTo(records->share, Kind::kImages, &records->images);
    case Kind::kFlavors:
      return ApplyTo(records->share, Kind::kFlavors, &records->flavors);
    case Kind::kNetworks:
      return ApplyTo(records->share, Kind::kNetworks, &records->network_set.networks);
    case Kind::kAuth:
    case Kind::kQuotas:
      return;
  }
}

void Corrector::NoteMissing(const Share& share, Kind kind) {
  for (Entry& entry : entries_) {
    const Kind concerned = kind == Kind::kAuth ? entry.rule.kind : kind;
    entry.missing = entry.missing || ConcernsShare(entry.rule, share, concerned);
  }
}

std::vector<std::string> Corrector::Problems(const Scope& scope) const {
  std::vector<std::string> problems;
  for (const Entry& entry : entries_) {
    const Override& rule = entry.rule;
    if (scope.all_vos && entry.seen && !entry.matched && !entry.missing) {
      problems.push_back(absl::StrCat(rule.place, ": no ", NounOf(rule.kind), " of ",
                                      rule.site == "*" ? "any site" : rule.site, " has ",
                                      DescribeSelection(rule),
                                      " any more; remove the entry, or select what replaced it"));
    }
    if (scope.all_sites && scope.all_vos && !entry.seen && !entry.missing) {
      problems.push_back(
          absl::StrCat(rule.place, ": site \"", rule.site, "\"",
                       rule.vo.empty() ? "" : absl::StrCat(" with VO \"", rule.vo, "\""),
                       " is not among the sites; remove the entry or correct the name"));
    }
    for (const std::string& text : entry.contradictions) {
      problems.push_back(absl::StrCat(rule.place, ": ", text));
    }
  }
  std::sort(problems.begin(), problems.end());
  problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
  if (problems.size() > kMaxProblems) problems.resize(kMaxProblems);
  return problems;
}

}  // namespace cis::crawler
