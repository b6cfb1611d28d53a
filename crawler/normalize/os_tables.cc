#include "crawler/normalize/os_tables.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

struct LoginRow {
  std::string distro;
  std::string versions;
  std::string login;
  std::string unless;
  std::vector<std::string> rejects;
};

struct Succession {
  std::string distro;
  int major = 0;
  std::string built_after;
  std::string becomes;
};

std::vector<std::string> SplitList(absl::string_view text, char separator) {
  std::vector<std::string> parts;
  for (absl::string_view part : absl::StrSplit(text, separator, absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

NamePattern ParsePattern(absl::string_view text) {
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
    for (const Token& token : Tokenize(word).tokens) {
      pattern.words.push_back(token.text);
    }
  }
  return pattern;
}

using ReleaseIndex = absl::flat_hash_map<std::string, std::vector<Release>>;

// By distribution, in the order of the table.
const ReleaseIndex& Releases() {
  static const auto* const kReleases = [] {
    auto* releases = new ReleaseIndex();
    for (const auto& row : LoadTable("releases")) {
      (*releases)[row[0]].push_back({row[0], row[1], row[2], row[3], row[4]});
    }
    return releases;
  }();
  return *kReleases;
}

const std::vector<LoginRow>& Logins() {
  static const auto* const kLogins = [] {
    auto* logins = new std::vector<LoginRow>();
    for (const auto& row : LoadTable("logins")) {
      logins->push_back({row[0], row[1], row[2], row[3], SplitList(row[4], ',')});
    }
    return logins;
  }();
  return *kLogins;
}

const std::vector<Succession>& Successions() {
  static const auto* const kSuccessions = [] {
    auto* successions = new std::vector<Succession>();
    for (const auto& row : LoadTable("successions")) {
      successions->push_back({row[0], MajorOf(row[1]), row[2], row[3]});
    }
    return successions;
  }();
  return *kSuccessions;
}

absl::string_view SkipSeparators(absl::string_view text) {
  return text.substr(std::min(text.find_first_not_of("-_ "), text.size()));
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

const std::vector<Distro>& Distros() {
  static const auto* const kDistros = [] {
    auto* distros = new std::vector<Distro>();
    for (const auto& row : LoadTable("distros")) {
      Distro distro;
      distro.id = row[0];
      distro.scheme = row[1];
      distro.may_be_labelled = SplitList(row[2], ',');
      for (const std::string& name : SplitList(row[3], '|')) {
        distro.patterns.push_back(ParsePattern(name));
      }
      distro.labels = SplitList(row[4], ',');
      distros->push_back(std::move(distro));
    }
    return distros;
  }();
  return *kDistros;
}

const Distro* FindDistro(absl::string_view id) {
  static const auto* const kIndex = [] {
    auto* index = new absl::flat_hash_map<std::string, const Distro*>();
    for (const Distro& distro : Distros()) {
      index->emplace(distro.id, &distro);
    }
    return index;
  }();
  const auto found = kIndex->find(id);
  return found == kIndex->end() ? nullptr : found->second;
}

const std::vector<NameCandidate>& NamesStartingWith(absl::string_view word) {
  static const auto* const kIndex = [] {
    auto* index = new absl::flat_hash_map<std::string, std::vector<NameCandidate>>();
    for (const Distro& distro : Distros()) {
      for (const NamePattern& pattern : distro.patterns) {
        (*index)[pattern.words.front()].push_back({&distro, &pattern});
      }
    }
    return index;
  }();
  static const auto* const kNone = new std::vector<NameCandidate>();
  const auto found = kIndex->find(word);
  return found == kIndex->end() ? *kNone : found->second;
}

const Distro* FindDistroByLabel(absl::string_view value) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  if (const Distro* distro = FindDistro(lower)) {
    return distro;
  }
  static const auto* const kIndex = [] {
    auto* index = new absl::flat_hash_map<std::string, const Distro*>();
    for (const Distro& distro : Distros()) {
      for (const std::string& label : distro.labels) {
        index->emplace(label, &distro);
      }
    }
    return index;
  }();
  const auto found = kIndex->find(lower);
  return found == kIndex->end() ? nullptr : found->second;
}

bool MayBeLabelled(absl::string_view distro, absl::string_view label) {
  const Distro* row = FindDistro(distro);
  return row != nullptr && std::find(row->may_be_labelled.begin(), row->may_be_labelled.end(),
                                     label) != row->may_be_labelled.end();
}

const Release* FindRelease(absl::string_view distro, absl::string_view version) {
  const Release* by_major = nullptr;
  const auto releases = Releases().find(distro);
  if (releases == Releases().end()) {
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

const Release* FindCodename(absl::string_view word, absl::string_view distro) {
  static const auto* const kIndex = [] {
    auto* index = new absl::flat_hash_map<std::string, const Release*>();
    for (const auto& [distro_id, releases] : Releases()) {
      for (const Release& release : releases) {
        if (!release.codename.empty()) {
          index->emplace(release.codename, &release);
        }
      }
    }
    return index;
  }();
  const auto found = kIndex->find(word);
  return found != kIndex->end() && (distro.empty() || found->second->distro == distro)
             ? found->second
             : nullptr;
}

bool CodenameStandsAlone(absl::string_view word) {
  static const auto* const kWords = [] {
    auto* words = new absl::flat_hash_set<std::string>();
    for (const auto& row : LoadTable("codenames")) words->insert(row[0]);
    return words;
  }();
  return kWords->contains(word);
}

std::string SuccessorOf(absl::string_view distro, absl::string_view version,
                        absl::string_view build_date, bool* from_date) {
  *from_date = false;
  const int major = MajorOf(version);
  for (const Succession& row : Successions()) {
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

std::string VendorLogin(absl::string_view distro, absl::string_view version,
                        absl::string_view name) {
  for (const LoginRow& row : Logins()) {
    if (row.distro != distro || !CoversVersion(row.versions, version)) {
      continue;
    }
    for (const Token& token : Tokenize(name).tokens) {
      if (token.IsWord(row.unless)) {
        return "";
      }
    }
    return row.login;
  }
  return "";
}

bool IsRejectedLogin(absl::string_view distro, absl::string_view login) {
  for (const LoginRow& row : Logins()) {
    if (row.distro == distro &&
        std::find(row.rejects.begin(), row.rejects.end(), login) != row.rejects.end()) {
      return true;
    }
  }
  return login == "linux" || login == "windows";  // an os_type in the wrong field
}

std::string PurposeOfLabel(absl::string_view value) {
  static const auto* const kPurposes = [] {
    auto* purposes = new absl::flat_hash_map<std::string, std::string>();
    for (const auto& row : LoadTable("purpose_labels")) purposes->emplace(row[0], row[1]);
    return purposes;
  }();
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  const auto found = kPurposes->find(lower);
  if (found != kPurposes->end()) return found->second;
  absl::string_view replaced = lower;
  const auto current =
      absl::ConsumePrefix(&replaced, "old") ? kPurposes->find(SkipSeparators(replaced)) : found;
  if (current == kPurposes->end()) return "";
  // A plain image that a newer one has replaced is not the default any more.
  const bool plain = current->second == "generic" || current->second == "minimal";
  return plain ? "custom" : current->second;
}

bool IsReplacedPurpose(absl::string_view value) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  return absl::StartsWith(lower, "old") && !PurposeOfLabel(lower).empty();
}

absl::string_view FillerRole(absl::string_view word) {
  static const auto* const kRoles = [] {
    auto* roles = new absl::flat_hash_map<std::string, std::string>();
    for (const auto& row : LoadTable("fillers")) {
      roles->emplace(row[0], row[1]);
    }
    return roles;
  }();
  const auto found = kRoles->find(word);
  return found == kRoles->end() ? absl::string_view() : absl::string_view(found->second);
}

}  // namespace cis::crawler
