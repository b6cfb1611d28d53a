// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/sites.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/clouds_file.h"
#include "crawler/sites/secret_file.h"
#include "crawler/sites/site_file.h"
#include "crawler/sites/yaml_reader.h"
#include "schema/base/read_file.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxNamesInError = 10;
constexpr size_t kMaxSuggestions = 3;

bool IsYamlName(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.empty() || name.front() == '.') return false;
  // Read together with the clouds.yaml beside it, or not a file for CIS.
  if (absl::StartsWith(name, "secure.") || absl::StartsWith(name, "clouds-public.")) return false;
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

// Files that `paths` name, each once, those of a directory by name.
std::vector<std::string> FindFiles(const std::vector<std::string>& paths, Findings* findings) {
  std::vector<std::string> files;
  std::set<std::string> seen;
  const auto add = [&](const fs::path& file) {
    std::error_code error;
    const fs::path real = fs::canonical(file, error);
    if (seen.insert(error ? file.string() : real.string()).second) files.push_back(file.string());
  };
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      add(path);  // reading it tells what is wrong with it
      continue;
    }
    std::vector<fs::path> entries;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (IsYamlName(it->path()) && !it->is_directory()) entries.push_back(it->path());
    }
    if (error) {
      findings->errors.push_back(absl::StrCat(path, ": ", error.message()));
    } else if (entries.empty()) {
      findings->errors.push_back(absl::StrCat(path, ": this folder has no *.yaml or *.yml file"));
    }
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) add(entry);
  }
  return files;
}

absl::StatusOr<YAML::Node> ReadYaml(const std::string& file, const YamlReader& reader) {
  CIS_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(file, kMaxYamlFileBytes));
  return reader.Parse(text);
}

FileTargets ReadFile(const std::string& file, const SecretSources& secrets, Findings* findings) {
  YamlReader reader(file, findings);
  const absl::StatusOr<YAML::Node> root = ReadYaml(file, reader);
  if (!root.ok()) {
    findings->errors.emplace_back(root.status().message());
    return {};
  }
  if (FindKey(*root, "clouds").IsNull()) return ReadSiteFile(reader, *root, secrets);

  YAML::Node secure(YAML::NodeType::Null);
  const std::string secure_file = ResolvePath(file, "secure.yaml");
  std::error_code ignored;
  if (fs::exists(secure_file, ignored)) {
    const YamlReader secure_reader(secure_file, findings);
    absl::StatusOr<YAML::Node> read = ReadYaml(secure_file, secure_reader);
    if (read.ok()) {
      secure = *read;
    } else {
      findings->errors.emplace_back(read.status().message());
    }
  }
  const std::pair<std::string, YAML::Node> holders[] = {{file, *root}, {secure_file, secure}};
  for (const auto& [holder, content] : holders) {
    if (HoldsSecret(content) && IsReadableByOthers(holder)) {
      findings->warnings.push_back(absl::StrCat(
          holder, ": holds a secret, but other users can read it; run chmod 600 on it"));
    }
  }
  return ReadCloudsFile(reader, *root, secure, secrets);
}

auto KeyOf(const ShareTarget& target) {
  const Endpoint& endpoint = target.share.endpoint;
  return std::tie(endpoint.site_name, endpoint.keystone_url, endpoint.region, target.share.vo,
                  target.share.project_key);
}

std::string FileOf(const std::string& config_origin) {
  return config_origin.substr(0, config_origin.rfind(':'));
}

// Sorts the targets; if several are the same share, keeps the first.
void SortAndDeduplicate(std::vector<ShareTarget>* targets, Findings* findings) {
  std::stable_sort(targets->begin(), targets->end(),
                   [](const auto& a, const auto& b) { return KeyOf(a) < KeyOf(b); });
  // (file, file that is used instead) -> example and count: one remark for each pair of files.
  std::map<std::pair<std::string, std::string>, std::pair<std::string, int>> repeated;
  std::vector<ShareTarget> kept;
  for (ShareTarget& target : *targets) {
    if (kept.empty() || KeyOf(kept.back()) != KeyOf(target)) {
      kept.push_back(std::move(target));
      continue;
    }
    auto& [example, count] =
        repeated[{FileOf(target.config_origin), FileOf(kept.back().config_origin)}];
    if (count++ > 0) continue;
    example = absl::StrCat(target.config_origin, ": VO ", target.share.vo, " at ",
                           target.share.endpoint.keystone_url, " is already given at ",
                           kept.back().config_origin, ", which is used");
  }
  for (const auto& [files, remark] : repeated) {
    const auto& [example, count] = remark;
    findings->warnings.push_back(count == 1
                                     ? example
                                     : absl::StrCat(example, count == 2 ? "; so is " : "; so are ",
                                                    count - 1, " more of this file"));
  }
  *targets = std::move(kept);
}

