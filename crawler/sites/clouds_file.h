// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crawler/sites/site_file.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"

namespace cis::crawler {

// Reads a parsed clouds.yaml, with `secure` (the parsed secure.yaml, or null) merged over the
// clouds of the same name. Every cloud and region is one share:
//   site  cis.site, else the cloud's name
//   VO    cis.vo, else the project's name, else the cloud's name
//   auth_type  password (default), v3password, v3applicationcredential, token, v3token,
//              v3oidcaccesstoken
// A cloud that cannot be read is left out and reported. `verify: false` is rejected: it would
// send the credentials to any server that answers. `profile` is not supported.
FileTargets ReadCloudsFile(YamlReader& reader, const YAML::Node& root, const YAML::Node& secure,
                           const SecretSources& secrets);

}  // namespace cis::crawler
