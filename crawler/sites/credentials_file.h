// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crawler/sites/sites.h"

namespace cis::crawler {

// The operator's own file of credentials, for use with EGI's site files.
struct CredentialsFile {
  std::optional<Credentials> fallback;           // `default`: for shares without others
  std::map<std::string, SiteCredentials> sites;  // by GOCDB name
};

// Reads the file; each `{...}` has the keys of `cis.auth` in a site file:
//   default: {...}
//   sites:
//     GOCDB-NAME:
//       auth: {...}                  every VO of the site
//       vos: {vo.example.org: {...}}
// Remarks go to `warnings`. Returns INVALID_ARGUMENT with all errors, one per line, with file and
// line; NOT_FOUND if it cannot be opened.
absl::StatusOr<CredentialsFile> ReadCredentialsFile(const std::string& path,
                                                    const SecretSources& secrets,
                                                    std::vector<std::string>* warnings);

}  // namespace cis::crawler