// Reports each name of `wanted` that is not among `known`.
void CheckFilter(absl::string_view flag, const std::vector<std::string>& wanted,
                 const std::set<std::string>& known, std::vector<std::string>* problems) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const std::string& name : wanted) {
    const bool found = std::any_of(names.begin(), names.end(), [&](const std::string& other) {
      return absl::EqualsIgnoreCase(name, other);
    });
    if (found) continue;
    const std::vector<std::string> close = NearestNames(name, names, kMaxSuggestions);
    problems->push_back(absl::StrCat(
        flag, " \"", name, "\" is not in any site file; ",
        !close.empty() ? absl::StrCat("did you mean ", absl::StrJoin(close, " or "), "?")
        : names.size() <= kMaxNamesInError
            ? absl::StrCat("it must be one of ", absl::StrJoin(names, ", "))
            : absl::StrCat("they name ", names.size(), " others, e.g. ", names.front())));
  }
}

bool Matches(const std::vector<std::string>& filter, const std::string& name) {
  return filter.empty() || std::any_of(filter.begin(), filter.end(), [&](const auto& wanted) {
           return absl::EqualsIgnoreCase(wanted, name);
         });
}

// Keeps the first of equal messages, in their order.
void KeepFirst(std::vector<std::string>* messages) {
  std::set<std::string> seen;
  std::vector<std::string> kept;
  for (std::string& message : *messages) {
    if (seen.insert(message).second) kept.push_back(std::move(message));
  }
  *messages = std::move(kept);
}

void AddUnknownKeys(Findings* findings) {
  for (const auto& [key, unknown] : findings->unknown_keys) {
    const std::string others =
        unknown.count == 1 ? ""
                           : absl::StrCat(" (and at ", unknown.count - 1,
                                          unknown.count == 2 ? " other place)" : " other places)");
    findings->warnings.push_back(absl::StrCat(unknown.first_place, ": key \"", key,
                                              "\" is not known and not used", others,
                                              "; the known keys are ", unknown.known));
  }
}

}  // namespace

absl::StatusOr<SitesConfig> LoadSites(const SitesOptions& options, const SecretSources& secrets) {
  Findings findings;
  SitesConfig config;
  std::map<std::string, Site> sites;
  std::set<std::string> missing_token;
  for (const std::string& file : FindFiles(options.paths, &findings)) {
    FileTargets read = ReadFile(file, secrets, &findings);
    missing_token.insert(read.missing_token.begin(), read.missing_token.end());
    for (Site& site : read.sites) {
      const auto [it, inserted] = sites.emplace(site.name, site);
      if (it->second.country_code.empty()) it->second.country_code = site.country_code;
    }
    std::move(read.targets.begin(), read.targets.end(), std::back_inserter(config.targets));
  }
  SortAndDeduplicate(&config.targets, &findings);
  AddUnknownKeys(&findings);

  std::set<std::string> site_names;
  std::set<std::string> vo_names;
  for (const ShareTarget& target : config.targets) {
    site_names.insert(target.share.endpoint.site_name);
    vo_names.insert(target.share.vo);
  }
  for (const auto& [name, credentials] : secrets.sites) {
    if (!site_names.contains(name)) {
      findings.warnings.push_back(absl::StrCat("--credentials names the site \"", name,
                                               "\", which is not in any site file"));
    }
  }
  std::vector<std::string> problems;
  CheckFilter("--site", options.site_filter, site_names, &problems);
  CheckFilter("--vo", options.vo_filter, vo_names, &problems);
  std::erase_if(config.targets, [&](const ShareTarget& target) {
    return !Matches(options.site_filter, target.share.endpoint.site_name) ||
           !Matches(options.vo_filter, target.share.vo);
  });
  const auto missing_token_count = std::count_if(
      config.targets.begin(), config.targets.end(),
      [&](const auto& target) { return missing_token.count(target.config_origin) > 0; });
  if (missing_token_count > 0) {
    findings.errors.push_back(absl::StrCat(
        missing_token_count, missing_token_count == 1 ? " share needs" : " shares need",
        " an OIDC access token, but none was given; set OIDC_ACCESS_TOKEN or --token-file, or name "
        "credentials under cis.auth or in --credentials"));
  }
  KeepFirst(&findings.errors);
  KeepFirst(&findings.warnings);
  config.errors = std::move(findings.errors);
  config.warnings = std::move(findings.warnings);

  const bool usable = std::any_of(config.targets.begin(), config.targets.end(), [&](const auto& t) {
    return options.allow_no_credentials || t.credentials.type != Credentials::Type::kNone;
  });
  if (!problems.empty() || !usable) {
    problems.insert(problems.end(), config.errors.begin(), config.errors.end());
    if (problems.empty() && options.paths.empty()) {
      problems.emplace_back("no site files were given");
    } else if (problems.empty()) {
      problems.emplace_back(config.targets.empty()
                                ? "no share is configured for this combination of sites and VOs"
                                : "no configured share has credentials");
    }
    return absl::InvalidArgumentError(absl::StrJoin(problems, "\n"));
  }
  std::set<std::string> crawled;
  for (const ShareTarget& target : config.targets) crawled.insert(target.share.endpoint.site_name);
  for (auto& [name, site] : sites) {
    if (crawled.contains(name)) config.sites.push_back(std::move(site));
  }
  return config;
}

}  // namespace cis::crawler
