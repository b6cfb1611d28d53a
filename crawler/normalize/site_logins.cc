// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/site_logins.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cis::crawler {
namespace {

// "keystone.cern.ch" of "https://keystone.cern.ch:5000/v3".
std::string HostOf(absl::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  return absl::AsciiStrToLower(url.substr(0, url.find_first_of(":/?")));
}

bool HasWord(const std::vector<std::string>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

SiteLoginRules::SiteLoginRules(const Tables& tables, const Tokenizer& tokenizer)
    : tokenizer_(tokenizer) {
  for (const auto& row : tables.Rows("site_logins")) {
    rows_.push_back({absl::AsciiStrToLower(row[0]), absl::StrSplit(row[1], ',', absl::SkipEmpty()),
                     absl::StrSplit(absl::AsciiStrToLower(row[2]), ',', absl::SkipEmpty()),
                     row[3]});
  }
}

std::optional<SiteLogin> SiteLoginRules::Find(const ImageSite& site, absl::string_view distro,
                                              absl::string_view image) const {
  const std::string name = absl::AsciiStrToLower(site.name);
  const std::string host = HostOf(site.keystone_url);
  for (const Row& row : rows_) {
    const bool here =
        row.site == name || row.site == host || absl::EndsWith(host, absl::StrCat(".", row.site));
    if (!here || !HasWord(row.distros, distro)) continue;
    if (!row.images.empty()) {
      const TokenList list = tokenizer_.Tokenize(image);
      if (list.tokens.empty() || !HasWord(row.images, list.tokens.front().text)) continue;
    }
    return SiteLogin{row.login, row.site};
  }
  return std::nullopt;
}

}  // namespace cis::crawler
