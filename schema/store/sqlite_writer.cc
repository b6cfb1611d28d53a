// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/model/catalog.h"
#include "schema/model/known.h"
#include "schema/store/listing_rows.h"
#include "schema/store/observation_rows.h"
#include "schema/store/registry_rows.h"
#include "schema/store/rows.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

bool SameKey(const Share& a, const Share& b) {
  return a.endpoint.site_name == b.endpoint.site_name &&
         a.endpoint.keystone_url == b.endpoint.keystone_url &&
         a.endpoint.region == b.endpoint.region && a.vo == b.vo && a.project_key == b.project_key;
}

// Puts "CESGA-CLOUD vo.access.egi.eu flavors: " before the message.
absl::Status Annotate(const absl::Status& status, const Share& share, Kind kind) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(share.endpoint.site_name, " ", share.vo, " ",
                                                  FormatKind(kind), ": ", status.message()));
}

absl::Status CheckSet(const Observation& observation, const RecordSet& records) {
  if (records.kind != observation.kind) {
    return absl::InvalidArgumentError(absl::StrCat("records of ", FormatKind(records.kind),
                                                   " do not come from an observation of ",
                                                   FormatKind(observation.kind)));
  }
  if (!SameKey(records.share, observation.share)) {
    return absl::InvalidArgumentError(absl::StrCat("records of ", records.share.vo,
                                                   " do not come from an observation of ",
                                                   observation.share.vo));
  }
  return absl::OkStatus();
}

// Returns why records were skipped, for the history. A few reasons are enough.
std::string SummarizeSkipped(const std::vector<std::string>& reasons) {
  constexpr size_t kMaxReasons = 5;
  const auto end =
      reasons.begin() + static_cast<std::ptrdiff_t>(std::min(reasons.size(), kMaxReasons));
  std::string text = absl::StrJoin(reasons.begin(), end, "; ");
  if (reasons.size() > kMaxReasons) {
    absl::StrAppend(&text, "; and ", reasons.size() - kMaxReasons, " more");
  }
  return text;
}

// Returns the ids that `list` gives for the site and that are not in `kept`.
absl::StatusOr<std::vector<int64_t>> OtherIds(Connection& db, const char* list, int64_t site_id,
                                              const std::set<int64_t>& kept) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(list));
  find->BindInt("site_id", site_id);
  std::vector<int64_t> others;
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, find->Step());
    if (!more) return others;
    const int64_t id = find->Int("id");
    if (!kept.contains(id)) others.push_back(id);
  }
}

// Marks shares that no site file names any more as unconfigured. Returns whether there were any.
absl::StatusOr<bool> UnconfigureShares(Connection& db, TransactionLog& log, int64_t site_id,
                                       const std::set<int64_t>& kept) {
  CIS_ASSIGN_OR_RETURN(const std::vector<int64_t> gone,
                       OtherIds(db, sql::kConfiguredSharesOfSite, site_id, kept));
  for (const int64_t id : gone) {
    CIS_ASSIGN_OR_RETURN(const StoredShare stored, LoadShareRow(db, id));
    Share share = stored.share;
    share.configured = false;
    CIS_RETURN_IF_ERROR(
        PutShare(db, log, stored.endpoint_id, share, Origin::kConfiguration).status());
  }
  return !gone.empty();
}

absl::StatusOr<bool> UnconfigureEndpoints(Connection& db, TransactionLog& log, int64_t site_id,
                                          const std::set<int64_t>& kept) {
  CIS_ASSIGN_OR_RETURN(const std::vector<int64_t> gone,
                       OtherIds(db, sql::kConfiguredEndpointsOfSite, site_id, kept));
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kUnconfigureEndpoint));
  for (const int64_t id : gone) {
    drop->BindInt("id", id);
    CIS_RETURN_IF_ERROR(drop->Run());
    log.NoteFields("endpoint", id, {{"configured", "1"}});
  }
  return !gone.empty();
}

// The configuration of one site.
struct ConfiguredSite {
  Site site;
  std::vector<Share> shares;
};

