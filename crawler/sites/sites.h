// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the shares to crawl from site files and clouds.yaml files. Does not use the environment or
// the network.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/source/source.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Credentials that the operator gives for a site, outside its site file.
struct SiteCredentials {
  std::optional<Credentials> of_site;        // every VO of it
  std::map<std::string, Credentials> of_vo;  // take precedence over `of_site`
};

// Where secrets come from. `main` fills it; other code does not read the environment.
struct SecretSources {
  // Returns the value of an environment variable that a file names (password_env, ...).
  std::function<std::optional<std::string>(absl::string_view name)> environment;
  // For every share without other credentials.
  std::optional<Credentials> fallback;
  // By GOCDB name; for shares whose file names no credentials of its own.
  std::map<std::string, SiteCredentials> sites;
};

struct SitesOptions {
  // Files, or directories whose *.yaml and *.yml are read. A file with `clouds:` at its top is read
  // as clouds.yaml, together with the secure.yaml beside it; any other is a site file.
  std::vector<std::string> paths;
  // Empty = all; compared without regard to case.
  std::vector<std::string> site_filter;
  std::vector<std::string> vo_filter;
  // For callers that only inspect: shares without credentials are reported in `errors` and the
  // targets, and are no failure.
  bool allow_no_credentials = false;
};

struct SitesConfig {
  std::vector<Site> sites;           // sites with a target; one per name, by name
  std::vector<ShareTarget> targets;  // by site, Keystone URL, region, VO, project; no two are equal
  // "FILE:LINE: what is wrong; what would be right". What an error is about is left out, or is a
  // target with credentials of type kNone; the rest can be crawled. A crawl with errors is not a
  // full success.
  std::vector<std::string> errors;
  std::vector<std::string> warnings;  // remarks that change nothing; each once
};

// Reads everything and reports all problems at once. Messages contain no secret. Returns
// INVALID_ARGUMENT with all errors, one per line, if no target with credentials remains (with
// `allow_no_credentials`: no target at all), and if a filter names a site or VO that no file has
// (with similar names).
absl::StatusOr<SitesConfig> LoadSites(const SitesOptions& options, const SecretSources& secrets);

}  // namespace cis::crawler
