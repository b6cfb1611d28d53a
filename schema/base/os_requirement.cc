// SPDX-License-Identifier: Apache-2.0
#include "schema/base/os_requirement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/os_alias.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"

namespace cis {
namespace {

// Keeps errors readable and parsing bounded.
constexpr size_t kMaxRequirementBytes = 100;

constexpr absl::string_view kForms =
    "write for example ubuntu, ubuntu:22.04, ubuntu:jammy, debian~12 (that release line), "
    "ubuntu>=22.04, el>=9 (rhel, almalinux, rocky, centos...) or linux";

constexpr std::array<absl::string_view, 6> kRolling{"sid",     "unstable",   "testing",
                                                    "rawhide", "tumbleweed", "rolling"};

bool IsWord(absl::string_view text) {
  return !text.empty() && absl::ascii_isalnum(static_cast<unsigned char>(text.front())) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_' || c == '+';
         });
}

bool StartsWithDigit(absl::string_view text) {
  return !text.empty() && absl::ascii_isdigit(static_cast<unsigned char>(text.front()));
}

absl::Status NotARequirement(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", absl::Utf8SafeCHexEscape(CutUtf8(text, kMaxRequirementBytes)),
                   "\" is not an operating system", why, "; ", kForms));
}

// Removes the relation from the front of `text`; returns kAny if there is none.
OsRelation CutRelation(absl::string_view* text) {
  constexpr std::array<std::pair<absl::string_view, OsRelation>, 9> kSigns{{
      {">=", OsRelation::kAtLeast},
      {"=>", OsRelation::kAtLeast},
      {"<=", OsRelation::kAtMost},
      {"==", OsRelation::kIs},
      {">", OsRelation::kAbove},
      {"<", OsRelation::kBelow},
      {"~", OsRelation::kSameLine},
      {":", OsRelation::kIs},
      {"=", OsRelation::kIs},
  }};
  for (const auto& [sign, relation] : kSigns) {
    if (absl::StartsWith(*text, sign)) {
      text->remove_prefix(sign.size());
      return relation;
    }
  }
  return OsRelation::kAny;
}

absl::string_view SignOf(OsRelation relation) {
  constexpr std::array<absl::string_view, kOsRelationCount> kSigns{
      "", ":", "~", ">=", ">", "<=", "<"};
  return kSigns[static_cast<size_t>(relation)];
}

// Returns "22.04" for "22.04 LTS".
absl::string_view WithoutLts(absl::string_view version) {
  constexpr absl::string_view kLts = " lts";
  if (!absl::EndsWithIgnoreCase(version, kLts)) return version;
  return absl::StripAsciiWhitespace(version.substr(0, version.size() - kLts.size()));
}

// Returns the requirement of these parts; `whole` is the text that they come from.
absl::StatusOr<OsRequirement> Make(absl::string_view whole, absl::string_view distro,
                                   OsRelation relation, absl::string_view version) {
  version = WithoutLts(version);
  OsRequirement out;
  out.distro = absl::AsciiStrToLower(distro);
  if (!IsWord(out.distro)) return NotARequirement(whole, "");
  out.distro = std::string(DistroOfAlias(out.distro));
  if (version.empty() && relation == OsRelation::kAny) {
    if (StartsWithDigit(out.distro)) return NotARequirement(whole, " (the distro is missing)");
    return out;
  }
  out.relation = relation;
  if (relation == OsRelation::kAny || !IsWord(version)) {
    return NotARequirement(whole, version.empty() ? " (the version is missing)" : "");
  }
  if (out.distro == "linux") return NotARequirement(whole, " (linux has no version)");
  if (StartsWithDigit(version) || IsRollingRelease(version)) {
    out.version = std::string(version);
  } else if (relation == OsRelation::kIs || relation == OsRelation::kSameLine) {
    out.relation = OsRelation::kIs;  // a codename is a release line
    out.codename = absl::AsciiStrToLower(version);
  } else {
    return NotARequirement(whole, " (only numbers can be compared; a codename takes \":\")");
  }
  return out;
}

}  // namespace

absl::StatusOr<OsRequirement> MakeOsRequirement(absl::string_view distro, OsRelation relation,
                                                absl::string_view version) {
  distro = absl::StripAsciiWhitespace(distro);
  version = absl::StripAsciiWhitespace(version);
  const std::string whole = absl::StrCat(distro, SignOf(relation), version);
  if (whole.size() > kMaxRequirementBytes) return NotARequirement(whole, " (it is too long)");
  if (relation == OsRelation::kAny && !version.empty()) {
    return NotARequirement(absl::StrCat(distro, " ", version), " (the comparison is missing)");
  }
  return Make(whole, distro, relation, version);
}

absl::StatusOr<OsRequirement> ParseOsRequirement(absl::string_view text) {
  const absl::string_view whole = text;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return NotARequirement(whole, "");
  if (text.size() > kMaxRequirementBytes) return NotARequirement(whole, " (it is too long)");
  const size_t end = std::min(text.find_first_of(":~<>= "), text.size());
  const absl::string_view distro = text.substr(0, end);
  text = absl::StripLeadingAsciiWhitespace(text.substr(end));
  if (text.empty()) return Make(whole, distro, OsRelation::kAny, "");
  const OsRelation relation = CutRelation(&text);
  text = absl::StripLeadingAsciiWhitespace(text);
  return Make(whole, distro, relation, text);
}

std::string FormatOsRequirement(const OsRequirement& requirement) {
  return absl::StrCat(requirement.distro, SignOf(requirement.relation), requirement.version,
                      requirement.codename);
}

bool IsRollingRelease(absl::string_view version) {
  return std::any_of(kRolling.begin(), kRolling.end(), [version](absl::string_view word) {
    return absl::EqualsIgnoreCase(version, word);
  });
}

}  // namespace cis
