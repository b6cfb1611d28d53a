// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/egi_image.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"

namespace cis::crawler {
namespace {

constexpr absl::string_view kHost = "registry.egi.eu";
constexpr absl::string_view kProject = "egi_vm_images";
constexpr absl::string_view kSeparators = "/:_- |";

// The text in lower case, without what URLs encode.
std::string Readable(absl::string_view text) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(text.substr(0, kMaxTextBytes)),
                             {{"%2f", "/"}, {"%3a", ":"}, {"%40", "@"}, {"%20", " "}});
}

absl::string_view SkipAnyOf(absl::string_view text, absl::string_view separators) {
  return text.substr(std::min(text.find_first_not_of(separators), text.size()));
}

// Returns the text after `word`, which must start a word; absent if it is not there.
std::optional<absl::string_view> Behind(absl::string_view text, absl::string_view word) {
  for (std::size_t at = text.find(word); at != absl::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]));
    const absl::string_view rest = text.substr(at + word.size());
    const bool ends = rest.empty() || !absl::ascii_isalnum(static_cast<unsigned char>(rest[0]));
    if (starts && ends) return rest;
  }
  return std::nullopt;
}

// Returns the text after EGI's project, or after the registry if the project is left out.
std::optional<absl::string_view> BehindProject(absl::string_view text) {
  for (const absl::string_view project :
       {kProject, absl::string_view("egi-vm-images"), absl::string_view("egi vm images")}) {
    if (const auto rest = Behind(text, project)) return SkipAnyOf(*rest, kSeparators);
  }
  return std::nullopt;
}

// Returns the release of a tag: "22.04" of "22.04-2025-03-04-0a1b2c3d" and of "22.04-sha256".
std::string VersionOfTag(absl::string_view tag) {
  const std::size_t end = tag.find_first_not_of("0123456789.");
  const absl::string_view version = absl::StripSuffix(tag.substr(0, end), ".");
  return std::string(version);
}

absl::string_view TagOf(absl::string_view rest) {
  for (const absl::string_view path : {"/manifests/", "/tags/"}) {
    if (absl::ConsumePrefix(&rest, path)) break;
  }
  rest = SkipAnyOf(rest, kSeparators);
  absl::string_view tag =
      rest.substr(0, rest.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz._-"));
  tag = tag.substr(0, tag.find("-sha256"));
  return tag;
}

EgiImage Make(absl::string_view image, absl::string_view tag) {
  EgiImage found;
  found.version = VersionOfTag(tag);
  found.ref = absl::StrCat(kProject, "/", image, tag.empty() ? "" : ":", tag);
  return found;
}

}  // namespace

EgiImageRules::EgiImageRules(const Tables& tables) {
  for (const auto& row : tables.Rows("egi_images")) rows_.push_back({row[0], row[1], row[2]});
  std::stable_sort(rows_.begin(), rows_.end(),
                   [](const Row& a, const Row& b) { return a.image.size() > b.image.size(); });
}

std::optional<EgiImage> EgiImageRules::Find(absl::string_view text) const {
  const std::string lower = Readable(text);
  std::optional<absl::string_view> rest = BehindProject(lower);
  const bool in_project = rest.has_value();
  if (!in_project) {
    rest = Behind(lower, kHost);  // "registry.egi.eu docker:22.04"
    if (!rest.has_value()) return std::nullopt;
    rest = SkipAnyOf(*rest, kSeparators);
  }
  for (const Row& row : rows_) {
    absl::string_view behind = *rest;
    if (!absl::ConsumePrefix(&behind, row.image)) continue;
    if (!in_project && !behind.empty() && behind[0] != ':') continue;  // of another project
    if (!behind.empty() && behind[0] != '@' && behind[0] != '?' &&
        !absl::StrContains(kSeparators, behind[0])) {
      continue;
    }
    const bool tagged = !behind.empty() && behind[0] != '@' && behind[0] != '?';
    EgiImage found = Make(row.image, tagged ? TagOf(behind) : "");
    found.distro = row.distro;
    found.login = row.login;
    return found;
  }
  if (!in_project) return std::nullopt;
  const absl::string_view image = rest->substr(0, rest->find_first_of(" :@?/"));
  if (image.empty()) return std::nullopt;
  absl::string_view behind = rest->substr(image.size());
  return Make(image,
              absl::StartsWith(behind, ":") || absl::StartsWith(behind, "/") ? TagOf(behind) : "");
}

std::string FindEgiRegistryRef(absl::string_view text) {
  const std::string lower = Readable(text);
  const std::optional<absl::string_view> rest = Behind(lower, kHost);
  if (!rest.has_value()) return "";
  const absl::string_view ref = SkipAnyOf(*rest, "/: ");
  return std::string(absl::StripAsciiWhitespace(ref.substr(0, ref.find_first_of("?@"))));
}

}  // namespace cis::crawler
