#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/commands/command.h"
#include "crawler/commands/options.h"
#include "crawler/sites/sites.h"
#include "crawler/tokens/access_tokens.h"

namespace cis::crawler {

// The process's variables, "" for one that is not set. The first of `names` that is set and not
// empty.
std::string EnvironmentValue(const ProcessContext& context,
                             std::initializer_list<absl::string_view> names);

// Credentials that come from the flags and the environment: --credentials, then --token-file,
// OIDC_ACCESS_TOKEN, OIDC_AGENT_ACCOUNT (with OIDC_SOCK), FEDCLOUD_MYTOKEN (with
// FEDCLOUD_MYTOKEN_SERVER). Logs what is to be remarked. Returns the error of a file.
absl::StatusOr<SecretSources> FindSecrets(const CrawlerOptions& options,
                                          const ProcessContext& context);

// How access tokens are got: the real agent socket, and new refresh tokens written back to the file
// that the old one came from.
AccessTokensOptions MakeAccessTokensOptions(const CrawlerOptions& options);

}  // namespace cis::crawler
