#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "crawler/sites/sites.h"

namespace cis::crawler {

// The operator's own file of credentials, beside site files that are EGI's.
struct CredentialsFile {
  std::optional<Credentials> fallback;           // `default`: for shares that name none
  std::map<std::string, SiteCredentials> sites;  // by GOCDB name
};

// Reads it; each `{...}` is as `cis.auth` in a site file:
//   default: {...}
//   sites:
//     GOCDB-NAME:
//       auth: {...}                  every VO of the site
//       vos: {vo.example.org: {...}}
// Remarks go to `warnings`. Returns INVALID_ARGUMENT with all that is wrong, a line each, with file
// and line; NOT_FOUND if it cannot be opened.
absl::StatusOr<CredentialsFile> ReadCredentialsFile(const std::string& path,
                                                    const SecretSources& secrets,
                                                    std::vector<std::string>* warnings);

}  // namespace cis::crawler
