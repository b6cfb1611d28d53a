#include "server/placement/os_requirement.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/os_alias.h"
#include "schema/model/os_version.h"

namespace cis {
namespace {

// Keeps errors readable and parsing bounded.
constexpr size_t kMaxRequirementBytes = 100;

constexpr absl::string_view kForms =
    "write for example ubuntu, ubuntu:22.04, ubuntu:jammy, debian~12 (that release line), "
    "ubuntu>=22.04, el>=9 (rhel, almalinux, rocky, centos...) or linux";

constexpr std::array<absl::string_view, 7> kEnterpriseLinux{
    "rhel", "almalinux", "rocky", "centos", "centos-stream", "ol", "scientific"};

constexpr std::array<absl::string_view, 11> kNotLinux{"windows",   "freebsd",  "netbsd",  "openbsd",
                                                      "dragonfly", "opnsense", "pfsense", "solaris",
                                                      "illumos",   "msdos",    "macos"};

template <size_t kSize>
bool IsIn(const std::array<absl::string_view, kSize>& list, absl::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

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
      absl::StrCat("\"", absl::Utf8SafeCHexEscape(text.substr(0, kMaxRequirementBytes)),
                   "\" is not an operating system", why, "; ", kForms));
}

// Cuts the relation off the front of `text`; kAny if none is there.
OsRelation CutRelation(absl::string_view& text) {
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
    if (absl::StartsWith(text, sign)) {
      text.remove_prefix(sign.size());
      return relation;
    }
  }
  return OsRelation::kAny;
}

// "22.04" of 22.04.4 for distros whose releases have two numbers, else "12" of 12.5.
absl::string_view ReleaseLine(absl::string_view distro, absl::string_view version) {
  const size_t first = version.find('.');
  if (first == absl::string_view::npos) return version;
  const bool two_numbers = distro == "ubuntu" || distro == "alpine" || distro == "cirros";
  if (!two_numbers) return version.substr(0, first);
  return version.substr(0, version.find('.', first + 1));
}

bool HasDistro(const OsRequirement& requirement, absl::string_view distro) {
  if (distro.empty()) return false;
  if (requirement.distro == "linux") return !IsIn(kNotLinux, distro);
  if (requirement.distro == "el") return IsIn(kEnterpriseLinux, distro);
  return requirement.distro == distro;
}

// A point release counts as its line when the request names the line only: 9.4 is "9" in "<=9".
int CompareToWanted(const OsRequirement& requirement, const Image& image) {
  if (IsOfReleaseLine(image.os_version, requirement.version)) return 0;
  return CompareOsVersions(image.os_distro, image.os_version, requirement.version);
}

}  // namespace

absl::StatusOr<OsRequirement> ParseOsRequirement(absl::string_view text) {
  const absl::string_view whole = text;
  text = absl::StripAsciiWhitespace(text);
  if (text.empty()) return NotARequirement(whole, "");
  if (text.size() > kMaxRequirementBytes) return NotARequirement(whole, " (it is too long)");
  const size_t end = std::min(text.find_first_of(":~<>= "), text.size());
  OsRequirement out;
  out.distro = absl::AsciiStrToLower(text.substr(0, end));
  text = absl::StripLeadingAsciiWhitespace(text.substr(end));
  if (!IsWord(out.distro)) return NotARequirement(whole, "");
  out.distro = std::string(DistroOfAlias(out.distro));
  if (text.empty()) {
    if (StartsWithDigit(out.distro)) return NotARequirement(whole, " (the distro is missing)");
    return out;
  }
  out.relation = CutRelation(text);
  text = absl::StripLeadingAsciiWhitespace(text);
  if (out.relation == OsRelation::kAny || !IsWord(text)) {
    return NotARequirement(whole, text.empty() ? " (the version is missing)" : "");
  }
  if (out.distro == "linux") return NotARequirement(whole, " (linux has no version)");
  if (StartsWithDigit(text) || CompareOsVersions("", text, "999999") > 0) {
    out.version = std::string(text);
  } else if (out.relation == OsRelation::kIs) {
    out.codename = absl::AsciiStrToLower(text);
  } else {
    return NotARequirement(whole, " (only numbers can be compared; a codename takes \":\")");
  }
  return out;
}

std::string FormatOsRequirement(const OsRequirement& requirement) {
  absl::string_view sign;
  switch (requirement.relation) {
    case OsRelation::kAny:
      return requirement.distro;
    case OsRelation::kIs:
      sign = ":";
      break;
    case OsRelation::kSameLine:
      sign = "~";
      break;
    case OsRelation::kAtLeast:
      sign = ">=";
      break;
    case OsRelation::kAbove:
      sign = ">";
      break;
    case OsRelation::kAtMost:
      sign = "<=";
      break;
    case OsRelation::kBelow:
      sign = "<";
      break;
  }
  return absl::StrCat(requirement.distro, sign, requirement.version, requirement.codename);
}

bool IsEnterpriseLinux(absl::string_view distro) { return IsIn(kEnterpriseLinux, distro); }

OsMatch MatchOs(const OsRequirement& requirement, const Image& image) {
  if (!HasDistro(requirement, image.os_distro)) return OsMatch::kOtherDistro;
  if (requirement.relation == OsRelation::kAny) return OsMatch::kMatch;
  if (!requirement.codename.empty()) {
    if (absl::EqualsIgnoreCase(requirement.codename, image.os_codename)) return OsMatch::kMatch;
    return image.os_codename.empty() ? OsMatch::kVersionUnknown : OsMatch::kOtherVersion;
  }
  if (requirement.relation == OsRelation::kIs &&
      absl::EqualsIgnoreCase(requirement.version, image.os_codename)) {
    return OsMatch::kMatch;  // debian:sid
  }
  if (image.os_version.empty()) return OsMatch::kVersionUnknown;
  const int order = CompareToWanted(requirement, image);
  switch (requirement.relation) {
    case OsRelation::kAny:
      return OsMatch::kMatch;
    case OsRelation::kIs:
      return order == 0 ? OsMatch::kMatch : OsMatch::kOtherVersion;
    case OsRelation::kSameLine:
      return IsOfReleaseLine(image.os_version, ReleaseLine(image.os_distro, requirement.version))
                 ? OsMatch::kMatch
                 : OsMatch::kOtherVersion;
    case OsRelation::kAtLeast:
      return order >= 0 ? OsMatch::kMatch : OsMatch::kTooOld;
    case OsRelation::kAbove:
      return order > 0 ? OsMatch::kMatch : OsMatch::kTooOld;
    case OsRelation::kAtMost:
      return order <= 0 ? OsMatch::kMatch : OsMatch::kTooNew;
    case OsRelation::kBelow:
      return order < 0 ? OsMatch::kMatch : OsMatch::kTooNew;
  }
  return OsMatch::kOtherDistro;
}

}  // namespace cis
