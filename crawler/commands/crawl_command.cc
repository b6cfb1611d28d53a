// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "crawler/commands/command.h"
#include "crawler/commands/crawl_reporter.h"
#include "crawler/commands/crawl_secrets.h"
#include "crawler/commands/lock_file.h"
#include "crawler/commands/transport_options.h"
#include "crawler/crawl/configuration.h"
#include "crawler/crawl/crawl_cycle.h"
#include "crawler/crawl/endpoint_gate.h"
#include "crawler/crawl/project_discovery.h"
#include "crawler/crawl/registry_refresh.h"
#include "crawler/sites/sites.h"
#include "crawler/source/openstack_source.h"
#include "crawler/tokens/unscoped_logins.h"
#include "net/http/curl_transport.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/store/store.h"

namespace cis::crawler {
namespace {

// A line on the terminal that is overwritten; does nothing without a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const ProcessContext& context) : context_(context) {}

  void Update(const CrawlSummary& summary) {
    // Ten updates per second are enough for a person.
    const absl::Time now = context_.clock->Now();
    if (!context_.write_terminal || now - last_ < absl::Milliseconds(100)) return;
    last_ = now;
    context_.write_terminal(absl::StrFormat("\r\x1b[K%d of %d shares, %d refreshed, %d requests",
                                            summary.done_count, summary.share_count,
                                            summary.refreshed_count, summary.request_count));
    is_shown_ = true;
  }
  void Clear() {
    if (is_shown_) context_.write_terminal("\r\x1b[K");
    is_shown_ = false;
  }

 private:
  const ProcessContext& context_;
  absl::Time last_ = absl::InfinitePast();
  bool is_shown_ = false;
};

// "connect=3 timeout=1"; "none".
std::string FormatCounts(const std::map<std::string, int64_t>& counts) {
  return counts.empty() ? "none" : absl::StrJoin(counts, " ", absl::PairFormatter("="));
}

absl::string_view StateOf(const ShareOutcome& outcome) {
  const auto login = outcome.kinds.find(Kind::kAuth);
  if (login != outcome.kinds.end() && login->second.error == ErrorClass::kBackingOff) {
    return FormatErrorClass(ErrorClass::kBackingOff);
  }
  if (outcome.Refreshed()) return "refreshed";
  return outcome.RefreshedAny() ? "partial" : "failed";
}

// "25", "25 (1 skipped)", "kept" or "-".
std::string CountOf(const ShareOutcome& outcome, Kind kind) {
  const auto it = outcome.kinds.find(kind);
  if (it == outcome.kinds.end()) return "-";
  if (it->second.error != ErrorClass::kNone) return "kept";
  if (it->second.skipped_count == 0) return absl::StrCat(it->second.record_count);
  return absl::StrCat(it->second.record_count, " (", it->second.skipped_count, " skipped)");
}

// Logs the remarks of a share, once for all shares of an endpoint with the same remark.
void LogRemarks(const ShareOutcome& outcome, std::set<std::string>* logged) {
  const Endpoint& endpoint = outcome.share.endpoint;
  for (const auto& [kind, result] : outcome.kinds) {
    for (const std::string& remark : result.remarks) {
      if (!logged->insert(absl::StrCat(endpoint.keystone_url, " ", remark)).second) continue;
      Log(LogLevel::kInfo, "crawl.remark",
          {{"site", endpoint.site_name},
           {"vo", outcome.share.vo},
           {"kind", FormatKind(kind)},
           {"message", remark}});
    }
  }
}

void LogShare(const ShareOutcome& outcome, bool verbose) {
  const Endpoint& endpoint = outcome.share.endpoint;
  const std::string& region = endpoint.region.empty() ? endpoint.resolved_region : endpoint.region;
  for (const auto& [kind, result] : outcome.kinds) {
    if (result.error == ErrorClass::kNone) continue;
    const bool is_asked = result.error != ErrorClass::kBackingOff;
    Log(is_asked ? LogLevel::kWarning : LogLevel::kInfo,
        is_asked ? "crawl.failure" : "crawl.backing-off",
        {{"site", endpoint.site_name},
         {"vo", outcome.share.vo},
         {"region", region},
         {"kind", FormatKind(kind)},
         {"error", FormatErrorClass(result.error)},
         {"message", result.message}});
  }
  if (!verbose) return;
  Log(LogLevel::kInfo, "crawl.share",
      {{"site", endpoint.site_name},
       {"vo", outcome.share.vo},
       {"region", region},
       {"state", StateOf(outcome)},
       {"flavors", CountOf(outcome, Kind::kFlavors)},
       {"images", CountOf(outcome, Kind::kImages)},
       {"networks", CountOf(outcome, Kind::kNetworks)},
       {"quotas", CountOf(outcome, Kind::kQuotas)},
       {"requests", outcome.request_count},
       {"seconds", absl::StrFormat("%.2f", absl::ToDoubleSeconds(outcome.duration))}});
}

// Returns what the store records as configured. A VO filter restricts what is crawled, not what
// exists.
absl::StatusOr<CrawlConfiguration> MakeConfiguration(const CrawlerOptions& options,
                                                     const SecretSources& secrets,
                                                     const SitesConfig& config,
                                                     const Catalog& known) {
  SitesConfig whole = config;
  if (!options.vo_filter.empty()) {
    CIS_ASSIGN_OR_RETURN(whole, LoadSites({options.site_paths, options.site_filter, {}}, secrets));
    RememberEndpoints(known, &whole.targets);
  }
  std::vector<Share> shares;
  for (const ShareTarget& target : whole.targets) shares.push_back(target.share);
  const bool is_complete = options.site_filter.empty() && whole.errors.empty();
  return CrawlConfiguration(std::move(whole.sites), shares, &known, is_complete);
}

absl::StatusOr<Catalog> LoadKnown(const CrawlerOptions& options) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(options.db));
  return reader->Load(nullptr);
}

