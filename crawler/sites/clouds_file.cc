// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/clouds_file.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/keystone_url.h"
#include "crawler/sites/secret_file.h"
#include "crawler/sites/site_options.h"

namespace cis::crawler {
namespace {

// Puts the values of `over` into `base`; mappings are merged key by key.
void Merge(YAML::Node base, const YAML::Node& over) {
  if (!over.IsMap()) return;
  for (const auto& entry : over) {
    const std::string& key = entry.first.Scalar();
    const YAML::Node there = FindKey(base, key);
    if (there.IsMap() && entry.second.IsMap()) {
      Merge(there, entry.second);
    } else {
      base[key] = entry.second;
    }
  }
}

// Reads one cloud. Reports what is missing to `reader`.
class CloudReader {
 public:
  CloudReader(YamlReader& reader, const std::string& name, const YAML::Node& cloud)
      : reader_(reader),
        cloud_(cloud),
        path_(absl::StrCat("clouds.", name)),
        auth_path_(absl::StrCat(path_, ".auth")),
        auth_(reader.Map(cloud, "auth", path_)) {}

  std::string Top(absl::string_view key) { return reader_.Text(cloud_, key, path_); }
  std::string Auth(absl::string_view key) { return reader_.Text(auth_, key, auth_path_); }
  // Reads a key under `auth`, where it belongs, or at the top level, where openstacksdk finds it
  // too.
  std::string Either(absl::string_view key) {
    std::string text = Auth(key);
    return text.empty() ? Top(key) : text;
  }
  std::string Needed(absl::string_view key) {
    std::string text = Either(key);
    if (text.empty()) Error(absl::StrCat("auth.", key, " is missing"));
    return text;
  }
  void Error(absl::string_view text) {
    ok_ = false;
    reader_.Error(cloud_, absl::StrCat(path_, ": ", text));
  }

  std::vector<std::string> Regions();
  Credentials ReadCredentials(const SecretSources& secrets);
  bool CheckVerify();

  const std::string& path() const { return path_; }
  bool ok() const { return ok_; }

