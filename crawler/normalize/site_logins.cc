#include "crawler/normalize/site_logins.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

struct Row {
  std::string site;
  std::vector<std::string> distros;
  std::vector<std::string> images;  // first words of names; empty = all
  std::string login;
};

const std::vector<Row>& Rows() {
  static const auto* const kRows = [] {
    auto* rows = new std::vector<Row>();
    for (const auto& row : LoadTable("site_logins")) {
      rows->push_back(
          {absl::AsciiStrToLower(row[0]), absl::StrSplit(row[1], ',', absl::SkipEmpty()),
           absl::StrSplit(absl::AsciiStrToLower(row[2]), ',', absl::SkipEmpty()), row[3]});
    }
    return rows;
  }();
  return *kRows;
}

// "keystone.cern.ch" of "https://keystone.cern.ch:5000/v3".
std::string HostOf(absl::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  return absl::AsciiStrToLower(url.substr(0, url.find_first_of(":/?")));
}

bool Has(const std::vector<std::string>& words, absl::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<SiteLogin> FindSiteLogin(const ImageSite& site, absl::string_view distro,
                                       absl::string_view image) {
  const std::string name = absl::AsciiStrToLower(site.name);
  const std::string host = HostOf(site.keystone_url);
  for (const Row& row : Rows()) {
    const bool here =
        row.site == name || row.site == host || absl::EndsWith(host, absl::StrCat(".", row.site));
    if (!here || !Has(row.distros, distro)) continue;
    if (!row.images.empty()) {
      const TokenList list = Tokenize(image);
      if (list.tokens.empty() || !Has(row.images, list.tokens.front().text)) continue;
    }
    return SiteLogin{row.login, row.site};
  }
  return std::nullopt;
}

}  // namespace cis::crawler
