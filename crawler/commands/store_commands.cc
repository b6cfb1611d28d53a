// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/commands/command.h"
#include "crawler/commands/lock_file.h"
#include "crawler/lint/lint.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/normalize/rules.h"
#include "crawler/report/status_report.h"
#include "schema/base/log.h"
#include "schema/base/one_line.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"
#include "schema/store/store.h"

namespace cis::crawler {
namespace {

absl::StatusOr<Catalog> LoadCatalog(const std::string& db) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(db));
  return reader->Load(nullptr);
}

bool HasData(const ShareCatalog& share, Kind kind) {
  return std::any_of(share.kinds.begin(), share.kinds.end(), [&](const KindState& state) {
    return state.kind == kind && state.success_time > absl::InfinitePast();
  });
}

// Logs contradictions between an overrides file and the stored records. Records that the file
// corrected at the crawl already have its values and their evidence.
void LogStaleOverrides(const Catalog& catalog, Corrector* corrector) {
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      for (const ShareCatalog& share : endpoint.shares) {
        for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks}) {
          if (!HasData(share, kind)) corrector->NoteMissing(share.share, kind);
        }
        RecordSet records;
        records.share = share.share;
        records.kind = Kind::kFlavors;
        for (const int32_t i : share.flavor_indexes) {
          records.flavors.push_back(endpoint.flavors[static_cast<size_t>(i)].record);
        }
        corrector->Apply(&records);
        records.kind = Kind::kImages;
        for (const int32_t i : share.image_indexes) {
          records.images.push_back(endpoint.images[static_cast<size_t>(i)].record);
        }
        corrector->Apply(&records);
        records.kind = Kind::kNetworks;
        for (const Stored<Network>& network : share.networks) {
          if (network.active) records.network_set.networks.push_back(network.record);
        }
        corrector->Apply(&records);
      }
    }
  }
  LogOverrideProblems(corrector->Problems({}));
}

absl::StatusOr<CommandResult> Lint(const CrawlerOptions& options, const Rules& rules,
                                   absl::Time now) {
  CIS_ASSIGN_OR_RETURN(Corrector corrector, LoadCorrector(options, rules));
  CIS_ASSIGN_OR_RETURN(const Catalog catalog, LoadCatalog(options.db));
  std::vector<std::string> known;
  for (const auto& site : catalog.sites) known.push_back(site->site.name);
  for (const std::string& wanted : options.site_filter) {
    if (std::any_of(known.begin(), known.end(), [&](const std::string& name) {
          return absl::EqualsIgnoreCase(name, wanted);
        })) {
      continue;
    }
    const std::vector<std::string> near = NearestNames(wanted, known, 3);
    return absl::InvalidArgumentError(absl::StrCat(
        "--site is \"", wanted, "\", which is not in ", options.db,
        near.empty() ? "" : absl::StrCat("; did you mean ", absl::StrJoin(near, " or "), "?")));
  }
  LogStaleOverrides(catalog, &corrector);
  std::vector<LintFinding> findings;
  for (const auto& site : catalog.sites) {
    const bool is_wanted = options.site_filter.empty() ||
                           std::any_of(options.site_filter.begin(), options.site_filter.end(),
                                       [&](const std::string& w) {
                                         return absl::EqualsIgnoreCase(w, site->site.name);
                                       });
    if (!is_wanted) continue;
    for (LintFinding& finding : LintSite(*site, now)) findings.push_back(std::move(finding));
  }
  CommandResult result;
  result.out = options.lint_format == LintFormat::kJson ? FormatLintJson(findings)
                                                        : FormatLintTable(findings);
  result.exit_code = findings.empty() ? 0 : 3;
  return result;
}

absl::StatusOr<CommandResult> Renormalize(const CrawlerOptions& options, const Rules& rules) {
  std::error_code error;
  if (!std::filesystem::exists(options.db, error)) {
    return absl::NotFoundError(absl::StrCat(
        "--db is \"", options.db, "\", which does not exist; run cis-crawler crawl first"));
  }
  CIS_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(absl::StrCat(options.db, ".lock")));
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreWriter> store, OpenStoreWriter(options.db));
  CIS_ASSIGN_OR_RETURN(Corrector corrector, LoadCorrector(options, rules));
  int64_t done_count = 0;
  int64_t failed_count = 0;
  CIS_RETURN_IF_ERROR(store->ForEachObservation([&](const Observation& observation) {
    const absl::StatusOr<RecordSet> records = NormalizeStored(rules, observation, corrector);
    if (!records.ok()) {
      ++failed_count;
      return absl::OkStatus();
    }
    ++done_count;
    return store->Renormalize(observation, *records);
  }));
  LogOverrideProblems(corrector.Problems({}));
  Log(LogLevel::kInfo, "renormalize.done",
      {{"observations", done_count}, {"kept", failed_count}, {"rules", rules.version}});
  CommandResult result;
  result.exit_code = failed_count == 0 ? 0 : 3;
  return result;
}

}  // namespace

CommandResult RunStatus(const CrawlerOptions& options, const ProcessContext& context) {
  const absl::StatusOr<Catalog> catalog = LoadCatalog(options.db);
  CommandResult result;
  if (!catalog.ok()) {
    result.exit_code = 3;
    result.out = absl::StrCat("CIS UNKNOWN - ", OneLine(catalog.status().message()), "\n");
    return result;
  }
  const StatusReport report = BuildStatusReport(*catalog, context.clock->Now(), options.freshness);
  result.exit_code = report.level;
  result.out = absl::StrCat(report.line, "\n");
  return result;
}

CommandResult RunNormalize(const CrawlerOptions& options, const Rules& rules,
                           absl::string_view body) {
  absl::StatusOr<Corrector> corrector = LoadCorrector(options, rules);
  if (!corrector.ok()) return FailedCommand(corrector.status());
  std::vector<std::string> skipped;
  absl::StatusOr<std::string> lines =
      NormalizeToJsonLines(rules, options.kind, body, &skipped, [&](RecordSet* records) {
        records->share.endpoint.site_name = options.of_site;
        corrector->Apply(records);
      });
  if (!lines.ok()) return FailedCommand(lines.status());
  CommandResult result;
  result.out = *std::move(lines);
  for (const std::string& reason : skipped) {
    absl::StrAppend(&result.error, result.error.empty() ? "" : "\n", "skipped ", OneLine(reason));
  }
  return result;
}

CommandResult RunRenormalize(const CrawlerOptions& options, const Rules& rules) {
  absl::StatusOr<CommandResult> result = Renormalize(options, rules);
  return result.ok() ? *std::move(result) : FailedCommand(result.status());
}

CommandResult RunLint(const CrawlerOptions& options, const Rules& rules, absl::Time now) {
  absl::StatusOr<CommandResult> result = Lint(options, rules, now);
  return result.ok() ? *std::move(result) : FailedCommand(result.status());
}

}  // namespace cis::crawler