// Returns whether anything changed, and the site's row.
absl::StatusOr<PutRow> ConfigureSite(Connection& db, TransactionLog& log,
                                     const ConfiguredSite& configured) {
  CIS_ASSIGN_OR_RETURN(PutRow site, PutSite(db, log, configured.site, Origin::kConfiguration));
  std::set<int64_t> endpoint_ids;
  std::set<int64_t> share_ids;
  for (const Share& listed : configured.shares) {
    Share share = listed;
    share.configured = true;
    share.endpoint.configured = true;
    CIS_ASSIGN_OR_RETURN(const PutRow endpoint,
                         PutEndpoint(db, log, site.id, share.endpoint, Origin::kConfiguration));
    CIS_ASSIGN_OR_RETURN(const PutRow row,
                         PutShare(db, log, endpoint.id, share, Origin::kConfiguration));
    endpoint_ids.insert(endpoint.id);
    share_ids.insert(row.id);
    site.changed = site.changed || endpoint.changed || row.changed;
  }
  CIS_ASSIGN_OR_RETURN(const bool shares_gone, UnconfigureShares(db, log, site.id, share_ids));
  CIS_ASSIGN_OR_RETURN(const bool endpoints_gone,
                       UnconfigureEndpoints(db, log, site.id, endpoint_ids));
  site.changed = site.changed || shares_gone || endpoints_gone;
  return site;
}

}  // namespace

absl::Status SqliteWriter::ChangeShare(
    const Share& share, Kind kind, ChangeCause cause,
    absl::FunctionRef<absl::Status(TransactionLog&, const ShareRowIds&)> change) {
  return Annotate(db_->Write([&]() -> absl::Status {
    TransactionLog log(cause);
    CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    CIS_ASSIGN_OR_RETURN(const ShareRowIds row, PutCrawledShare(*db_, log, share));
    CIS_RETURN_IF_ERROR(change(log, row));
    CIS_RETURN_IF_ERROR(TouchSite(*db_, row.site_id));
    return log.Write(*db_, clock_->Now());
  }),
                  share, kind);
}

absl::Status SqliteWriter::ChangeCrawls(absl::FunctionRef<absl::Status()> change) {
  return db_->Write([&]() -> absl::Status {
    CIS_RETURN_IF_ERROR(change());
    CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    return TransactionLog(ChangeCause::kSite).Write(*db_, clock_->Now());
  });
}

absl::Status SqliteWriter::ChangeRegistry(absl::FunctionRef<absl::Status()> change) {
  return db_->Write([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const int64_t before, db_->QueryInt(sql::kGeneration));
    CIS_RETURN_IF_ERROR(change());
    CIS_ASSIGN_OR_RETURN(const int64_t after, db_->QueryInt(sql::kGeneration));
    if (before == after) return absl::OkStatus();
    CIS_CHECK(after > before, "generations increase");
    return TransactionLog(ChangeCause::kSite).Write(*db_, clock_->Now());
  });
}

absl::Status SqliteWriter::ChangeEndpoint(
    const Endpoint& endpoint, absl::FunctionRef<absl::Status(int64_t endpoint_id)> change) {
  return db_->Write([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const std::optional<EndpointRowIds> row, FindEndpointRow(*db_, endpoint));
    if (!row.has_value()) return absl::OkStatus();
    CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    CIS_RETURN_IF_ERROR(change(row->endpoint_id));
    CIS_RETURN_IF_ERROR(TouchSite(*db_, row->site_id));
    return TransactionLog(ChangeCause::kSite).Write(*db_, clock_->Now());
  });
}

absl::StatusOr<int64_t> SqliteWriter::BeginCrawl(absl::Time start_time) {
  int64_t crawl_id = 0;
  CIS_RETURN_IF_ERROR(ChangeCrawls([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(Statement * add, db_->Use(sql::kAddCrawl));
    RowBinder bind(*add);
    bind("start_time_us", start_time);
    CIS_ASSIGN_OR_RETURN(crawl_id, RunForId(*add));
    return absl::OkStatus();
  }));
  return crawl_id;
}

