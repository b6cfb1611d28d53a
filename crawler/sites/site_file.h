// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"
#include "crawler/source/source.h"
#include "schema/model/records.h"

namespace cis::crawler {

// The contents of one file.
struct FileTargets {
  std::vector<Site> sites;
  std::vector<ShareTarget> targets;
  // config_origin of the targets that would use an OIDC access token, which was not given.
  std::vector<std::string> missing_token;
};

// Reads a parsed site file in EGI's catch-all format: gocdb, endpoint, protocol, region, auth,
// vos[].name, vos[].auth.project_id, vos[].auth.region; images and accounting are not used. `vos`
// may also be a mapping from VO to its keys, as in 2020. CIS's own keys are under `cis:`, of the
// file and of a VO. A file without a usable site name or endpoint gives no targets; a VO that
// cannot be read is left out. All of this is reported to `reader`.
FileTargets ReadSiteFile(YamlReader& reader, const YAML::Node& root, const SecretSources& secrets);

}  // namespace cis::crawler
