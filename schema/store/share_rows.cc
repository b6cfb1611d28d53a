// SPDX-License-Identifier: Apache-2.0
#include "schema/store/share_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"
#include "schema/model/change_diff.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

// A site's error page must not fill the history.

void TakeIfKnown(const std::string& found, std::string* stored) {
  if (!found.empty()) *stored = found;
}

// Reads the record of `find` into `record`; false = there is none.
template <typename Record>
absl::StatusOr<bool> ReadOne(Statement& find, Record* record, int64_t* id) {
  CIS_ASSIGN_OR_RETURN(const bool found, find.Step());
  if (!found) return false;
  *id = find.Int("id");
  RowReader reader(find);
  VisitFields(reader, *record);
  find.Reset();
  return true;
}

// Writes `record` unless the row holds it already.
template <typename Record>
absl::StatusOr<PutRow> PutIfChanged(Statement& put, TransactionLog& log, absl::string_view noun,
                                    bool found, int64_t id, const Record& stored,
                                    const Record& record) {
  if (found && stored == record) return PutRow{id, false};
  BindFields(put, record);
  CIS_ASSIGN_OR_RETURN(const int64_t put_id, RunForId(put));
  if (found) {
    log.NoteChanged(noun, put_id, stored, record);
  } else {
    log.NoteCreated(noun, put_id);
  }
  return PutRow{put_id, true};
}

std::string StateNoun(Kind kind) { return absl::StrCat("share_kind/", FormatKind(kind)); }

absl::StatusOr<int64_t> PutVo(Connection& db, const std::string& name) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::kFindVo));
  find->BindText("name", name);
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) {
    CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::kAddVo));
    add->BindText("name", name);
    CIS_RETURN_IF_ERROR(add->Run());
    return RunForId(*find);
  }
  const int64_t id = find->Int("id");
  find->Reset();
  return id;
}

}  // namespace

absl::StatusOr<std::optional<KindState>> FindKindState(Connection& db, int64_t share_id,
                                                       Kind kind) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindKindState()));
  find->BindInt("share_id", share_id);
  find->BindText("kind", FormatKind(kind));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return std::nullopt;
  KindState state;
  RowReader reader(*find);
  VisitFields(reader, state);
  find->Reset();
  return state;
}

absl::StatusOr<int64_t> RunForId(Statement& statement) {
  CIS_ASSIGN_OR_RETURN(const bool has_row, statement.Step());
  if (!has_row) return absl::InternalError("a row that was just written is missing");
  const int64_t id = statement.Int("id");
  statement.Reset();
  return id;
}

Endpoint MergeEndpoint(const Endpoint& stored, const Endpoint& found, Origin origin) {
  Endpoint merged = stored;
  TakeIfKnown(found.resolved_region, &merged.resolved_region);
  TakeIfKnown(found.protocol, &merged.protocol);
  for (const auto& [catalog_url, base] : found.service_bases) {
    merged.service_bases[catalog_url] = base;
  }
  if (origin == Origin::kConfiguration) merged.configured = found.configured;
  return merged;
}

Share MergeShare(const Share& stored, const Share& found, Origin origin) {
  Share merged = stored;
  TakeIfKnown(found.project_id, &merged.project_id);
  TakeIfKnown(found.project_name, &merged.project_name);
  TakeIfKnown(found.user_domain, &merged.user_domain);
  if (origin == Origin::kConfiguration) {
    merged.configured = found.configured;
    merged.discovered = found.discovered;
  }
  // Only a crawl knows whether a login worked, not the configuration.
  if (origin == Origin::kCrawl && found.support != VoSupport::kUnknown) {
    merged.support = found.support;
    merged.support_time = StoredTime(found.support_time);
  }
  return merged;
}

absl::StatusOr<PutRow> PutSite(Connection& db, TransactionLog& log, const Site& site,
                               Origin origin) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindSite()));
  find->BindText("name", site.name);
  Site stored;
  int64_t id = 0;
  CIS_ASSIGN_OR_RETURN(const bool found, ReadOne(*find, &stored, &id));
  Site merged = found ? stored : site;
  TakeIfKnown(site.country_code, &merged.country_code);
  if (origin == Origin::kConfiguration) merged.configured = site.configured;
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutSite()));
  return PutIfChanged(*put, log, "site", found, id, stored, merged);
}