absl::Status SqliteWriter::EndCrawl(const Crawl& crawl) {
  CIS_RETURN_IF_ERROR(ChangeCrawls([&]() -> absl::Status {
    CIS_RETURN_IF_ERROR(CheckCrawl(*db_, crawl.id));
    CIS_ASSIGN_OR_RETURN(Statement * end, db_->Use(sql::kEndCrawl));
    RowBinder bind(*end);
    bind("end_time_us", crawl.end_time);
    bind("share_count", crawl.share_count);
    bind("refreshed_count", crawl.refreshed_count);
    bind("failed_count", crawl.failed_count);
    bind("request_count", crawl.request_count);
    bind("backing_off_count", crawl.backing_off_count);
    bind("error_counts", crawl.error_counts);
    bind("limit_hits", crawl.limit_hits);
    bind("id", crawl.id);
    return end->Run();
  }));
  // Between crawls, the database file alone contains everything. If a reader prevents that, the
  // next crawl does it.
  db_->Execute("PRAGMA wal_checkpoint(TRUNCATE)").IgnoreError();
  return absl::OkStatus();
}

absl::Status SqliteWriter::ReplaceConfiguration(absl::Span<const Site> sites,
                                                absl::Span<const Share> shares) {
  std::map<std::string, ConfiguredSite> by_name;
  for (const Site& site : sites) by_name[site.name].site = site;
  for (const Share& share : shares) {
    ConfiguredSite& configured = by_name[share.endpoint.site_name];
    configured.site.name = share.endpoint.site_name;
    configured.shares.push_back(share);
  }
  return db_->Write([&]() -> absl::Status {
    TransactionLog log(ChangeCause::kConfiguration);
    std::vector<int64_t> changed;
    for (const auto& [name, configured] : by_name) {
      CIS_ASSIGN_OR_RETURN(const PutRow row, ConfigureSite(*db_, log, configured));
      if (row.changed) changed.push_back(row.id);
    }
    // A crawl repeats its configuration; readers need not reload what did not change.
    if (changed.empty()) return absl::OkStatus();
    CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    for (const int64_t site_id : changed) CIS_RETURN_IF_ERROR(TouchSite(*db_, site_id));
    return log.Write(*db_, clock_->Now());
  });
}

absl::Status SqliteWriter::ReplaceRecords(int64_t crawl_id, const Observation& observation,
                                          const RecordSet& records, int64_t request_count) {
  CIS_RETURN_IF_ERROR(CheckSet(observation, records));
  Attempt attempt;
  attempt.kind = records.kind;
  attempt.time = IsKnown(records.observe_time) ? records.observe_time : observation.fetch_time;
  if (!IsKnown(attempt.time)) {
    return absl::InvalidArgumentError(absl::StrCat("records of ", FormatKind(records.kind),
                                                   " need the time at which they were observed"));
  }
  attempt.message = SummarizeSkipped(records.skipped_reasons);
  attempt.record_count = RecordCount(records);
  attempt.skipped_count = records.skipped_count;
  attempt.remarks = records.remarks;
  attempt.request_count = request_count;
  return ChangeShare(records.share, records.kind, ChangeCause::kSite,
                     [&](TransactionLog& log, const ShareRowIds& row) -> absl::Status {
                       CIS_ASSIGN_OR_RETURN(const bool same_answer,
                                            ReplaceObservation(*db_, row.share_id, observation));
                       // The answer is the same and was read differently: the rules changed, not
                       // the site.
                       if (same_answer) log.set_cause(ChangeCause::kRules);
                       CIS_RETURN_IF_ERROR(ReplaceListing(*db_, log, row, records, attempt.time));
                       return PutAttempt(*db_, log, crawl_id, row, records.share, attempt);
                     });
}

absl::Status SqliteWriter::RecordFailure(int64_t crawl_id, const Share& share, Kind kind,
                                         ErrorClass error, absl::string_view message,
                                         absl::Time time, int64_t request_count) {
  if (error == ErrorClass::kNone) {
    return absl::InvalidArgumentError("a failure needs an error class other than none");
  }
  Attempt attempt;
  attempt.kind = kind;
  attempt.time = time;
  attempt.error = error;
  attempt.message = std::string(message);
  attempt.request_count = request_count;
  return ChangeShare(share, kind, ChangeCause::kSite,
                     [&](TransactionLog& log, const ShareRowIds& row) {
                       return PutAttempt(*db_, log, crawl_id, row, share, attempt);
                     });
}

