// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_claims.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

// Values of os_type that sites put into os_distro.
bool IsVagueDistro(absl::string_view value) {
  const std::string lower = absl::AsciiStrToLower(value);
  return lower == "linux" || lower == "lin" || lower == "unix" || lower == "bsd";
}

OsClaim ReadPair(const Rules& rules, OsSource level, const ImageFact* distro,
                 const ImageFact* version) {
  OsClaim claim;
  claim.level = level;
  if (distro == nullptr && version == nullptr) {
    return claim;
  }
  claim.source = distro != nullptr ? distro->source : version->source;
  if (distro != nullptr && !IsVagueDistro(distro->value)) {
    claim.said_distro = distro->value;
  }
  claim.said_version = version == nullptr ? "" : version->value;
  claim.version_source = version == nullptr ? "" : version->source;
  claim.value =
      absl::StrCat(claim.said_distro, claim.said_version.empty() ? "" : " ", claim.said_version);
  if (claim.said_distro.empty()) {
    return claim;  // a bare version: read once the distribution is known
  }
  const Distro* labelled = rules.os.FindDistroByLabel(claim.said_distro);
  // "ubuntu18.04" names its release itself; "Scientific Linux" + "Scientific Linux 6.5" repeats it.
  OsGuess guess = ParseOsText(rules, claim.value);
  if (guess.distro.empty() && labelled != nullptr) {
    guess = ParseOsText(rules, claim.said_version);
    if (guess.distro != labelled->id) {
      guess = ParseOsTextOf(rules, labelled->id, claim.said_version);
    }
  }
  if (guess.distro.empty() && labelled == nullptr) {
    guess = ParseOsText(rules, claim.said_distro);
  }
  if (labelled != nullptr && !guess.distro.empty() && guess.distro != labelled->id &&
      !rules.os.MayBeLabelled(guess.distro, labelled->id)) {
    guess = ParseOsTextOf(rules, labelled->id, claim.said_version);
  }
  claim.guess = std::move(guess);
  claim.implausible = !claim.guess.distro.empty() && claim.guess.version.empty() &&
                      std::any_of(claim.said_version.begin(), claim.said_version.end(),
                                  [](unsigned char c) { return absl::ascii_isdigit(c); });
  return claim;
}

OsClaim ReadText(const Rules& rules, OsSource level, absl::string_view source,
                 absl::string_view text) {
  OsClaim claim;
  claim.level = level;
  claim.source = std::string(source);
  claim.value = std::string(text);
  claim.guess = ParseOsText(rules, text);
  return claim;
}

// A login user named after one distribution only: "rocky". Others use none of these names.
OsClaim ReadLogin(const Rules& rules, const ImageFact& fact) {
  OsClaim claim;
  claim.level = OsSource::kDescription;
  claim.source = fact.source;
  claim.value = fact.value;
  const std::string login = absl::AsciiStrToLower(fact.value);
  if (const Distro* distro = rules.os.FindDistro(login);
      distro != nullptr && rules.os.VendorLogin(distro->id, "", "") == login) {
    claim.guess.distro = distro->id;
  }
  return claim;
}

struct SplitUrl {
  std::string host;        // lower case, without credentials; empty for a bare path
  absl::string_view path;  // without query and fragment
};

SplitUrl CutUrl(absl::string_view url) {
  SplitUrl cut;
  const std::size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) {
    url.remove_prefix(scheme + 3);
    const std::size_t slash = url.find('/');
    cut.host = absl::AsciiStrToLower(url.substr(0, slash));
    url = slash == absl::string_view::npos ? absl::string_view() : url.substr(slash);
    cut.host.erase(0, cut.host.rfind('@') + 1);  // credentials leave no trace in the evidence
  }
  cut.path = url.substr(0, url.find_first_of("?#"));
  return cut;
}

// "https://cloud-images.ubuntu.com/jammy/current/…": a vendor's host names the distribution.
bool ReadUrl(const Rules& rules, const ImageFact& fact, OsClaim* claim) {
  const SplitUrl url = CutUrl(fact.value);
  *claim = ReadText(rules, OsSource::kUrl, fact.source, url.path);
  const std::string vendor = rules.image_sources.VendorOfHost(url.host);
  if (!vendor.empty() && claim->guess.distro.empty()) {
    claim->guess = ParseOsText(rules, absl::StrCat(vendor, " ", url.path));
  }
  claim->value = absl::StrCat(url.host, url.path);
  return !claim->guess.distro.empty() || !claim->guess.arch.empty();
}

// "egi_vm_images/docker:22.04": what EGI has built under that name.
bool ReadEgiReference(const Rules& rules, OsSource level, absl::string_view source,
                      absl::string_view text, OsClaim* claim) {
  const std::optional<EgiImage> egi = rules.egi_images.Find(text);
  if (!egi.has_value() || egi->distro.empty()) {
    return false;
  }
  claim->level = level;
  claim->source = std::string(source);
  claim->value = std::string(text);
  claim->guess = ParseOsTextOf(rules, egi->distro, egi->version);
  claim->guess.distro = egi->distro;
  return true;
}

}  // namespace

