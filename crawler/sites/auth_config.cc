// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/auth_config.h"

#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/sites/oidc_auth.h"
#include "crawler/sites/secret_file.h"

namespace cis::crawler {
namespace {

const std::set<std::string>& AuthKeys() {
  static const auto* keys = new std::set<std::string>{"type",
                                                      "username",
                                                      "user_domain_name",
                                                      "user_domain_id",
                                                      "password_env",
                                                      "password_file",
                                                      "id",
                                                      "id_env",
                                                      "secret_env",
                                                      "secret_file",
                                                      "token_env",
                                                      "token_file",
                                                      "project_name",
                                                      "project_domain_name",
                                                      "project_domain_id"};
  return *keys;
}

// Calls `found` with every key of `node`, at any depth, whose value is a secret.
void ForEachSecret(const YAML::Node& node, absl::FunctionRef<void(const YAML::Node& key)> found) {
  static const auto* secret_keys = new std::set<std::string>{
      "password", "secret",        "token",         "access_token",
      "mytoken",  "refresh_token", "client_secret", "application_credential_secret"};
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) ForEachSecret(item, found);
  }
  if (!node.IsMap()) return;
  for (const auto& entry : node) {
    if (secret_keys->count(entry.first.Scalar()) > 0 && entry.second.IsScalar()) {
      found(entry.first);
    }
    ForEachSecret(entry.second, found);
  }
}

}  // namespace

std::string FetchSecret(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                        absl::string_view stem, const SecretSources& secrets) {
  const std::string variable = reader.Text(auth, absl::StrCat(stem, "_env"), path);
  const std::string file = reader.Text(auth, absl::StrCat(stem, "_file"), path);
  if (variable.empty() == file.empty()) {
    reader.Error(auth, absl::StrCat(path, " must have ", variable.empty() ? "" : "only one of ",
                                    stem, "_env (name of an environment variable) or ", stem,
                                    "_file (path of a file)"));
    return "";
  }
  if (!variable.empty()) {
    const std::optional<std::string> value =
        secrets.environment ? secrets.environment(variable) : std::nullopt;
    std::string secret(absl::StripAsciiWhitespace(value.value_or("")));
    if (secret.empty()) {
      reader.Error(auth, absl::StrCat(path, ".", stem, "_env: environment variable ", variable,
                                      value.has_value() ? " is empty" : " is not set"));
    }
    return secret;
  }
  absl::StatusOr<std::string> secret =
      ReadSecretFile(ResolvePath(reader.file(), file), &reader.findings().warnings);
  if (!secret.ok()) {
    reader.Error(auth, absl::StrCat(path, ".", stem, "_file: ", secret.status().message()));
    return "";
  }
  return *std::move(secret);
}

Credentials::Type ParseAuthType(absl::string_view name) {
  static constexpr std::array<std::pair<absl::string_view, Credentials::Type>, 10> kTypes{{
      {"password", Credentials::Type::kPassword},
      {"v3password", Credentials::Type::kPassword},
      {"v3applicationcredential", Credentials::Type::kApplicationCredential},
      {"token", Credentials::Type::kToken},
      {"v3token", Credentials::Type::kToken},
      {"v3oidcaccesstoken", Credentials::Type::kOidcAccessToken},
      {"oidcaccesstoken", Credentials::Type::kOidcAccessToken},
      {"oidc_refresh_token", Credentials::Type::kOidcAccessToken},
      {"oidc_agent", Credentials::Type::kOidcAccessToken},
      {"mytoken", Credentials::Type::kOidcAccessToken},
  }};
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  return Credentials::Type::kNone;
}