absl::Status SqliteWriter::RecordNotAsked(int64_t crawl_id, const Share& share,
                                          absl::string_view message, absl::Time time) {
  CrawlResult result;
  result.kind = Kind::kAuth;
  result.end_time = time;
  result.error = ErrorClass::kBackingOff;
  result.error_message = std::string(message);
  return Annotate(db_->Write([&]() -> absl::Status {
    TransactionLog log(ChangeCause::kSite);
    CIS_ASSIGN_OR_RETURN(const ShareRowIds row, PutCrawledShare(*db_, log, share));
    CIS_RETURN_IF_ERROR(PutCrawlResult(*db_, crawl_id, row.share_id, result));
    CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    return log.Write(*db_, clock_->Now());
  }),
                  share, Kind::kAuth);
}

absl::Status SqliteWriter::RecordLogin(int64_t crawl_id, const Share& share, absl::Time time,
                                       int64_t request_count) {
  Share authenticated = share;
  authenticated.support = VoSupport::kAuthenticated;
  authenticated.support_time = time;
  Attempt attempt;
  attempt.kind = Kind::kAuth;
  attempt.time = time;
  attempt.request_count = request_count;
  return ChangeShare(authenticated, Kind::kAuth, ChangeCause::kSite,
                     [&](TransactionLog& log, const ShareRowIds& row) {
                       return PutAttempt(*db_, log, crawl_id, row, authenticated, attempt);
                     });
}

absl::Status SqliteWriter::ReplaceRegistry(const RegistryUpdate& update) {
  if (!IsKnown(update.time)) {
    return absl::InvalidArgumentError(absl::StrCat("the registry's ",
                                                   FormatRegistryPart(update.part),
                                                   " need the time at which they were read"));
  }
  return ChangeRegistry([&] { return PutRegistry(*db_, update); });
}

absl::Status SqliteWriter::RecordRegistryFailure(RegistryPart part, ErrorClass error,
                                                 absl::string_view message, absl::Time time) {
  if (error == ErrorClass::kNone) {
    return absl::InvalidArgumentError("a failure needs an error class other than none");
  }
  return ChangeRegistry([&] { return PutRegistryFailure(*db_, part, error, message, time); });
}

absl::Status SqliteWriter::ReplaceSiteProblems(absl::Span<const SiteProblem> problems,
                                               absl::Time time) {
  return ChangeRegistry([&] { return PutSiteProblems(*db_, problems, time).status(); });
}

absl::Status SqliteWriter::PutOffers(const Share& share, absl::Span<const OfferedProject> projects,
                                     absl::Time time) {
  return ChangeEndpoint(share.endpoint, [&](int64_t endpoint_id) {
    return PutOfferedProjects(*db_, endpoint_id, projects, time);
  });
}

absl::Status SqliteWriter::DropOffers(const Share& share, absl::Time time) {
  return ChangeEndpoint(share.endpoint, [&](int64_t endpoint_id) {
    return DropOfferedProjects(*db_, endpoint_id, time);
  });
}

absl::Status SqliteWriter::ForEachObservation(
    const std::function<absl::Status(const Observation&)>& use) {
  // Read the keys first, so that `use` may write.
  CIS_ASSIGN_OR_RETURN(const std::vector<ObservationKey> keys, ObservationKeys(*db_));
  for (const ObservationKey& key : keys) {
    CIS_ASSIGN_OR_RETURN(const Observation observation, LoadObservation(*db_, key));
    CIS_RETURN_IF_ERROR(use(observation));
  }
  return absl::OkStatus();
}

absl::Status SqliteWriter::Renormalize(const Observation& observation, const RecordSet& records) {
  CIS_RETURN_IF_ERROR(CheckSet(observation, records));
  const Share& share = observation.share;
  return ChangeShare(
      share, records.kind, ChangeCause::kRules,
      [&](TransactionLog& log, const ShareRowIds& row) -> absl::Status {
        CIS_ASSIGN_OR_RETURN(const absl::Time stored_time,
                             ObservationTime(*db_, {row.share_id, records.kind}));
        if (stored_time != StoredTime(observation.fetch_time)) {
          return absl::AbortedError(
              "a crawl stored a newer observation meanwhile; begin again with that one");
        }
        CIS_RETURN_IF_ERROR(ReplaceListing(*db_, log, row, records, stored_time));
        return PutReading(*db_, log, row.share_id, records.kind, records.skipped_count,
                          records.remarks);
      });
}

}  // namespace cis
