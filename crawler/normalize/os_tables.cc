// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/os_tables.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::crawler {
namespace {

std::vector<std::string> SplitList(absl::string_view text, char separator) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(text, separator, absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

NamePattern ParsePattern(const Tokenizer& tokenizer, absl::string_view text) {
  NamePattern pattern;
  while (!text.empty()) {
    if (absl::ConsumeSuffix(&text, "!")) {
      pattern.needs_version = true;
    } else if (absl::ConsumeSuffix(&text, "#")) {
      pattern.needs_version = true;
      pattern.glued = true;
    } else if (absl::ConsumeSuffix(&text, "^")) {
      pattern.at_start = true;
    } else {
      break;
    }
  }
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (word == "$v") {
      pattern.words.emplace_back(word);
      continue;
    }
    for (const Token& token : tokenizer.Tokenize(word).tokens) {
      pattern.words.push_back(token.text);
    }
  }
  return pattern;
}

bool CoversVersion(absl::string_view versions, absl::string_view version) {
  if (versions == "*") {
    return true;
  }
  const int major = MajorOf(version);
  const std::pair<absl::string_view, absl::string_view> range = absl::StrSplit(versions, '-');
  const int low = MajorOf(range.first);
  const int high = range.second.empty() ? low : MajorOf(range.second);
  return major >= low && major <= high && major >= 0;
}

}  // namespace

int MajorOf(absl::string_view version) {
  std::size_t digits = 0;
  while (digits < version.size() &&
         absl::ascii_isdigit(static_cast<unsigned char>(version[digits])))
    ++digits;
  int major = -1;
  if (digits == 0 || digits > 6 || !absl::SimpleAtoi(version.substr(0, digits), &major)) {
    return -1;
  }
  return major;
}

OsRules::OsRules(const Tables& tables, const Tokenizer& tokenizer) : tokenizer_(tokenizer) {
  ReadDistros(tables);
  ReadReleases(tables);
  for (const auto& row : tables.Rows("codenames")) lone_codenames_.insert(row[0]);
  for (const auto& row : tables.Rows("successions")) {
    successions_.push_back({row[0], MajorOf(row[1]), row[2], row[3]});
  }
  for (const auto& row : tables.Rows("logins")) {
    logins_.push_back({row[0], row[1], row[2], row[3], SplitList(row[4], ',')});
  }
  for (const auto& row : tables.Rows("fillers")) fillers_.emplace(row[0], row[1]);
}

void OsRules::ReadDistros(const Tables& tables) {
  for (const auto& row : tables.Rows("distros")) {
    Distro distro;
    distro.id = row[0];
    distro.scheme = row[1];
    distro.may_be_labelled = SplitList(row[2], ',');
    for (const std::string& name : SplitList(row[3], '|')) {
      distro.patterns.push_back(ParsePattern(tokenizer_, name));
    }
    distro.labels = SplitList(row[4], ',');
    distros_.push_back(std::move(distro));
  }
  for (const Distro& distro : distros_) {
    by_id_.emplace(distro.id, &distro);
    for (const std::string& label : distro.labels) by_label_.emplace(label, &distro);
    for (const NamePattern& pattern : distro.patterns) {
      if (pattern.words.empty()) continue;
      by_first_word_[pattern.words.front()].push_back({&distro, &pattern});
    }
  }
}

void OsRules::ReadReleases(const Tables& tables) {
  for (const auto& row : tables.Rows("releases")) {
    releases_[row[0]].push_back({row[0], row[1], row[2], row[3], row[4]});
  }
  for (const auto& [distro, releases] : releases_) {
    for (const Release& release : releases) {
      if (!release.codename.empty()) codenames_.emplace(release.codename, &release);
    }
  }
}

const Distro* OsRules::FindDistro(absl::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

absl::Span<const NameCandidate> OsRules::NamesStartingWith(absl::string_view word) const {
  const auto found = by_first_word_.find(word);
  return found == by_first_word_.end() ? absl::Span<const NameCandidate>()
                                       : absl::MakeConstSpan(found->second);
}

const Distro* OsRules::FindDistroByLabel(absl::string_view value) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  if (const Distro* distro = FindDistro(lower)) {
    return distro;
  }
  const auto found = by_label_.find(lower);
  return found == by_label_.end() ? nullptr : found->second;
}

bool OsRules::MayBeLabelled(absl::string_view distro, absl::string_view label) const {
  const Distro* row = FindDistro(distro);
  return row != nullptr && std::find(row->may_be_labelled.begin(), row->may_be_labelled.end(),
                                     label) != row->may_be_labelled.end();
}

const Release* OsRules::FindRelease(absl::string_view distro, absl::string_view version) const {
  const Release* by_major = nullptr;
  const auto releases = releases_.find(distro);
  if (releases == releases_.end()) {
    return nullptr;
  }
  for (const Release& release : releases->second) {
    if (release.version == version) {
      return &release;
    }
    // A row with a bare major number is valid for all its minors: "9" for "9.4".
    if (!absl::StrContains(release.version, ".") && !absl::StrContains(version, " ") &&
        MajorOf(release.version) == MajorOf(version) && MajorOf(version) >= 0) {
      by_major = &release;
    }
  }
  return by_major;
}

const Release* OsRules::FindCodename(absl::string_view word, absl::string_view distro) const {
  const auto found = codenames_.find(word);
  return found != codenames_.end() && (distro.empty() || found->second->distro == distro)
             ? found->second
             : nullptr;
}

bool OsRules::CodenameStandsAlone(absl::string_view word) const {
  return lone_codenames_.contains(word);
}

std::string OsRules::SuccessorOf(absl::string_view distro, absl::string_view version,
                                 absl::string_view build_date, bool* from_date) const {
  *from_date = false;
  const int major = MajorOf(version);
  for (const Succession& row : successions_) {
    if (row.distro != distro || major < row.major) {
      continue;
    }
    if (row.built_after.empty()) {
      return row.becomes;
    }
    if (major == row.major && !build_date.empty() && build_date >= row.built_after) {
      *from_date = true;
      return row.becomes;
    }
  }
  return std::string(distro);
}

std::string OsRules::VendorLogin(absl::string_view distro, absl::string_view version,
                                 absl::string_view name) const {
  for (const Login& row : logins_) {
    if (row.distro != distro || !CoversVersion(row.versions, version)) {
      continue;
    }
    for (const Token& token : tokenizer_.Tokenize(name).tokens) {
      if (token.IsWord(row.unless)) {
        return "";
      }
    }
    return row.login;
  }
  return "";
}

bool OsRules::IsRejectedLogin(absl::string_view distro, absl::string_view login) const {
  for (const Login& row : logins_) {
    if (row.distro == distro &&
        std::find(row.rejects.begin(), row.rejects.end(), login) != row.rejects.end()) {
      return true;
    }
  }
  return login == "linux" || login == "windows";  // an os_type in the wrong field
}

absl::string_view OsRules::FillerRole(absl::string_view word) const {
  const auto found = fillers_.find(word);
  return found == fillers_.end() ? absl::string_view() : absl::string_view(found->second);
}

}  // namespace cis::crawler
