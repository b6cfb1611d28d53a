// SPDX-License-Identifier: Apache-2.0
#include "server/service/change_handlers.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cis/internal/resume_token.pb.h"
#include "schema/base/log.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"
#include "schema/model/known.h"
#include "server/query/page_token.h"
#include "server/service/change_to_proto.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/service/list_page.h"
#include "server/service/lookup.h"
#include "server/service/placement_errors.h"
#include "server/service/proto_values.h"

namespace cis::server {
namespace {

// Entries of a list of names.
constexpr int kMaxNames = 100;
constexpr size_t kMaxResumeTokenBytes = 200;
// Batches that one request reads to find changes that the caller may see.
constexpr int kMaxRounds = 20;
constexpr absl::string_view kAllSites = "sites/-";

absl::Status CheckCount(absl::string_view field, int count) {
  if (count <= kMaxNames) return absl::OkStatus();
  return RequestTooLargeError(field, count, kMaxNames, "entries");
}

// The site that a GOCDB name or `sites/{site}` means.
absl::StatusOr<std::string> ResolveSiteName(const Snapshot& snapshot, const std::string& text) {
  absl::string_view id = text;
  const SiteCatalog* site =
      absl::ConsumePrefix(&id, "sites/") ? snapshot.FindSiteById(id) : snapshot.FindSite(text);
  if (site != nullptr) return site->site.name;
  std::vector<std::string> known;
  for (const auto& index : snapshot.sites()) known.push_back(index->site()->site.name);
  return ResourceNotFoundError("sites", text, NearestNames(text, known, 3));
}

// Nothing for a value that this server does not know, and for UNSPECIFIED.
std::optional<ChangeKind> ChangeKindOf(v1::ChangeKind kind) {
  for (const ChangeKind one : kAllChangeKinds) {
    if (ChangeKindToProto(one) == kind) return one;
  }
  return std::nullopt;
}

absl::Status SitesBelowOneSiteError(absl::string_view parent) {
  return InvalidFieldError(
      "CONFLICTING_FIELDS", "sites",
      absl::StrCat("sites is set and parent is \"", parent.substr(0, 100),
                   "\"; sites choose among all sites, so parent must be ", kAllSites),
      {{"parent", std::string(parent.substr(0, 100))}});
}

// The filters of both methods.
template <typename Request>
absl::StatusOr<ChangeQuery> ParseFilters(const Snapshot& snapshot, const Request& request) {
  ChangeQuery query;
  CIS_RETURN_IF_ERROR(CheckCount("sites", request.sites_size()));
  CIS_RETURN_IF_ERROR(CheckCount("vos", request.vos_size()));
  CIS_RETURN_IF_ERROR(CheckCount("kinds", request.kinds_size()));
  CIS_ASSIGN_OR_RETURN(const std::vector<const SiteIndex*> parents,
                       ResolveParent(snapshot, request.parent()));
  if (request.parent() != kAllSites) {
    if (!request.sites().empty()) return SitesBelowOneSiteError(request.parent());
    query.site_names.push_back(parents.front()->site()->site.name);
  }
  for (const std::string& text : request.sites()) {
    CIS_ASSIGN_OR_RETURN(query.site_names.emplace_back(), ResolveSiteName(snapshot, text));
  }
  const absl::Span<const std::string> vos = snapshot.vo_names();
  for (const std::string& vo : request.vos()) {
    if (!std::binary_search(vos.begin(), vos.end(), vo)) {
      return ResourceNotFoundError(
          "vos", vo, NearestNames(vo, std::vector<std::string>(vos.begin(), vos.end()), 3));
    }
    query.vos.push_back(vo);
  }
  for (const int number : request.kinds()) {
    const auto kind = ChangeKindOf(static_cast<v1::ChangeKind>(number));
    if (!kind) return UnknownEnumValueError("kinds", number, "ChangeKind");
    query.kinds.push_back(*kind);
  }
  return query;
}

// Returns the entry that the previous page ended with.
absl::StatusOr<int64_t> ParsePosition(const std::string& token, uint64_t fingerprint,
                                      int64_t database_id) {
  const absl::StatusOr<PageCursor> cursor = ParsePageToken(token, fingerprint, database_id);
  if (!cursor.ok()) return PageTokenError(cursor.status());
  int64_t id = 0;
  if (cursor->last_key.size() != 1 || !absl::SimpleAtoi(cursor->last_key[0], &id)) {
    return PageTokenError(NotAPageToken());
  }
  return id;
}

using MaySee = std::function<bool(const Change&)>;

void RemoveHidden(const MaySee& may_see, std::vector<Change>* changes) {
  if (may_see == nullptr) return;
  const auto is_hidden = [&may_see](const Change& change) { return !may_see(change); };
  changes->erase(std::remove_if(changes->begin(), changes->end(), is_hidden), changes->end());
}

// Reads until `query.limit` changes that may be seen are found, or all were read. Of a long journal
// of others' changes a part is read, and the id of the last one is returned; 0 otherwise.
absl::StatusOr<int64_t> ReadVisible(HistoryReader& reader, ChangeQuery query, const MaySee& may_see,
                                    std::vector<Change>* changes) {
  const auto limit = static_cast<size_t>(query.limit);
  for (int round = 0; round < kMaxRounds; ++round) {
    CIS_ASSIGN_OR_RETURN(std::vector<Change> read, reader.Changes(query));
    const bool all = read.size() < limit;
    if (!read.empty()) query.before_id = read.back().id;
    RemoveHidden(may_see, &read);
    std::move(read.begin(), read.end(), std::back_inserter(*changes));
    if (changes->size() > limit) changes->resize(limit);
    if (all || changes->size() == limit) return 0;
  }
  return query.before_id;
}

}  // namespace

absl::Status PastError(const absl::Status& status) {
  if (status.ok() || IsUserError(status)) return status;
  Log(LogLevel::kWarning, "history.failed",
      {{"code", absl::StatusCodeToString(status.code())}, {"error", status.message()}});
  return HistoryUnavailableError();
}

absl::Status GetChange(Past& past, const RequestContext& context, const Snapshot& snapshot,
                       const v1::GetChangeRequest& request, v1::Change& response) {
  CIS_ASSIGN_OR_RETURN(const ParsedName name, ParseNameField("name", request.name(), "changes"));
  CIS_RETURN_IF_ERROR(ResolveSite(snapshot, name.site_id).status());
  int64_t id = 0;
  std::vector<Change> changes;
  if (absl::SimpleAtoi(name.id, &id) && id > 0) {
    ChangeQuery query;
    query.after_id = id - 1;
    query.newest_first = false;
    query.limit = 1;
    CIS_RETURN_IF_ERROR(PastError(past.Read([&](HistoryReader& reader) -> absl::Status {
      CIS_ASSIGN_OR_RETURN(changes, reader.Changes(query));
      return absl::OkStatus();
    })));
  }
  RemoveHidden(context.may_see, &changes);
  if (changes.size() == 1) ChangeToProto(changes.front(), &response);
  if (response.name() == request.name()) return absl::OkStatus();
  response.Clear();
  return ResourceNotFoundError("changes", request.name(), {});
}

absl::Status ListChanges(Past& past, const RequestContext& context, const Snapshot& snapshot,
                         const v1::ListChangesRequest& request, v1::ListChangesResponse& response) {
  CIS_ASSIGN_OR_RETURN(ChangeQuery query, ParseFilters(snapshot, request));
  CIS_ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size()));
  const uint64_t fingerprint = FingerprintRequest(request);
  if (!request.page_token().empty()) {
    CIS_ASSIGN_OR_RETURN(query.before_id, ParsePosition(request.page_token(), fingerprint,
                                                        snapshot.version().database_id));
  }
  if (request.has_start_time()) query.start_time = TimeFromProto(request.start_time());
  if (request.has_end_time()) query.end_time = TimeFromProto(request.end_time());
  query.limit = static_cast<int64_t>(page_size) + 1;  // one more tells whether there is a next page
  std::vector<Change> changes;
  HistoryBounds bounds;
  int64_t last_read = 0;  // where the next page begins if too many were hidden; 0 = no more
  CIS_RETURN_IF_ERROR(PastError(past.Read([&](HistoryReader& reader) -> absl::Status {
    changes.clear();
    CIS_ASSIGN_OR_RETURN(last_read, ReadVisible(reader, query, context.may_see, &changes));
    CIS_ASSIGN_OR_RETURN(bounds, reader.Bounds());
    return absl::OkStatus();
  })));
  if (bounds.oldest_time != absl::InfiniteFuture()) {
    *response.mutable_oldest_time() = TimeToProto(bounds.oldest_time);
  }
  size_t count = std::min(changes.size(), page_size);
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    v1::Change& proto = *response.add_changes();
    ChangeToProto(changes[i], &proto);
    bytes += proto.ByteSizeLong();
    if (bytes > kMaxPageBytes) count = i + 1;
  }
  const int64_t last = count < changes.size() ? changes[count - 1].id : last_read;
  if (last != 0) {
    const PageCursor cursor{{absl::StrCat(last)}, snapshot.version(), context.now};
    response.set_next_page_token(FormatPageToken(fingerprint, cursor));
  }
  return absl::OkStatus();
}

