// SPDX-License-Identifier: Apache-2.0
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

// Returns the first of the environment variables `names` that is set and not empty; "" if none is.
std::string EnvironmentValue(const ProcessContext& context,
                             std::initializer_list<absl::string_view> names);

// Returns the credentials from the flags and the environment: --credentials, then --token-file,
// OIDC_ACCESS_TOKEN, OIDC_AGENT_ACCOUNT (with OIDC_SOCK), FEDCLOUD_MYTOKEN (with
// FEDCLOUD_MYTOKEN_SERVER). Logs remarks. Returns the error of a file.
absl::StatusOr<SecretSources> FindSecrets(const CrawlerOptions& options,
                                          const ProcessContext& context);

// How access tokens are obtained: through the real agent socket, with new refresh tokens written
// back to the file that the old one came from.
AccessTokensOptions MakeAccessTokensOptions(const CrawlerOptions& options);

}  // namespace cis::crawler
