// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/site_file.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/keystone_url.h"
#include "crawler/sites/site_options.h"

namespace cis::crawler {
namespace {

// One VO's entry in either shape.
struct VoEntry {
  std::string name;
  YAML::Node keys;   // mapping, or null
  YAML::Node place;  // for messages
  std::string path;  // "vos[2]"
};

std::vector<VoEntry> ReadVoEntries(YamlReader& reader, const YAML::Node& root) {
  std::vector<VoEntry> entries;
  const YAML::Node vos = FindKey(root, "vos");
  if (vos.IsNull() || (!vos.IsScalar() && vos.size() == 0)) {
    reader.Warn(root, "the site has no VOs; `vos` should list at least one");
    return entries;
  }
  if (vos.IsScalar()) {
    reader.Error(vos, "vos is a string; it must be a list of entries with a name");
    return entries;
  }
  if (vos.IsMap()) {
    for (const auto& entry : vos) {
      const std::string name = entry.first.Scalar();
      entries.push_back({name, entry.second, entry.first, absl::StrCat("vos.", name)});
    }
  } else {
    for (size_t i = 0; i < vos.size(); ++i) {
      const YAML::Node& entry = vos[i];
      const std::string path = absl::StrCat("vos[", i, "]");
      if (!entry.IsMap()) {
        reader.Error(entry, absl::StrCat(path, " must be a mapping with a name"));
        continue;
      }
      entries.push_back({reader.Text(entry, "name", path), entry, entry, path});
    }
  }
  std::vector<VoEntry> usable;
  for (VoEntry& entry : entries) {
    if (entry.name.empty()) {
      reader.Error(entry.place, absl::StrCat(entry.path, ".name is missing"));
    } else if (!entry.keys.IsMap() && !entry.keys.IsNull()) {
      reader.Error(entry.place, absl::StrCat(entry.path, " must be a mapping"));
    } else {
      usable.push_back(std::move(entry));
    }
  }
  return usable;
}

// Returns the credentials for this very share: from its file, else from the operator's file.
std::optional<Credentials> FindOwnCredentials(const SiteOptions& options, const std::string& site,
                                              const std::string& vo, const SecretSources& secrets) {
  if (options.credentials.has_value()) return options.credentials;
  const auto it = secrets.sites.find(site);
  if (it == secrets.sites.end()) return std::nullopt;
  const auto of_vo = it->second.of_vo.find(vo);
  return of_vo == it->second.of_vo.end() ? it->second.of_site : of_vo->second;
}

// Returns the share's own credentials, else those for every share, unless the site requires others.
Credentials ChooseCredentials(const std::optional<Credentials>& own, bool asks_for_others,
                              const SecretSources& secrets) {
  if (own.has_value()) return *own;
  return asks_for_others ? Credentials() : secrets.fallback.value_or(Credentials());
}

// Whether these credentials are for one project only, which no file has to name.
bool ImpliesProject(const Credentials& credentials) {
  return credentials.type == Credentials::Type::kApplicationCredential ||
         credentials.type == Credentials::Type::kToken;
}

}  // namespace

FileTargets ReadSiteFile(YamlReader& reader, const YAML::Node& root, const SecretSources& secrets) {
  static const auto* site_keys = new std::set<std::string>{
      "gocdb", "endpoint", "protocol", "region", "auth", "vos", "images", "accounting", "cis"};
  static const auto* vo_keys = new std::set<std::string>{"name", "auth", "cis"};
  static const auto* vo_auth_keys = new std::set<std::string>{"project_id", "region"};

  FileTargets out;
  RefuseInlineSecrets(reader, root);
  reader.NoteUnknown(root, *site_keys, "");
  const std::string site_name =
      reader.Needed(root, "gocdb", "", "it must be the site's GOCDB name");
  const std::string endpoint = reader.Needed(root, "endpoint", "",
                                             "it must be the URL of the site's Keystone, e.g. "
                                             "https://keystone.example.org:5000/v3");
  if (endpoint.empty()) return out;
  const absl::StatusOr<std::string> keystone_url = NormalizeKeystoneUrl(endpoint);
  if (!keystone_url.ok()) {
    reader.Error(FindKey(root, "endpoint"),
                 absl::StrCat("endpoint: ", keystone_url.status().message()));
  }
  const SiteOptions site_options =
      ReadSiteOptions(reader, reader.Map(root, "cis", ""), "cis", secrets, SiteOptions());
  if (site_name.empty() || !keystone_url.ok()) return out;

  Site site;
  site.name = site_name;
  site.country_code = site_options.country;
  out.sites.push_back(site);

  const std::string site_auth = reader.Text(root, "auth", "");
  const bool asks_for_others =
      !site_auth.empty() && ParseAuthType(site_auth) != Credentials::Type::kOidcAccessToken;
  std::vector<std::string> without_credentials;
  const std::string site_region = reader.Text(root, "region", "");
  const std::string site_protocol = reader.Text(root, "protocol", "");
  for (const VoEntry& entry : ReadVoEntries(reader, root)) {
    reader.NoteUnknown(entry.keys, *vo_keys,
                       entry.path == absl::StrCat("vos.", entry.name) ? "vos" : entry.path);
    const std::string auth_path = absl::StrCat(entry.path, ".auth");
    const YAML::Node auth = reader.Map(entry.keys, "auth", entry.path);
    reader.NoteUnknown(auth, *vo_auth_keys, "vos.auth");
    const SiteOptions options =
        ReadSiteOptions(reader, reader.Map(entry.keys, "cis", entry.path),
                        absl::StrCat(entry.path, ".cis"), secrets, site_options);

    ShareTarget target;
    ApplySiteOptions(options, &target);
    target.config_origin = reader.Where(entry.place);
    const std::optional<Credentials> own =
        FindOwnCredentials(options, site_name, entry.name, secrets);
    target.credentials = ChooseCredentials(own, asks_for_others, secrets);
    const std::string protocol = options.protocol.empty() ? site_protocol : options.protocol;
    SetFederation(options.identity_provider, protocol, &target.credentials);

    Share& share = target.share;
    share.vo = entry.name;
    share.project_id = reader.Text(auth, "project_id", auth_path);
    share.project_key = ProjectKey(share.project_id, target.credentials);
    const bool may_imply_project = !own.has_value() && asks_for_others;
    if (share.project_key.empty() && !ImpliesProject(target.credentials) && !may_imply_project) {
      reader.Warn(entry.place, absl::StrCat("VO ", entry.name,
                                            " names no project, so a login would use the "
                                            "account's own project; the VO is not crawled; give ",
                                            auth_path, ".project_id"));
      continue;
    }
    share.endpoint.site_name = site_name;
    share.endpoint.keystone_url = *keystone_url;
    share.endpoint.region = reader.Text(auth, "region", auth_path);
    if (share.endpoint.region.empty()) share.endpoint.region = site_region;
    if (!own.has_value() && asks_for_others) {
      without_credentials.push_back(entry.name);
    } else if (!own.has_value() && !secrets.fallback.has_value()) {
      out.missing_token.push_back(target.config_origin);
    }
    // Also without a token: how to log in to an endpoint does not depend on the operator.
    if (target.credentials.type == Credentials::Type::kOidcAccessToken ||
        (target.credentials.type == Credentials::Type::kNone && !own.has_value() &&
         !asks_for_others)) {
      share.endpoint.protocol = ProtocolOrGuess(target.credentials);
    }
    out.targets.push_back(std::move(target));
  }
  if (!without_credentials.empty()) {
    reader.Warn(
        FindKey(root, "auth"),
        absl::StrCat("the site requires auth ", site_auth, "; not crawled until cis.auth or ",
                     "--credentials provides it: ", absl::StrJoin(without_credentials, ", ")));
  }
  return out;
}

}  // namespace cis::crawler