absl::StatusOr<PutRow> PutEndpoint(Connection& db, TransactionLog& log, int64_t site_id,
                                   const Endpoint& endpoint, Origin origin) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindEndpoint()));
  find->BindInt("site_id", site_id);
  find->BindText("keystone_url", endpoint.keystone_url);
  find->BindText("region", endpoint.region);
  Endpoint stored;
  stored.site_name = endpoint.site_name;
  int64_t id = 0;
  CIS_ASSIGN_OR_RETURN(const bool found, ReadOne(*find, &stored, &id));
  const Endpoint merged = found ? MergeEndpoint(stored, endpoint, origin) : endpoint;
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutEndpoint()));
  put->BindInt("site_id", site_id);
  return PutIfChanged(*put, log, "endpoint", found, id, stored, merged);
}

absl::StatusOr<PutRow> PutShare(Connection& db, TransactionLog& log, int64_t endpoint_id,
                                const Share& share, Origin origin) {
  CIS_ASSIGN_OR_RETURN(const int64_t vo_id, PutVo(db, share.vo));
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindShare()));
  find->BindInt("endpoint_id", endpoint_id);
  find->BindInt("vo_id", vo_id);
  find->BindText("project_key", share.project_key);
  Share stored;
  stored.endpoint = share.endpoint;
  stored.vo = share.vo;
  int64_t id = 0;
  CIS_ASSIGN_OR_RETURN(const bool found, ReadOne(*find, &stored, &id));
  const Share merged = found ? MergeShare(stored, share, origin) : share;
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutShare()));
  put->BindInt("endpoint_id", endpoint_id);
  put->BindInt("vo_id", vo_id);
  CIS_ASSIGN_OR_RETURN(const PutRow row,
                       PutIfChanged(*put, log, "share", found, id, stored, merged));
  for (Change& change : DiffShares(found ? &stored : nullptr, merged)) {
    const bool configured =
        change.event == ChangeEvent::kConfigured || change.event == ChangeEvent::kUnconfigured;
    log.AddShareChange(endpoint_id, row.id, std::move(change),
                       configured && origin == Origin::kConfiguration ? ChangeCause::kConfiguration
                                                                      : ChangeCause::kSite);
  }
  return row;
}

absl::StatusOr<ShareRowIds> PutCrawledShare(Connection& db, TransactionLog& log,
                                            const Share& share) {
  Site site;
  site.name = share.endpoint.site_name;
  site.configured = share.configured;
  CIS_ASSIGN_OR_RETURN(const PutRow site_row, PutSite(db, log, site, Origin::kCrawl));
  CIS_ASSIGN_OR_RETURN(const PutRow endpoint_row,
                       PutEndpoint(db, log, site_row.id, share.endpoint, Origin::kCrawl));
  CIS_ASSIGN_OR_RETURN(const PutRow share_row,
                       PutShare(db, log, endpoint_row.id, share, Origin::kCrawl));
  return ShareRowIds{site_row.id, endpoint_row.id, share_row.id};
}

absl::StatusOr<std::optional<EndpointRowIds>> FindEndpointRow(Connection& db,
                                                              const Endpoint& endpoint) {
  CIS_ASSIGN_OR_RETURN(Statement * find_site, db.Use(sql::FindSite()));
  find_site->BindText("name", endpoint.site_name);
  Site site;
  EndpointRowIds row;
  CIS_ASSIGN_OR_RETURN(const bool has_site, ReadOne(*find_site, &site, &row.site_id));
  if (!has_site) return std::nullopt;
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindEndpoint()));
  find->BindInt("site_id", row.site_id);
  find->BindText("keystone_url", endpoint.keystone_url);
  find->BindText("region", endpoint.region);
  Endpoint stored;
  CIS_ASSIGN_OR_RETURN(const bool found, ReadOne(*find, &stored, &row.endpoint_id));
  if (!found) return std::nullopt;
  return row;
}

