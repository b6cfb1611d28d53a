#include "schema/store/sqlite_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/status_macros.h"
#include "schema/model/catalog.h"
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

// "CESGA-CLOUD vo.access.egi.eu flavors: " before what went wrong.
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

// Why records were skipped, for the history. A few tell as much as all.
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

// One change of one share: bumps the generation around `change`.
absl::Status ChangeShare(Connection& db, const Share& share, Kind kind,
                         absl::FunctionRef<absl::Status(const ShareRowIds&)> change) {
  return Annotate(db.Write([&]() -> absl::Status {
    CIS_RETURN_IF_ERROR(BumpGeneration(db));
    CIS_ASSIGN_OR_RETURN(const ShareRowIds row, PutCrawledShare(db, share));
    CIS_RETURN_IF_ERROR(change(row));
    return TouchSite(db, row.site_id);
  }),
                  share, kind);
}

// One change of an endpoint that is in the store: bumps the generation around `change`. Does
// nothing if there is no such endpoint.
absl::Status ChangeEndpoint(Connection& db, const Endpoint& endpoint,
                            absl::FunctionRef<absl::Status(int64_t endpoint_id)> change) {
  return db.Write([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const std::optional<EndpointRowIds> row, FindEndpointRow(db, endpoint));
    if (!row.has_value()) return absl::OkStatus();
    CIS_RETURN_IF_ERROR(BumpGeneration(db));
    CIS_RETURN_IF_ERROR(change(row->endpoint_id));
    return TouchSite(db, row->site_id);
  });
}

// Ids that `list` gives for the site and that are not in `kept` go through `unconfigure`.
absl::StatusOr<bool> UnconfigureOthers(Connection& db, const char* list, const char* unconfigure,
                                       int64_t site_id, const std::set<int64_t>& kept) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(list));
  find->BindInt("site_id", site_id);
  std::vector<int64_t> gone;
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, find->Step());
    if (!more) break;
    const int64_t id = find->Int("id");
    if (!kept.contains(id)) gone.push_back(id);
  }
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(unconfigure));
  for (const int64_t id : gone) {
    drop->BindInt("id", id);
    CIS_RETURN_IF_ERROR(drop->Run());
  }
  return !gone.empty();
}

// What a configuration says of one site.
struct ConfiguredSite {
  Site site;
  std::vector<Share> shares;
};

// Returns whether anything changed, and the site's row.
absl::StatusOr<PutRow> ConfigureSite(Connection& db, const ConfiguredSite& configured) {
  CIS_ASSIGN_OR_RETURN(PutRow site, PutSite(db, configured.site, Origin::kConfiguration));
  std::set<int64_t> endpoint_ids;
  std::set<int64_t> share_ids;
  for (const Share& listed : configured.shares) {
    Share share = listed;
    share.configured = true;
    share.endpoint.configured = true;
    CIS_ASSIGN_OR_RETURN(const PutRow endpoint,
                         PutEndpoint(db, site.id, share.endpoint, Origin::kConfiguration));
    CIS_ASSIGN_OR_RETURN(const PutRow row,
                         PutShare(db, endpoint.id, share, Origin::kConfiguration));
    endpoint_ids.insert(endpoint.id);
    share_ids.insert(row.id);
    site.changed = site.changed || endpoint.changed || row.changed;
  }
  CIS_ASSIGN_OR_RETURN(const bool shares_gone,
                       UnconfigureOthers(db, sql::kConfiguredSharesOfSite, sql::kUnconfigureShare,
                                         site.id, share_ids));
  CIS_ASSIGN_OR_RETURN(const bool endpoints_gone,
                       UnconfigureOthers(db, sql::kConfiguredEndpointsOfSite,
                                         sql::kUnconfigureEndpoint, site.id, endpoint_ids));
  site.changed = site.changed || shares_gone || endpoints_gone;
  return site;
}

}  // namespace

absl::StatusOr<int64_t> SqliteWriter::BeginCrawl(absl::Time start_time) {
  int64_t crawl_id = 0;
  CIS_RETURN_IF_ERROR(db_->Write([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(Statement * add, db_->Use(sql::kAddCrawl));
    RowBinder bind(*add);
    bind("start_time_us", start_time);
    CIS_ASSIGN_OR_RETURN(crawl_id, RunForId(*add));
    CIS_ASSIGN_OR_RETURN(Statement * drop, db_->Use(sql::kDropOldCrawls));
    drop->BindInt("kept_count", kMaxCrawls);
    CIS_RETURN_IF_ERROR(drop->Run());
    return BumpGeneration(*db_);
  }));
  return crawl_id;
}