Credentials ReadAuth(YamlReader& reader, const YAML::Node& auth, absl::string_view path,
                     const SecretSources& secrets) {
  std::set<std::string> known = AuthKeys();
  known.insert(TokenGrantKeys().begin(), TokenGrantKeys().end());
  reader.NoteUnknown(auth, known, path);
  const size_t errors_before = reader.findings().errors.size();
  Credentials credentials;
  const std::string type = reader.Text(auth, "type", path);
  credentials.type = ParseAuthType(type);
  credentials.project_name = reader.Text(auth, "project_name", path);
  credentials.project_domain_name = reader.Text(auth, "project_domain_name", path);
  credentials.project_domain_id = reader.Text(auth, "project_domain_id", path);
  switch (credentials.type) {
    case Credentials::Type::kNone:
      reader.Error(auth, absl::StrCat(path, ".type is ",
                                      type.empty() ? "missing" : absl::StrCat("\"", type, "\""),
                                      "; it must be password, v3applicationcredential, token, "
                                      "v3oidcaccesstoken, oidc_refresh_token, oidc_agent or "
                                      "mytoken"));
      break;
    case Credentials::Type::kPassword:
      credentials.username = reader.Text(auth, "username", path);
      if (credentials.username.empty()) {
        reader.Error(auth, absl::StrCat(path, ".username is missing"));
      }
      credentials.user_domain_name = reader.Text(auth, "user_domain_name", path);
      credentials.user_domain_id = reader.Text(auth, "user_domain_id", path);
      if (credentials.user_domain_name.empty() && credentials.user_domain_id.empty()) {
        credentials.user_domain_id = "default";
      }
      credentials.password = FetchSecret(reader, auth, path, "password", secrets);
      break;
    case Credentials::Type::kApplicationCredential:
      credentials.credential_id = reader.Text(auth, "id", path);
      if (credentials.credential_id.empty()) {
        const std::string variable = reader.Text(auth, "id_env", path);
        credentials.credential_id = variable.empty() || !secrets.environment
                                        ? ""
                                        : secrets.environment(variable).value_or("");
        if (credentials.credential_id.empty()) {
          reader.Error(auth, variable.empty() ? absl::StrCat(path, " must have id or id_env")
                                              : absl::StrCat(path, ".id_env: environment variable ",
                                                             variable, " is not set or empty"));
        }
      }
      credentials.credential_secret = FetchSecret(reader, auth, path, "secret", secrets);
      break;
    case Credentials::Type::kToken:
      credentials.token = FetchSecret(reader, auth, path, "token", secrets);
      break;
    case Credentials::Type::kOidcAccessToken:
      credentials.grant = ReadTokenGrant(reader, auth, path, secrets);
      break;
  }
  if (reader.findings().errors.size() > errors_before) {
    // The project stays: it identifies the share.
    Credentials none;
    none.project_name = credentials.project_name;
    none.project_domain_name = credentials.project_domain_name;
    none.project_domain_id = credentials.project_domain_id;
    return none;
  }
  return credentials;
}

void RefuseInlineSecrets(YamlReader& reader, const YAML::Node& node) {
  ForEachSecret(node, [&](const YAML::Node& key) {
    reader.Error(key,
                 absl::StrCat("\"", key.Scalar(),
                              "\" holds a secret; site files are shared, so name an "
                              "environment variable (",
                              key.Scalar(), "_env) or a file (", key.Scalar(), "_file) instead"));
  });
}

bool HoldsSecret(const YAML::Node& node) {
  bool found = false;
  ForEachSecret(node, [&](const YAML::Node&) { found = true; });
  return found;
}

void SetFederation(absl::string_view identity_provider, absl::string_view protocol,
                   Credentials* credentials) {
  if (!identity_provider.empty()) credentials->identity_provider = std::string(identity_provider);
  if (!protocol.empty()) credentials->protocol = std::string(protocol);
}

std::string ProtocolOrGuess(const Credentials& credentials) {
  return credentials.protocol.empty() ? "openid" : credentials.protocol;
}

std::string ProjectKey(absl::string_view project_id, const Credentials& credentials) {
  if (!project_id.empty()) return std::string(project_id);
  if (credentials.project_name.empty()) return "";
  return absl::StrCat(credentials.project_name, "@",
                      credentials.project_domain_name.empty() ? credentials.project_domain_id
                                                              : credentials.project_domain_name);
}

}  // namespace cis::crawler
