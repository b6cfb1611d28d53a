#pragma once

// Accounts of images that sites build themselves (data/site_logins.tsv).

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

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

// Returns the convention of `site` for images of `distro` that are named `image`; absent if the
// table has none.
std::optional<SiteLogin> FindSiteLogin(const ImageSite& site, absl::string_view distro,
                                       absl::string_view image);

}  // namespace cis::crawler
