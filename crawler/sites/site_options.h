// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/sites/sites.h"
#include "crawler/sites/yaml_reader.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// CIS's own keys, in a `cis:` mapping of a site file, of one of its VOs or of a cloud. Absent keys
// keep the value of an outer mapping.
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

// Returns `wider` as changed by the mapping `cis` (null = no change). Messages call the mapping
// `path`.
SiteOptions ReadSiteOptions(YamlReader& reader, const YAML::Node& cis, absl::string_view path,
                            const SecretSources& secrets, const SiteOptions& wider);

// Copies the options for crawling a share.
void ApplySiteOptions(const SiteOptions& options, ShareTarget* target);

}  // namespace cis::crawler
