// SPDX-License-Identifier: Apache-2.0
#pragma once

// Accounts of images that sites build themselves (data/site_logins.tsv).

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// The site that listed an image; empty fields are not known.
struct ImageSite {
  std::string name;          // "CERN-PROD"
  std::string keystone_url;  // "https://keystone.cern.ch/v3"
};

struct SiteLogin {
  std::string login;  // empty: each user has a personal account
  std::string site;   // as in the table
};

class SiteLoginRules {
 public:
  // `tokenizer` must outlive this object.
  SiteLoginRules(const Tables& tables, const Tokenizer& tokenizer);

  // Returns the convention of `site` for images of `distro` that are named `image`; absent if the
  // table has none.
  std::optional<SiteLogin> Find(const ImageSite& site, absl::string_view distro,
                                absl::string_view image) const;

 private:
  struct Row {
    std::string site;
    std::vector<std::string> distros;
    std::vector<std::string> images;  // first words of names; empty = all
    std::string login;
  };
  const Tokenizer& tokenizer_;
  std::vector<Row> rows_;
};

}  // namespace cis::crawler
