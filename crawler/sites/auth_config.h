// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// Reads an `auth:` mapping of CIS (under `cis:`) and fetches the secrets it names. Errors are
// reported to `reader`; the result is then of type kNone. `path` is the mapping's, "cis.auth".
//   type: password | v3applicationcredential | token | v3oidcaccesstoken
//         | oidc_refresh_token | oidc_agent | mytoken
//   username, user_domain_name, user_domain_id, password_env | password_file
//   id | id_env, secret_env | secret_file
//   token_env | token_file            (for both kinds of token)
//   keys of oidc_auth.h               (for the last three)
//   project_name, project_domain_name, project_domain_id
Credentials ReadAuth(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                     const SecretSources& secrets);

// Returns the secret that STEM_env or STEM_file of `auth` names. Reports an error and returns "" if
// neither or both are given, or the secret is missing.
std::string FetchSecret(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                        absl::string_view stem, const SecretSources& secrets);

// Reports every key of `node`, at any depth, that contains a secret itself.
void RefuseInlineSecrets(YamlReader& reader, const YAML::Node& node);

// Returns true if a key of `node`, at any depth, contains a secret itself.
bool HoldsSecret(const YAML::Node& node);

// Sets what is not empty.
void SetFederation(absl::string_view identity_provider, absl::string_view protocol,
                   Credentials* credentials);

// Returns the federation protocol of `credentials`, or the likelier one if none is configured.
std::string ProtocolOrGuess(const Credentials& credentials);

// Returns how the configuration names a share's project: `project_id`, or "NAME@DOMAIN", or "".
std::string ProjectKey(absl::string_view project_id, const Credentials& credentials);

// Returns the type of credentials for its OpenStack or CIS name; kNone for any other name.
Credentials::Type ParseAuthType(absl::string_view name);

}  // namespace cis::crawler
