#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// CIS's own keys, at a `cis:` mapping of a site file, of one of its VOs or of a cloud. Absent keys
// leave what a wider mapping said.
struct SiteOptions {
  std::string interface = "public";
  std::string ca_file;  // resolved against the file that names it
  bool allow_http = false;
  bool allow_loopback = false;
  std::vector<std::string> allow_hosts;
  std::string identity_provider;
  std::string protocol;
  std::string country;
  std::string site;                        // clouds.yaml only: the GOCDB name
  std::string vo;                          // clouds.yaml only
  std::optional<Credentials> credentials;  // from `auth`
};

// `wider` as changed by the mapping `cis` (null = no change). `path` is what messages call it.
SiteOptions ReadSiteOptions(YamlReader& reader, const YAML::Node& cis, absl::string_view path,
                            const SecretSources& secrets, const SiteOptions& wider);

// Copies what concerns how a share is crawled.
void ApplySiteOptions(const SiteOptions& options, ShareTarget& target);

}  // namespace cis::crawler
