// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/commands/command.h"
#include "crawler/commands/crawl_secrets.h"
#include "crawler/normalize/rules.h"
#include "crawler/registry/gocdb_fetch.h"
#include "crawler/registry/registry_files.h"
#include "crawler/report/crawl_plan.h"
#include "crawler/sites/sites.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"
#include "schema/base/time_text.h"
#include "schema/store/store.h"

namespace cis::crawler {
namespace {

namespace fs = std::filesystem;

absl::Status CheckFile(const std::string& path) {
  if (access(path.c_str(), R_OK) == 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(path, ": ", std::generic_category().message(errno)));
}

// Checks the folder of a file that will be created or replaced. Returns NOT_FOUND unless files can
// be created in it.
absl::Status CheckFolderOf(absl::string_view flag, const std::string& path) {
  std::error_code error;
  const std::string folder = fs::absolute(path, error).parent_path().string();
  if (access(folder.c_str(), W_OK) == 0) return absl::OkStatus();
  return absl::NotFoundError(absl::StrCat(flag, " is \"", path,
                                          "\", but no file can be created in ", folder, ": ",
                                          std::generic_category().message(errno)));
}

int64_t CountDiscovered(const Catalog& known) {
  int64_t count = 0;
  for (const auto& site : known.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      count += std::count_if(endpoint.shares.begin(), endpoint.shares.end(), [](const auto& entry) {
        return entry.share.configured && entry.share.discovered;
      });
    }
  }
  return count;
}

// Returns what the store knows from earlier crawls; nothing if there is no file yet. Returns the
// errors that would end the crawl: the file is another program's or damaged, or it cannot be
// created.
absl::StatusOr<std::optional<Catalog>> ReadKnown(const std::string& db, CrawlPlan* plan) {
  if (db.empty()) {
    plan->settings.emplace_back("database: --db is not given, so back-off is not known");
    return std::nullopt;
  }
  std::error_code error;
  if (!fs::exists(db, error)) {
    CIS_RETURN_IF_ERROR(CheckFolderOf("--db", db));
    plan->settings.push_back(
        absl::StrCat("database ", db, ": does not exist yet; the crawl creates it"));
    return std::nullopt;
  }
  const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(db);
  if (absl::IsFailedPrecondition(reader.status())) {
    // Usually a file of an older version; a crawl upgrades it.
    plan->problems.push_back(absl::StrCat(reader.status().message(), "; so back-off is not known"));
    return std::nullopt;
  }
  CIS_RETURN_IF_ERROR(reader.status());
  CIS_ASSIGN_OR_RETURN(Catalog known, (*reader)->Load(nullptr));
  plan->settings.push_back(absl::StrCat(
      "database ", db, ": ",
      known.crawls.empty()
          ? std::string("no crawl yet")
          : absl::StrCat("last crawl began at ", FormatMinute(known.crawls.front().start_time))));
  if (const int64_t count = CountDiscovered(known); count > 0) {
    plan->settings.push_back(absl::StrCat(
        "discovered shares: ", count, " known; each is also asked if its site still offers it"));
  }
  return known;
}

void PlanRegistry(const std::vector<std::string>& sources, absl::Time now, CrawlPlan* plan) {
  if (sources.empty()) {
    plan->settings.emplace_back("GOCDB: not read (--gocdb is not given)");
    return;
  }
  if (absl::StartsWith(sources.front(), "http")) {
    const absl::StatusOr<Url> url = ParseGocdbUrl(sources.front());
    if (!url.ok()) {
      plan->problems.emplace_back(url.status().message());
    } else {
      plan->settings.push_back(absl::StrCat("GOCDB ", sources.front(),
                                            ": the crawl reads it; nothing was sent to it now"));
    }
    return;
  }
  Remarks remarks;
  for (const auto& [part, list] : ReadRegistryFiles(sources, now, remarks)) {
    if (!list.ok()) {
      plan->problems.push_back(
          absl::StrCat("GOCDB, ", FormatRegistryPart(part), ": ", list.status().message()));
      continue;
    }
    plan->settings.push_back(
        absl::StrCat("GOCDB, ", FormatRegistryPart(part), ": ",
                     list->sites.size() + list->services.size() + list->downtimes.size(),
                     " in files of ", FormatMinute(list->time)));
  }
  for (std::string& sentence : remarks.Sentences()) plan->remarks.push_back(std::move(sentence));
}

void PlanSettings(const CrawlerOptions& options, const Rules& rules, CrawlPlan* plan) {
  plan->settings.push_back(absl::StrCat(
      "limits: ", options.max_in_flight_per_endpoint, " concurrent requests per endpoint, ",
      options.max_in_flight, " in total; ", FormatDurationText(options.timeout), " per attempt, ",
      FormatDurationText(options.share_deadline), " per share"));
  plan->settings.push_back(absl::StrCat(
      "rules ", rules.version, options.rules.empty() ? "" : " with the tables of ", options.rules));
  if (!options.overrides.empty()) {
    plan->settings.push_back(absl::StrCat("overrides ", options.overrides, ": can be read"));
  }
  if (options.summary == "-") {
    plan->settings.emplace_back("summary: the crawl prints it on stdout");
  } else if (!options.summary.empty()) {
    const absl::Status status = CheckFolderOf("--summary", options.summary);
    if (!status.ok()) plan->problems.emplace_back(status.message());
    plan->settings.push_back(absl::StrCat("summary ", options.summary, ": the crawl writes it"));
  }
  if (!options.back_off) plan->settings.emplace_back("back-off: off (--no-back-off)");
  if (options.back_off && !options.site_filter.empty()) {
    plan->settings.emplace_back("back-off: off, because --site names sites");
  }
}

absl::StatusOr<CommandResult> PlanCrawl(const CrawlerOptions& options,
                                        const ProcessContext& context, const Rules& rules) {
  CIS_ASSIGN_OR_RETURN(const SecretSources secrets, FindSecrets(options, context));
  CIS_RETURN_IF_ERROR(LoadCorrector(options, rules).status());
  SitesOptions wanted{options.site_paths, options.site_filter, options.vo_filter};
  wanted.allow_no_credentials = true;
  CIS_ASSIGN_OR_RETURN(const SitesConfig config, LoadSites(wanted, secrets));
  CrawlPlan plan;
  plan.problems = config.errors;
  plan.remarks = config.warnings;
  if (!options.site_filter.empty() || !options.vo_filter.empty()) {
    SitesOptions all{options.site_paths, {}, {}};
    all.allow_no_credentials = true;
    CIS_ASSIGN_OR_RETURN(const SitesConfig whole, LoadSites(all, secrets));
    plan.left_out_count = static_cast<int64_t>(whole.targets.size() - config.targets.size());
  }
  CIS_ASSIGN_OR_RETURN(const std::optional<Catalog> known, ReadKnown(options.db, &plan));
  const bool backs_off = options.back_off && options.site_filter.empty() && known.has_value();
  const absl::Time now = context.clock->Now();
  PlanShares(config.targets, backs_off ? &*known : nullptr, now, CheckFile, &plan);
  PlanRegistry(options.gocdb, now, &plan);
  PlanSettings(options, rules, &plan);
  CommandResult result;
  result.exit_code = PlanExitCode(plan);
  result.out = options.log_format == LogFormat::kJson ? FormatPlanJson(plan) : FormatPlanText(plan);
  return result;
}

}  // namespace

CommandResult RunDryRun(const CrawlerOptions& options, const ProcessContext& context,
                        const Rules& rules) {
  absl::StatusOr<CommandResult> result = PlanCrawl(options, context, rules);
  return result.ok() ? *std::move(result) : FailedCommand(result.status());
}

}  // namespace cis::crawler
