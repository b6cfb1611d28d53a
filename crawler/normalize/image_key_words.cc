#include "crawler/normalize/image_key_words.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxKeyBytes = 48;  // longer keys have words that are not in the table

const absl::flat_hash_map<std::string, std::string>& Words() {
  static const auto* const kWords = [] {
    auto* words = new absl::flat_hash_map<std::string, std::string>();
    for (const auto& row : LoadTable("image_key_words")) words->emplace(row[0], row[1]);
    return words;
  }();
  return *kWords;
}

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

std::optional<Meaning> ReadImageKey(absl::string_view key) {
  if (key.size() > kMaxKeyBytes) return std::nullopt;
  bool login = false;
  bool account = false;
  bool arch = false;
  bool distro = false;
  bool version = false;
  bool codename = false;
  for (const std::string& word : CutKey(key)) {
    if (word.empty()) continue;
    const auto found = Words().find(word);
    if (found == Words().end()) return std::nullopt;
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