absl::Status SqliteWriter::EndCrawl(const Crawl& crawl) {
  CIS_RETURN_IF_ERROR(db_->Write([&]() -> absl::Status {
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
    CIS_RETURN_IF_ERROR(end->Run());
    return BumpGeneration(*db_);
  }));
  // Between crawls the file alone holds everything. A reader may be in the way; that is no harm,
  // the next crawl does it.
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
    std::vector<int64_t> changed;
    for (const auto& [name, configured] : by_name) {
      CIS_ASSIGN_OR_RETURN(const PutRow row, ConfigureSite(*db_, configured));
      if (row.changed) changed.push_back(row.id);
    }
    // A crawl repeats its configuration; readers need not load what stayed the same.
    if (!changed.empty()) CIS_RETURN_IF_ERROR(BumpGeneration(*db_));
    for (const int64_t site_id : changed) CIS_RETURN_IF_ERROR(TouchSite(*db_, site_id));
    return absl::OkStatus();
  });
}

absl::Status SqliteWriter::ReplaceRecords(int64_t crawl_id, const Observation& observation,
                                          const RecordSet& records, int64_t request_count) {
  CIS_RETURN_IF_ERROR(CheckSet(observation, records));
  Attempt attempt;
  attempt.kind = records.kind;
  attempt.time =
      records.observe_time == absl::InfinitePast() ? observation.fetch_time : records.observe_time;
  if (attempt.time == absl::InfinitePast()) {
    return absl::InvalidArgumentError(absl::StrCat("records of ", FormatKind(records.kind),
                                                   " need the time at which they were observed"));
  }
  attempt.message = SummarizeSkipped(records.skipped_reasons);
  attempt.record_count = RecordCount(records);
  attempt.skipped_count = records.skipped_count;
  attempt.request_count = request_count;
  return ChangeShare(*db_, records.share, records.kind,
                     [&](const ShareRowIds& row) -> absl::Status {
                       CIS_RETURN_IF_ERROR(ReplaceListing(*db_, row, records, attempt.time));
                       CIS_RETURN_IF_ERROR(ReplaceObservation(*db_, row.share_id, observation));
                       return PutAttempt(*db_, crawl_id, row.share_id, attempt);
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
  return ChangeShare(*db_, share, kind, [&](const ShareRowIds& row) {
    return PutAttempt(*db_, crawl_id, row.share_id, attempt);
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
    CIS_ASSIGN_OR_RETURN(const ShareRowIds row, PutCrawledShare(*db_, share));
    return PutCrawlResult(*db_, crawl_id, row.share_id, result);
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
  return ChangeShare(*db_, authenticated, Kind::kAuth, [&](const ShareRowIds& row) {
    return PutAttempt(*db_, crawl_id, row.share_id, attempt);
  });
}

absl::Status SqliteWriter::ReplaceRegistry(const RegistryUpdate& update) {
  if (update.time == absl::InfinitePast()) {
    return absl::InvalidArgumentError(absl::StrCat("the registry's ",
                                                   FormatRegistryPart(update.part),
                                                   " need the time at which they were read"));
  }
  return db_->Write([&] { return PutRegistry(*db_, update); });
}

absl::Status SqliteWriter::RecordRegistryFailure(RegistryPart part, ErrorClass error,
                                                 absl::string_view message, absl::Time time) {
  if (error == ErrorClass::kNone) {
    return absl::InvalidArgumentError("a failure needs an error class other than none");
  }
  return db_->Write([&] { return PutRegistryFailure(*db_, part, error, message, time); });
}

absl::Status SqliteWriter::ReplaceSiteProblems(absl::Span<const SiteProblem> problems,
                                               absl::Time time) {
  return db_->Write([&] { return PutSiteProblems(*db_, problems, time).status(); });
}

absl::Status SqliteWriter::PutOffers(const Share& share, absl::Span<const OfferedProject> projects,
                                     absl::Time time) {
  return ChangeEndpoint(*db_, share.endpoint, [&](int64_t endpoint_id) {
    return PutOfferedProjects(*db_, endpoint_id, projects, time);
  });
}

absl::Status SqliteWriter::DropOffers(const Share& share, absl::Time time) {
  return ChangeEndpoint(*db_, share.endpoint, [&](int64_t endpoint_id) {
    return DropOfferedProjects(*db_, endpoint_id, time);
  });
}

absl::Status SqliteWriter::ForEachObservation(
    const std::function<absl::Status(const Observation&)>& use) {
  // Keys first, so that `use` may write.
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
  return ChangeShare(*db_, share, records.kind, [&](const ShareRowIds& row) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const absl::Time stored_time,
                         ObservationTime(*db_, {row.share_id, records.kind}));
    if (stored_time != StoredTime(observation.fetch_time)) {
      return absl::AbortedError(
          "a crawl stored a newer observation meanwhile; begin again with that one");
    }
    CIS_RETURN_IF_ERROR(ReplaceListing(*db_, row, records, stored_time));
    return PutSkippedCount(*db_, row.share_id, records.kind, records.skipped_count);
  });
}

}  // namespace cis