absl::StatusOr<ChangeQuery> ParseWatch(const Snapshot& snapshot,
                                       const v1::WatchChangesRequest& request) {
  CIS_ASSIGN_OR_RETURN(ChangeQuery query, ParseFilters(snapshot, request));
  query.newest_first = false;
  query.limit = kMaxWatchBatch;
  return query;
}

std::string FormatResumeToken(const ChangePosition& position) {
  internal::ResumeToken token;
  token.set_change_id(position.change_id);
  token.set_generation(position.generation);
  token.set_database_id(position.database_id);
  token.set_time_us(IsKnown(position.time) ? absl::ToUnixMicros(position.time) : 0);
  // A position before all changes has no values, and an empty token means none.
  std::string bytes = token.SerializeAsString();
  if (bytes.empty()) bytes = std::string("\x08\x00", 2);
  return absl::WebSafeBase64Escape(bytes);
}

absl::StatusOr<ChangePosition> ParseResumeToken(absl::string_view token) {
  std::string bytes;
  internal::ResumeToken parsed;
  if (token.size() > kMaxResumeTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      !parsed.ParseFromString(bytes) || parsed.change_id() < 0) {
    return InvalidResumeTokenError();
  }
  ChangePosition position;
  position.change_id = parsed.change_id();
  position.generation = parsed.generation();
  position.database_id = parsed.database_id();
  if (parsed.time_us() != 0) position.time = absl::FromUnixMicros(parsed.time_us());
  return position;
}

