// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/crawl_secrets.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crawler/sites/credentials_file.h"
#include "crawler/sites/oidc_auth.h"
#include "crawler/sites/secret_file.h"
#include "crawler/tokens/agent_socket.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

Credentials FederatedCredentials(TokenGrant grant) {
  Credentials credentials;
  credentials.type = Credentials::Type::kOidcAccessToken;
  credentials.grant = std::move(grant);
  return credentials;
}

// Returns the credentials for every share from the environment, under the names that EGI's own
// tools use.
std::optional<Credentials> FromEnvironment(const ProcessContext& context) {
  TokenGrant grant;
  grant.access_token = EnvironmentValue(context, {"OIDC_ACCESS_TOKEN"});
  if (!grant.access_token.empty()) return FederatedCredentials(std::move(grant));
  grant.account = EnvironmentValue(context, {"OIDC_AGENT_ACCOUNT"});
  if (!grant.account.empty()) {
    grant.type = TokenGrant::Type::kOidcAgent;
    grant.socket = EnvironmentValue(context, {"OIDC_SOCK"});
    return FederatedCredentials(std::move(grant));
  }
  grant.mytoken = EnvironmentValue(context, {"FEDCLOUD_MYTOKEN"});
  if (!grant.mytoken.empty()) {
    grant.type = TokenGrant::Type::kMytoken;
    grant.server = EnvironmentValue(context, {"FEDCLOUD_MYTOKEN_SERVER"});
    if (grant.server.empty()) grant.server = std::string(kDefaultMytokenServer);
    return FederatedCredentials(std::move(grant));
  }
  return std::nullopt;
}

void KeepNewSecret(const TokenGrant& grant, absl::string_view secret) {
  const std::string who = DescribeGrant(grant);
  if (grant.secret_file.empty()) {
    Log(LogLevel::kWarning, "crawl.config",
        {{"message", absl::StrCat(who,
                                  " issued a new token that replaces the one in the environment, "
                                  "which may no longer work; name a file instead, so that CIS "
                                  "can keep it up to date")}});
    return;
  }
  const absl::Status written = ReplaceSecretFile(grant.secret_file, secret);
  if (!written.ok()) {
    Log(LogLevel::kError, "crawl.config",
        {{"message",
          absl::StrCat(who, " issued a new token that replaces the one in ", grant.secret_file,
                       ", but it could not be written there: ", written.message())}});
  }
}

}  // namespace

std::string EnvironmentValue(const ProcessContext& context,
                             std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) {
    if (const std::optional<std::string> value = context.environment(name);
        value && !value->empty()) {
      return *value;
    }
  }
  return "";
}

absl::StatusOr<SecretSources> FindSecrets(const CrawlerOptions& options,
                                          const ProcessContext& context) {
  SecretSources secrets;
  secrets.environment = context.environment;
  std::vector<std::string> warnings;
  if (!options.token_file.empty()) {
    TokenGrant grant;
    CIS_ASSIGN_OR_RETURN(grant.access_token, ReadSecretFile(options.token_file, &warnings));
    secrets.fallback = FederatedCredentials(std::move(grant));
  } else {
    secrets.fallback = FromEnvironment(context);
  }
  if (!options.credentials.empty()) {
    CIS_ASSIGN_OR_RETURN(CredentialsFile file,
                         ReadCredentialsFile(options.credentials, secrets, &warnings));
    if (file.fallback.has_value()) secrets.fallback = std::move(file.fallback);
    secrets.sites = std::move(file.sites);
  }
  for (const std::string& warning : warnings) {
    Log(LogLevel::kWarning, "crawl.config", {{"message", warning}});
  }
  return secrets;
}

AccessTokensOptions MakeAccessTokensOptions(const CrawlerOptions& options) {
  AccessTokensOptions tokens;
  tokens.timeout = options.timeout;
  tokens.ask_agent = [](const std::string& socket, absl::string_view request) {
    return AskAgent(socket, request, kAgentTimeout);
  };
  tokens.on_rotated = KeepNewSecret;
  return tokens;
}

}  // namespace cis::crawler
