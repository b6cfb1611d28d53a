// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_keys.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxKeyBytes = 48;  // longer keys have words that are not in the table

constexpr std::array<std::pair<absl::string_view, Meaning>, 28> kMeanings = {{
    {"arch", Meaning::kArch},
    {"arm", Meaning::kArm},
    {"build_date", Meaning::kBuildDate},
    {"description", Meaning::kDescription},
    {"disk_map", Meaning::kDiskMap},
    {"distro", Meaning::kDistro},
    {"egi_ref", Meaning::kEgiRef},
    {"expired", Meaning::kExpired},
    {"expires", Meaning::kExpires},
    {"family", Meaning::kFamily},
    {"file", Meaning::kFile},
    {"gpu_software", Meaning::kGpuSoftware},
    {"guest_id", Meaning::kGuestId},
    {"hotfix_hours", Meaning::kHotfixHours},
    {"image_type", Meaning::kImageType},
    {"link", Meaning::kLink},
    {"login", Meaning::kLogin},
    {"machine", Meaning::kMachine},
    {"origin", Meaning::kOrigin},
    {"os_text", Meaning::kOsText},
    {"provided_until", Meaning::kProvidedUntil},
    {"purpose", Meaning::kPurpose},
    {"replace_frequency", Meaning::kReplaceFrequency},
    {"title", Meaning::kTitle},
    {"url", Meaning::kUrl},
    {"uuid_validity", Meaning::kUuidValidity},
    {"version", Meaning::kVersion},
    {"volume_backed", Meaning::kVolumeBacked},
}};

// "defaultSshUsername", "default-ssh_username" -> default, ssh, username.
std::vector<std::string> CutKey(absl::string_view key) {
  std::vector<std::string> words;
  bool lower_before = false;
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    if (!absl::ascii_isalnum(byte)) {
      words.emplace_back();
    } else {
      const bool upper = absl::ascii_isupper(byte);
      if (words.empty() || (upper && lower_before)) words.emplace_back();
      words.back().push_back(absl::ascii_tolower(byte));
    }
    lower_before = absl::ascii_islower(byte);
  }
  return words;
}

}  // namespace

ImageKeyRules::ImageKeyRules(const Tables& tables) {
  for (const auto& row : tables.Rows("image_keys")) {
    const FactLevel level = row[2] == "asserted"   ? FactLevel::kAsserted
                            : row[2] == "property" ? FactLevel::kProperty
                                                   : FactLevel::kCustom;
    for (const auto& [word, meaning] : kMeanings) {
      if (row[1] == word) keys_.emplace(row[0], ImageKey{meaning, level, keys_.size()});
    }
  }
  for (const auto& row : tables.Rows("image_key_words")) words_.emplace(row[0], row[1]);
}

std::optional<ImageKey> ImageKeyRules::Find(absl::string_view key, absl::string_view lower) const {
  if (const auto known = keys_.find(lower); known != keys_.end()) return known->second;
  if (const std::optional<Meaning> read = ReadWords(key)) {
    return ImageKey{*read, FactLevel::kCustom, keys_.size()};
  }
  return std::nullopt;
}

// Absent if one of the words is not in the table, or if they have no meaning or several.
std::optional<Meaning> ImageKeyRules::ReadWords(absl::string_view key) const {
  if (key.size() > kMaxKeyBytes) return std::nullopt;
  bool login = false;
  bool account = false;
  bool arch = false;
  bool distro = false;
  bool version = false;
  bool codename = false;
  for (const std::string& word : CutKey(key)) {
    if (word.empty()) continue;
    const auto found = words_.find(word);
    if (found == words_.end()) return std::nullopt;
    const std::string& what = found->second;
    login |= what == "login";
    account |= what == "account" || word == "login";
    arch |= what == "arch";
    distro |= what == "distro";
    version |= what == "version";
    codename |= what == "codename";
  }
  if (login + arch + (distro || version || codename) != 1) return std::nullopt;
  if (login) return account ? std::optional<Meaning>(Meaning::kLogin) : std::nullopt;
  if (arch) return Meaning::kArch;
  if (codename) return Meaning::kOsText;
  if (version) return distro ? std::optional<Meaning>(Meaning::kVersion) : std::nullopt;
  return Meaning::kDistro;
}

}  // namespace cis::crawler
