// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/credentials_file.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/secret_file.h"
#include "crawler/sites/yaml_reader.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

SiteCredentials ReadSite(YamlReader& reader, const YAML::Node& site, const std::string& path,
                         const SecretSources& secrets) {
  static const auto* keys = new std::set<std::string>{"auth", "vos"};
  SiteCredentials credentials;
  reader.NoteUnknown(site, *keys, "sites");
  const YAML::Node auth = reader.Map(site, "auth", path);
  if (auth.IsMap()) {
    credentials.of_site = ReadAuth(reader, auth, absl::StrCat(path, ".auth"), secrets);
  }
  const YAML::Node vos = reader.Map(site, "vos", path);
  if (!vos.IsMap()) return credentials;
  for (const auto& entry : vos) {
    const std::string& vo = entry.first.Scalar();
    const std::string vo_path = absl::StrCat(path, ".vos.", vo);
    if (!entry.second.IsMap()) {
      reader.Error(entry.first, absl::StrCat(vo_path, " must be a mapping with a type"));
      continue;
    }
    credentials.of_vo[vo] = ReadAuth(reader, entry.second, vo_path, secrets);
  }
  return credentials;
}

}  // namespace

absl::StatusOr<CredentialsFile> ReadCredentialsFile(const std::string& path,
                                                    const SecretSources& secrets,
                                                    std::vector<std::string>* warnings) {
  static const auto* keys = new std::set<std::string>{"default", "sites"};
  Findings findings;
  YamlReader reader(path, &findings);
  CIS_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxYamlFileBytes));
  CIS_ASSIGN_OR_RETURN(const YAML::Node root, reader.Parse(text));
  RefuseInlineSecrets(reader, root);
  CredentialsFile file;
  const YAML::Node fallback = reader.Map(root, "default", "");
  if (fallback.IsMap()) file.fallback = ReadAuth(reader, fallback, "default", secrets);
  const YAML::Node sites = reader.Map(root, "sites", "");
  if (sites.IsMap()) {
    for (const auto& entry : sites) {
      const std::string& name = entry.first.Scalar();
      const std::string site_path = absl::StrCat("sites.", name);
      if (!entry.second.IsMap()) {
        reader.Error(entry.first, absl::StrCat(site_path, " must be a mapping with auth or vos"));
        continue;
      }
      file.sites[name] = ReadSite(reader, entry.second, site_path, secrets);
    }
  }
  // A person wrote the file for CIS, so an unknown key is an error.
  for (const auto& entry : root) {
    if (keys->count(entry.first.Scalar()) == 0) {
      reader.Error(entry.first, absl::StrCat("key \"", entry.first.Scalar(),
                                             "\" is not known; the known keys are default, sites"));
    }
  }
  for (const auto& [key, unknown] : findings.unknown_keys) {
    findings.errors.push_back(absl::StrCat(unknown.first_place, ": key \"", key,
                                           "\" is not known; the known keys are ", unknown.known));
  }
  if (!findings.errors.empty()) {
    return absl::InvalidArgumentError(absl::StrJoin(findings.errors, "\n"));
  }
  for (std::string& warning : findings.warnings) warnings->push_back(std::move(warning));
  return file;
}

}  // namespace cis::crawler