void LogConfigProblems(const SitesConfig& config) {
  for (const std::string& warning : config.warnings) {
    Log(LogLevel::kInfo, "crawl.config", {{"message", warning}});
  }
  for (const std::string& error : config.errors) {
    Log(LogLevel::kError, "crawl.config", {{"message", error}});
  }
}

absl::StatusOr<CommandResult> CrawlSites(const CrawlerOptions& options,
                                         const ProcessContext& context, const Rules& rules,
                                         CrawlReporter& reporter) {
  CIS_ASSIGN_OR_RETURN(const SecretSources secrets, FindSecrets(options, context));
  CIS_ASSIGN_OR_RETURN(
      SitesConfig config,
      LoadSites({options.site_paths, options.site_filter, options.vo_filter}, secrets));
  LogConfigProblems(config);
  CIS_ASSIGN_OR_RETURN(Corrector corrector, LoadCorrector(options, rules));
  CIS_ASSIGN_OR_RETURN(const LockFile lock, LockFile::Acquire(absl::StrCat(options.db, ".lock")));
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreWriter> store,
                       OpenStoreWriter(options.db, context.clock));
  CIS_ASSIGN_OR_RETURN(const Catalog known, LoadKnown(options));
  reporter.NoteConfiguration(config, known);
  CIS_RETURN_IF_ERROR(reporter.NoteJournal());
  RememberEndpoints(known, &config.targets);
  CIS_ASSIGN_OR_RETURN(CrawlConfiguration configuration,
                       MakeConfiguration(options, secrets, config, known));
  CIS_ASSIGN_OR_RETURN(
      const std::unique_ptr<CurlTransport> transport,
      CurlTransport::Create(MakeTransportOptions(options, context), context.clock));

  ProgressLine progress(context);
  CrawlCycleOptions cycle_options;
  cycle_options.share_deadline = options.share_deadline;
  cycle_options.corrector = &corrector;
  // With --site, the operator wants to know the present state.
  if (options.back_off && options.site_filter.empty()) {
    cycle_options.gate = EndpointGate(known, context.clock->Now());
  }
  SourceOptions source_options;
  source_options.timeout = options.timeout;
  AccessTokens access_tokens(transport.get(), context.clock, MakeAccessTokensOptions(options));
  UnscopedLogins logins(transport.get(), &access_tokens, context.clock, source_options);
  cycle_options.logins = &logins;
  ProjectDiscovery discovery(transport.get(), &logins, context.clock, source_options);
  cycle_options.discovery = &discovery;
  cycle_options.discovered_vos = options.vo_filter;
  cycle_options.make_source = [source_options](const ShareTarget& target) {
    return std::make_unique<OpenStackSource>(target, source_options);
  };
  std::set<std::string> logged_remarks;
  cycle_options.on_share_done = [&](const ShareOutcome& outcome) {
    if (options.verbose || !outcome.Refreshed()) progress.Clear();
    LogShare(outcome, options.verbose);
    LogRemarks(outcome, &logged_remarks);
  };
  cycle_options.on_progress = [&](const CrawlSummary& summary) { progress.Update(summary); };
  const absl::Time start_time = context.clock->Steady();
  CrawlCycle cycle(transport.get(), store.get(), context.clock, rules, std::move(cycle_options));
  // Beside the sites, on the same transport: its answers are not waited for.
  RegistryRefresh registry(transport.get(), store.get(), context.clock);
  registry.Start(options.gocdb, options.timeout);
  if (context.on_transport) context.on_transport(transport.get());
  const absl::StatusOr<CrawlSummary> summary = cycle.Run(config.targets, std::move(configuration));
  if (context.on_transport) context.on_transport(nullptr);
  progress.Clear();
  CIS_RETURN_IF_ERROR(summary.status());
  reporter.NoteSummary(*summary);
  CIS_RETURN_IF_ERROR(registry.Finish());
  if (!summary->interrupted) {
    CIS_RETURN_IF_ERROR(RefreshSiteProblems(options.db, store.get(), context.clock->Now()));
    const std::vector<std::string> problems = corrector.Problems(
        {options.site_filter.empty() && config.errors.empty(), options.vo_filter.empty()});
    LogOverrideProblems(problems);
    reporter.NoteProblems(problems);
  }
  Log(LogLevel::kInfo, summary->interrupted ? "crawl.interrupted" : "crawl.done",
      {{"shares", summary->share_count},
       {"refreshed", summary->refreshed_count},
       {"partial", summary->partial_count},
       {"requests", summary->request_count},
       {"shared", summary->shared_count},
       {"retries", transport->stats().retry_count},
       {"connections", transport->stats().connection_count},
       {"http2", transport->stats().http2_count},
       {"not_asked", summary->backing_off_count},
       {"errors", FormatCounts(summary->error_counts)},
       {"limits", FormatCounts(summary->limit_hits)},
       {"seconds",
        absl::StrFormat("%.2f", absl::ToDoubleSeconds(context.clock->Steady() - start_time))}});
  if (!summary->interrupted) {
    // The results of the crawl are stored; a failure to delete old history is not a failure of the
    // crawl.
    const absl::Status pruned = PruneOlder(options.db, context.clock->Now() - options.keep_history);
    if (!pruned.ok()) Log(LogLevel::kWarning, "prune.failed", {{"message", pruned.message()}});
  }
  CommandResult result;
  result.exit_code = CrawlExitCode(*summary, config.errors.size());
  if (summary->interrupted) {
    result.error = absl::StrCat("interrupted; ", summary->refreshed_count, " of ",
                                summary->share_count, " shares were refreshed and are stored");
  }
  return result;
}

}  // namespace

CommandResult RunCrawl(const CrawlerOptions& options, const ProcessContext& context,
                       const Rules& rules) {
  CrawlReporter reporter(options, context.clock);
  absl::StatusOr<CommandResult> result = CrawlSites(options, context, rules, reporter);
  return reporter.Finish(result.ok() ? *std::move(result) : FailedCommand(result.status()));
}

}  // namespace cis::crawler
