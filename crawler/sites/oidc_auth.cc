// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/oidc_auth.h"

#include "absl/strings/str_cat.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/secret_file.h"

namespace cis::crawler {
namespace {

// Reads one mapping; what is missing is reported.
class GrantReader {
 public:
  GrantReader(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
              const SecretSources& secrets)
      : reader_(reader), auth_(auth), path_(path), secrets_(secrets) {}

  std::string Text(absl::string_view key) { return reader_.Text(auth_, key, path_); }
  std::string Needed(absl::string_view key, absl::string_view form) {
    std::string text = Text(key);
    if (text.empty()) Error(absl::StrCat(".", key, " is missing; it must be ", form));
    return text;
  }
  std::string Secret(absl::string_view stem) {
    return FetchSecret(reader_, auth_, path_, stem, secrets_);
  }
  // The same for an optional secret.
  std::string OptionalSecret(absl::string_view stem) {
    const bool named =
        !Text(absl::StrCat(stem, "_env")).empty() || !Text(absl::StrCat(stem, "_file")).empty();
    return named ? Secret(stem) : "";
  }
  // Returns the file that a secret is from, so that it can be updated.
  std::string FileOf(absl::string_view stem) {
    const std::string file = Text(absl::StrCat(stem, "_file"));
    return file.empty() ? "" : ResolvePath(reader_.file(), file);
  }
  void Error(absl::string_view text) { reader_.Error(auth_, absl::StrCat(path_, text)); }

  void ReadRefreshToken(TokenGrant* grant);
  void ReadAgent(TokenGrant* grant);
  void ReadMytoken(TokenGrant* grant);
  void ReadCommon(TokenGrant* grant);

 private:
  YamlReader& reader_;
  const YAML::Node auth_;
  const std::string path_;
  const SecretSources& secrets_;
};

void GrantReader::ReadRefreshToken(TokenGrant* grant) {
  grant->type = TokenGrant::Type::kRefreshToken;
  grant->issuer = Needed("issuer", "the issuer's URL, e.g. https://aai.egi.eu/auth/realms/egi");
  grant->client_id = Needed("client_id", "the client that the refresh token was given to");
  grant->client_secret = OptionalSecret("client_secret");
  grant->refresh_token = Secret("refresh_token");
  grant->secret_file = FileOf("refresh_token");
  grant->resource = Text("resource");
}

void GrantReader::ReadAgent(TokenGrant* grant) {
  grant->type = TokenGrant::Type::kOidcAgent;
  grant->account = Text("account");
  grant->issuer = Text("issuer");
  if (grant->account.empty() == grant->issuer.empty()) {
    Error(absl::StrCat(" must have ", grant->account.empty() ? "" : "only one of ",
                       "account (its short name in oidc-agent) or issuer (a URL)"));
  }
  grant->socket = Text("socket");
  if (grant->socket.empty() && secrets_.environment) {
    grant->socket = secrets_.environment("OIDC_SOCK").value_or("");
  }
  if (grant->socket.empty()) {
    Error(
        ".socket is missing and the environment variable OIDC_SOCK is not set; one of them must "
        "name oidc-agent's socket");
  }
}

void GrantReader::ReadMytoken(TokenGrant* grant) {
  grant->type = TokenGrant::Type::kMytoken;
  grant->server = Text("server");
  if (grant->server.empty()) grant->server = std::string(kDefaultMytokenServer);
  grant->mytoken = Secret("mytoken");
  grant->secret_file = FileOf("mytoken");
}

void GrantReader::ReadCommon(TokenGrant* grant) {
  grant->scope = Text("scope");
  grant->audience = Text("audience");
  if (const std::string file = Text("ca_file"); !file.empty()) {
    grant->ca_file = ResolvePath(reader_.file(), file);
  }
  grant->allow_loopback = reader_.Flag(auth_, "allow_loopback", path_, false);
}

}  // namespace

const std::set<std::string>& TokenGrantKeys() {
  static const auto* keys = new std::set<std::string>{"account",
                                                      "allow_loopback",
                                                      "audience",
                                                      "ca_file",
                                                      "client_id",
                                                      "client_secret_env",
                                                      "client_secret_file",
                                                      "issuer",
                                                      "mytoken_env",
                                                      "mytoken_file",
                                                      "refresh_token_env",
                                                      "refresh_token_file",
                                                      "resource",
                                                      "scope",
                                                      "server",
                                                      "socket"};
  return *keys;
}

TokenGrant ReadTokenGrant(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                          const SecretSources& secrets) {
  GrantReader in(reader, auth, path, secrets);
  TokenGrant grant;
  const std::string type = in.Text("type");
  if (type == "oidc_refresh_token") {
    in.ReadRefreshToken(&grant);
  } else if (type == "oidc_agent") {
    in.ReadAgent(&grant);
  } else if (type == "mytoken") {
    in.ReadMytoken(&grant);
  } else {
    grant.access_token = in.Secret("token");
    return grant;
  }
  in.ReadCommon(&grant);
  return grant;
}

}  // namespace cis::crawler
