// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"
#include "crawler/source/token_grant.h"

namespace cis::crawler {

// Keys of an `auth:` mapping that say where an access token comes from.
const std::set<std::string>& TokenGrantKeys();

// Reads the keys for the mapping's type:
//   v3oidcaccesstoken   token_env | token_file
//   oidc_refresh_token  issuer, client_id, refresh_token_env | _file, client_secret_env | _file
//                       (left out for a public client)
//   oidc_agent          account or issuer, socket (default: OIDC_SOCK)
//   mytoken             server (default: KIT's), mytoken_env | _file
// and for the last three scope, audience, resource (refresh tokens only), ca_file, allow_loopback.
// Errors are reported to `reader`.
TokenGrant ReadTokenGrant(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                          const SecretSources& secrets);

// The mytoken server that is used if none is named.
inline constexpr absl::string_view kDefaultMytokenServer = "https://mytoken.data.kit.edu";

}  // namespace cis::crawler