std::string VendorOfUrl(const Rules& rules, absl::string_view url) {
  const SplitUrl cut = CutUrl(url);
  const std::string vendor = rules.image_sources.VendorOfHost(cut.host);
  if (vendor.empty()) return "";
  const OsGuess guess = ParseOsText(rules, cut.path);
  return guess.distro.empty() ? vendor : guess.distro;
}

std::vector<OsClaim> GatherOsClaims(const Rules& rules, const ImageFacts& facts,
                                    const Image& image) {
  std::vector<OsClaim> claims;
  for (const FactLevel wanted : {FactLevel::kAsserted, FactLevel::kProperty, FactLevel::kCustom}) {
    const OsSource level = wanted == FactLevel::kAsserted   ? OsSource::kAsserted
                           : wanted == FactLevel::kProperty ? OsSource::kProperty
                                                            : OsSource::kDescription;
    std::vector<std::string> groups;
    for (const ImageFact& fact : facts.facts) {
      if (fact.level == wanted &&
          (fact.meaning == Meaning::kDistro || fact.meaning == Meaning::kVersion) &&
          std::find(groups.begin(), groups.end(), fact.group) == groups.end()) {
        groups.push_back(fact.group);
      }
    }
    for (const std::string& group : groups) {
      const ImageFact* distro = nullptr;
      const ImageFact* version = nullptr;
      for (const ImageFact& fact : facts.facts) {
        if (fact.level != wanted || fact.group != group) continue;
        if (fact.meaning == Meaning::kDistro && distro == nullptr) distro = &fact;
        if (fact.meaning == Meaning::kVersion && version == nullptr) version = &fact;
      }
      claims.push_back(ReadPair(rules, level, distro, version));
      claims.back().stated = true;
    }
    for (const ImageFact* fact : facts.Of(Meaning::kOsText)) {
      if (fact->level == wanted) {
        claims.push_back(ReadText(rules, level, fact->source, fact->value));
        claims.back().stated = true;
      }
    }
  }
  for (const auto& [meaning, level] :
       {std::pair(Meaning::kEgiRef, OsSource::kAsserted), std::pair(Meaning::kUrl, OsSource::kUrl),
        std::pair(Meaning::kFile, OsSource::kUrl), std::pair(Meaning::kTitle, OsSource::kName)}) {
    for (const ImageFact* fact : facts.Of(meaning)) {
      OsClaim claim;
      if (ReadEgiReference(rules, level, fact->source, fact->value, &claim)) {
        claims.push_back(std::move(claim));
      }
    }
  }
  for (const Meaning meaning : {Meaning::kUrl, Meaning::kLink, Meaning::kFile}) {
    for (const ImageFact* fact : facts.Of(meaning)) {
      OsClaim claim;
      if (ReadUrl(rules, *fact, &claim)) {
        claims.push_back(std::move(claim));
      }
    }
  }
  for (const std::string& tag : facts.tags) {
    absl::string_view value = tag;
    if (absl::ConsumePrefix(&value, "os:") || absl::ConsumePrefix(&value, "os_distro:")) {
      if (const Distro* distro = rules.os.FindDistroByLabel(value)) {
        OsClaim claim = ReadText(rules, OsSource::kTag, "tag", tag);
        claim.guess.distro = distro->id;
        claim.stated = true;
        claims.push_back(std::move(claim));
      }
    } else if (rules.os.FindDistroByLabel(value) != nullptr || !rules.arch.Parse(value).empty()) {
      claims.push_back(ReadText(rules, OsSource::kTag, "tag", tag));
      claims.back().stated = true;
    }
  }
  OsClaim egi;
  if (ReadEgiReference(rules, OsSource::kName, "name", image.name, &egi)) {
    claims.push_back(std::move(egi));
  }
  claims.push_back(ReadText(rules, OsSource::kName, "name", image.name));
  for (const ImageFact* fact : facts.Of(Meaning::kTitle)) {
    claims.push_back(ReadText(rules, OsSource::kName, fact->source, fact->value));
  }
  for (const ImageFact* fact : facts.Of(Meaning::kDescription)) {
    claims.push_back(ReadText(rules, OsSource::kDescription, fact->source, fact->value));
  }
  for (const ImageFact* fact : facts.Of(Meaning::kGuestId)) {
    OsClaim claim = ReadText(rules, OsSource::kDescription, fact->source,
                             rules.image_sources.GuestIdText(fact->value));
    claim.value = fact->value;
    claims.push_back(std::move(claim));
  }
  for (const ImageFact* fact : facts.Of(Meaning::kLogin)) {
    claims.push_back(ReadLogin(rules, *fact));
  }
  std::stable_sort(claims.begin(), claims.end(),
                   [](const OsClaim& a, const OsClaim& b) { return a.level < b.level; });
  return claims;
}

}  // namespace cis::crawler