 private:
  YamlReader& reader_;
  const YAML::Node cloud_;
  const std::string path_;
  const std::string auth_path_;
  const YAML::Node auth_;
  bool ok_ = true;
};

std::vector<std::string> CloudReader::Regions() {
  if (std::string region = Top("region_name"); !region.empty()) return {region};
  std::vector<std::string> regions;
  const YAML::Node list = FindKey(cloud_, "regions");
  if (list.IsSequence()) {
    for (const YAML::Node& item : list) {
      // Either a name, or a mapping with a name and the region's own values.
      const YAML::Node name = item.IsMap() ? FindKey(item, "name") : item;
      if (name.IsScalar() && !name.Scalar().empty()) {
        regions.push_back(name.Scalar());
      } else {
        Error("a region has no name");
      }
    }
  } else if (!list.IsNull()) {
    Error("regions must be a list");
  }
  if (regions.empty()) regions.emplace_back("");
  return regions;
}

bool CloudReader::CheckVerify() {
  const bool verify = reader_.Flag(cloud_, "verify", path_, true);
  const bool insecure = reader_.Flag(cloud_, "insecure", path_, false);
  if (!verify || insecure) {
    Error(absl::StrCat(verify ? "insecure: true" : "verify: false",
                       " would send the credentials to any server; give the site's CA in "
                       "cacert instead"));
    return false;
  }
  return true;
}

Credentials CloudReader::ReadCredentials(const SecretSources& secrets) {
  Credentials credentials;
  std::string type = Top("auth_type");
  if (type.empty()) type = "password";
  credentials.type = ParseAuthType(type);
  credentials.project_name = Auth("project_name");
  if (credentials.project_name.empty()) credentials.project_name = Auth("tenant_name");
  credentials.project_domain_name = Either("project_domain_name");
  credentials.project_domain_id = Either("project_domain_id");
  const std::string default_domain = Either("default_domain");
  if (!credentials.project_name.empty() && credentials.project_domain_name.empty() &&
      credentials.project_domain_id.empty()) {
    credentials.project_domain_id = default_domain.empty() ? "default" : default_domain;
  }
  switch (credentials.type) {
    case Credentials::Type::kNone:
      Error(absl::StrCat("auth_type is \"", type,
                         "\"; it must be password, v3applicationcredential, token or "
                         "v3oidcaccesstoken"));
      break;
    case Credentials::Type::kPassword:
      credentials.username = Needed("username");
      credentials.password = Needed("password");
      credentials.user_domain_name = Either("user_domain_name");
      credentials.user_domain_id = Either("user_domain_id");
      if (credentials.user_domain_name.empty() && credentials.user_domain_id.empty()) {
        credentials.user_domain_id = default_domain.empty() ? "default" : default_domain;
      }
      break;
    case Credentials::Type::kApplicationCredential:
      credentials.credential_id = Needed("application_credential_id");
      credentials.credential_secret = Needed("application_credential_secret");
      break;
    case Credentials::Type::kToken:
      credentials.token = Needed("token");
      break;
    case Credentials::Type::kOidcAccessToken:
      SetFederation(Either("identity_provider"), Either("protocol"), &credentials);
      credentials.grant.access_token = Either("access_token");
      if (credentials.grant.access_token.empty() && secrets.fallback.has_value()) {
        credentials.grant = secrets.fallback->grant;
      }
      if (credentials.grant == TokenGrant()) {
        Error("auth.access_token is missing, and no other OIDC access token was given");
      }
      break;
  }
  return credentials;
}

void ReadCloud(YamlReader& reader, const std::string& name, const YAML::Node& cloud,
               const SecretSources& secrets, FileTargets* out) {
  CloudReader in(reader, name, cloud);
  if (!cloud.IsMap()) {
    in.Error("must be a mapping");
    return;
  }
  const SiteOptions options =
      ReadSiteOptions(reader, reader.Map(cloud, "cis", in.path()), absl::StrCat(in.path(), ".cis"),
                      secrets, SiteOptions());
  const std::string auth_url = in.Auth("auth_url");
  if (auth_url.empty()) {
    in.Error(in.Top("profile").empty() && in.Top("cloud").empty()
                 ? "auth.auth_url is missing"
                 : "profiles are not supported; give auth.auth_url");
    return;
  }
  const absl::StatusOr<std::string> keystone_url = NormalizeKeystoneUrl(auth_url);
  if (!keystone_url.ok()) in.Error(keystone_url.status().message());
  in.CheckVerify();

  ShareTarget target;
  target.credentials =
      options.credentials.has_value() ? *options.credentials : in.ReadCredentials(secrets);
  ApplySiteOptions(options, &target);
  if (const std::string interface = in.Top("interface"); !interface.empty()) {
    // "publicURL" is the old spelling.
    target.interface = interface.substr(0, interface.find("URL"));
  }
  if (const std::string cacert = in.Top("cacert"); !cacert.empty()) {
    target.ca_file = ResolvePath(reader.file(), cacert);
  }
  const std::vector<std::string> regions = in.Regions();
  if (!in.ok()) return;

  Share& share = target.share;
  share.project_id = in.Auth("project_id");
  if (share.project_id.empty()) share.project_id = in.Auth("tenant_id");
  share.project_key = ProjectKey(share.project_id, target.credentials);
  share.vo = options.vo.empty() ? target.credentials.project_name : options.vo;
  if (share.vo.empty()) share.vo = name;
  share.endpoint.site_name = options.site.empty() ? name : options.site;
  share.endpoint.keystone_url = *keystone_url;
  if (target.credentials.type == Credentials::Type::kOidcAccessToken) {
    share.endpoint.protocol = ProtocolOrGuess(target.credentials);
  }
  target.config_origin = reader.Where(cloud);
  Site site;
  site.name = share.endpoint.site_name;
  site.country_code = options.country;
  out->sites.push_back(site);
  for (const std::string& region : regions) {
    target.share.endpoint.region = region;
    out->targets.push_back(target);
  }
}

}  // namespace

FileTargets ReadCloudsFile(YamlReader& reader, const YAML::Node& root, const YAML::Node& secure,
                           const SecretSources& secrets) {
  FileTargets out;
  const YAML::Node clouds = reader.Map(root, "clouds", "");
  if (!clouds.IsMap()) return out;
  const YAML::Node secure_clouds = FindKey(secure, "clouds");
  for (const auto& entry : clouds) {
    const std::string& name = entry.first.Scalar();
    YAML::Node cloud = entry.second;
    if (cloud.IsMap()) Merge(cloud, FindKey(secure_clouds, name));
    ReadCloud(reader, name, cloud, secrets, &out);
  }
  return out;
}

}  // namespace cis::crawler