absl::StatusOr<ChangePosition> NewestPosition(Past& past) {
  ChangePosition position;
  CIS_RETURN_IF_ERROR(PastError(past.Read([&](HistoryReader& reader) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const HistoryBounds bounds, reader.Bounds());
    position = bounds.newest;
    return absl::OkStatus();
  })));
  return position;
}

absl::StatusOr<bool> NextChanges(Past& past, const ChangeQuery& query,
                                 const std::function<bool(const Change&)>& may_see,
                                 v1::WatchChangesResponse& response, ChangePosition* position) {
  std::vector<Change> changes;
  HistoryBounds bounds;
  absl::Status known;
  CIS_RETURN_IF_ERROR(PastError(past.Read([&](HistoryReader& reader) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(bounds, reader.Bounds());
    known = reader.CheckPosition(*position);
    if (absl::IsOutOfRange(known) || absl::IsFailedPrecondition(known)) return absl::OkStatus();
    CIS_RETURN_IF_ERROR(known);
    ChangeQuery next = query;
    next.after_id = position->change_id;
    CIS_ASSIGN_OR_RETURN(changes, reader.Changes(next));
    return absl::OkStatus();
  })));
  if (absl::IsOutOfRange(known)) return ResumeTokenExpiredError(bounds.oldest_time);
  if (!known.ok()) return ResumeTokenMismatchError();
  for (const Change& change : changes) {
    if (may_see == nullptr || may_see(change)) ChangeToProto(change, response.add_changes());
  }
  // Changes that the filters skip count as passed too, as far as they were read.
  const bool all = changes.size() < static_cast<size_t>(query.limit);
  if (all && bounds.newest.change_id > position->change_id) *position = bounds.newest;
  if (!changes.empty() && (!all || changes.back().id > position->change_id)) {
    *position = {changes.back().id, changes.back().generation, changes.back().time,
                 bounds.newest.database_id};
  }
  response.set_resume_token(FormatResumeToken(*position));
  return !all;
}

}  // namespace cis::server