absl::Status BumpGeneration(Connection& db) {
  CIS_ASSIGN_OR_RETURN(Statement * bump, db.Use(sql::kBumpGeneration));
  return bump->Run();
}

absl::Status TouchSite(Connection& db, int64_t site_id) {
  CIS_ASSIGN_OR_RETURN(Statement * touch, db.Use(sql::kTouchSite));
  touch->BindInt("id", site_id);
  return touch->Run();
}

KindState NextKindState(const KindState& before, const Attempt& attempt) {
  KindState after = before;
  after.kind = attempt.kind;
  after.attempt_time = attempt.time;
  after.error = attempt.error;
  if (attempt.error == ErrorClass::kNone) {
    after.error_message.clear();
    after.success_time = attempt.time;
    after.failing_since = absl::InfinitePast();
    after.failure_count = 0;
    after.skipped_count = attempt.skipped_count;
    after.remarks = attempt.remarks;
    return after;
  }
  after.error_message = std::string(CutUtf8(attempt.message, kMaxMessageBytes));
  if (before.failure_count == 0) after.failing_since = attempt.time;
  ++after.failure_count;
  return after;
}

absl::Status PutAttempt(Connection& db, TransactionLog& log, int64_t crawl_id,
                        const ShareRowIds& row, const Share& share, const Attempt& attempt) {
  CIS_RETURN_IF_ERROR(CheckCrawl(db, crawl_id));
  const int64_t share_id = row.share_id;
  CIS_ASSIGN_OR_RETURN(const std::optional<KindState> stored,
                       FindKindState(db, share_id, attempt.kind));
  const KindState before = stored.value_or(KindState());
  const KindState after = NextKindState(before, attempt);
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutKindState()));
  put->BindInt("share_id", share_id);
  BindFields(*put, after);
  CIS_RETURN_IF_ERROR(put->Run());
  const std::string noun = StateNoun(attempt.kind);
  if (stored) {
    log.NoteChanged(noun, share_id, before, after);
  } else {
    log.NoteCreated(noun, share_id);
  }
  for (Change& change : DiffKindStates(share, before, after)) {
    log.AddShareChange(row.endpoint_id, share_id, std::move(change), ChangeCause::kSite);
  }

  CrawlResult result;
  result.kind = attempt.kind;
  result.end_time = attempt.time;
  result.error = attempt.error;
  result.error_message = std::string(CutUtf8(attempt.message, kMaxMessageBytes));
  result.record_count = attempt.record_count;
  result.skipped_count = attempt.skipped_count;
  result.request_count = attempt.request_count;
  return PutCrawlResult(db, crawl_id, share_id, result);
}

absl::Status PutCrawlResult(Connection& db, int64_t crawl_id, int64_t share_id,
                            const CrawlResult& result) {
  CIS_RETURN_IF_ERROR(CheckCrawl(db, crawl_id));
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::PutCrawlResult()));
  add->BindInt("crawl_id", crawl_id);
  add->BindInt("share_id", share_id);
  BindFields(*add, result);
  return add->Run();
}

absl::Status PutReading(Connection& db, TransactionLog& log, int64_t share_id, Kind kind,
                        int64_t skipped_count, const std::vector<std::string>& remarks) {
  CIS_ASSIGN_OR_RETURN(const std::optional<KindState> before, FindKindState(db, share_id, kind));
  if (!before) return absl::OkStatus();
  KindState after = *before;
  after.skipped_count = skipped_count;
  after.remarks = remarks;
  if (after == *before) return absl::OkStatus();
  log.NoteChanged(StateNoun(kind), share_id, *before, after);
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::kPutReading));
  RowBinder bind(*put);
  bind("skipped_count", skipped_count);
  bind("remarks", remarks);
  bind("share_id", share_id);
  bind("kind", kind);
  return put->Run();
}

absl::Status CheckCrawl(Connection& db, int64_t crawl_id) {
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::kFindCrawl));
  find->BindInt("id", crawl_id);
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  find->Reset();
  if (found) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "crawl ", crawl_id, " is not in the history; use the id that BeginCrawl returned"));
}

}  // namespace cis
