// SPDX-License-Identifier: Apache-2.0
#include "server/service/placement_handlers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/model/known.h"
#include "server/placement/placement.h"
#include "server/placement/recheck.h"
#include "server/placement/score.h"
#include "server/query/page_token.h"
#include "server/service/errors.h"
#include "server/service/list_page.h"
#include "server/service/placement_errors.h"
#include "server/service/placement_name.h"
#include "server/service/placement_to_proto.h"
#include "server/service/proto_values.h"
#include "server/service/query_from_proto.h"
#include "server/service/query_to_proto.h"
#include "server/service/reason_to_proto.h"

namespace cis::server {
namespace {

// Rows per page if the request names no size: a tool starts the first placement, and the next if
// that fails; verdicts are for reading.
constexpr int32_t kUsualPlacements = 10;
constexpr int32_t kUsualVerdicts = 50;
// Each relaxation has the whole query, which may be large.
constexpr size_t kMaxRelaxationBytes = size_t{1} << 20;

// Keys of order_by, in the order of PlacementOrder; the first is the default.
constexpr std::array<absl::string_view, 7> kOrders{"",     "waste",     "vcpu_count", "ram_mib",
                                                   "site", "freshness", "os_version"};

absl::Status ParseOrder(const std::string& text, PlacementQuery* query) {
  absl::string_view key = absl::StripAsciiWhitespace(text);
  if (key.empty()) return absl::OkStatus();
  if (absl::ConsumeSuffix(&key, " desc")) {
    query->descending = true;
  } else {
    absl::ConsumeSuffix(&key, " asc");
  }
  key = absl::StripAsciiWhitespace(key);
  const auto* const known = std::find(kOrders.begin(), kOrders.end(), key);
  if (key.empty() || known == kOrders.end()) {
    return InvalidPlacementOrderError(text,
                                      absl::StrJoin(kOrders.begin() + 1, kOrders.end(), ", "));
  }
  query->order = static_cast<PlacementOrder>(known - kOrders.begin());
  return absl::OkStatus();
}

// As int32, which JSON has as a number.
int32_t ToCount(int64_t count) {
  return static_cast<int32_t>(std::min<int64_t>(count, std::numeric_limits<int32_t>::max()));
}

// The steps that one request may cost (work.h): about a second of one processor.
constexpr int64_t kMaxSteps = 40'000'000;

// Returns QUERY_TOO_BROAD or CALL_CANCELLED if a search had to end early.
absl::Status CheckEnd(const Work& work) {
  switch (work.end()) {
    case Work::End::kNotYet:
      return absl::OkStatus();
    case Work::End::kSpent:
      return QueryTooBroadError();
    case Work::End::kCancelled:
      return CallCancelledError();
  }
  return absl::OkStatus();
}

// Returns where the previous page ended; nothing for the first page. Returns INVALID_PAGE_TOKEN or
// PAGE_TOKEN_MISMATCH.
absl::StatusOr<std::optional<PageCursor>> CursorOf(const std::string& page_token,
                                                   uint64_t fingerprint, int64_t database_id) {
  if (page_token.empty()) return std::nullopt;
  absl::StatusOr<PageCursor> cursor = ParsePageToken(page_token, fingerprint, database_id);
  if (!cursor.ok()) return PageTokenError(cursor.status());
  return std::make_optional(*std::move(cursor));
}

// Returns the position of a verdict among those of a response: shares are ordered by it.
std::vector<std::string> KeyOf(const ShareVerdict& verdict) {
  const Share& share = verdict.share->share();
  return {verdict.share->view.site->site.name, share.vo, share.endpoint.keystone_url,
          share.endpoint.region, share.project_key};
}

// Returns the position of the first verdict after the previous page.
size_t FirstOfPage(const std::optional<PageCursor>& cursor, const PlacementResult& result) {
  if (!cursor) return 0;
  CIS_DCHECK(std::is_sorted(
                 result.verdicts.begin(), result.verdicts.end(),
                 [](const ShareVerdict& a, const ShareVerdict& b) { return KeyOf(a) < KeyOf(b); }),
             "verdicts are in the order of their shares");
  const auto it = std::partition_point(
      result.verdicts.begin(), result.verdicts.end(),
      [&](const ShareVerdict& verdict) { return KeyOf(verdict) <= cursor->last_key; });
  return static_cast<size_t>(it - result.verdicts.begin());
}

template <typename Response>
void FunnelToProto(const PlacementResult& result, Response& response) {
  for (size_t i = 0; i < result.funnel.size(); ++i) {
    v1::FunnelStage& stage = *response.add_funnel();
    stage.set_stage(StageToProto(static_cast<Stage>(i)));
    stage.set_in_count(result.funnel[i].in_count);
    stage.set_out_count(result.funnel[i].out_count);
  }
}

void RelaxationToProto(const Relaxation& relaxation, v1::Relaxation* proto) {
  *proto->mutable_query() = QueryToProto(relaxation.query);
  for (const std::string& field : relaxation.changed_fields) {
    proto->mutable_changed_fields()->add_paths(field);
  }
  proto->set_added_share_count(relaxation.added_share_count);
  proto->mutable_added_site_names()->Assign(relaxation.site_names.begin(),
                                            relaxation.site_names.end());
}

void HelpToProto(const PlacementResult& result, v1::ExplainPlacementsResponse& response) {
  size_t bytes = 0;
  for (const Relaxation& relaxation : result.relaxations) {
    RelaxationToProto(relaxation, response.add_relaxations());
    bytes += response.relaxations().rbegin()->ByteSizeLong();
    if (bytes > kMaxRelaxationBytes) break;
  }
  for (const Suggestion& suggestion : result.suggestions) {
    v1::Suggestion& proto = *response.add_suggestions();
    proto.set_field(suggestion.field);
    proto.set_value(suggestion.value);
    proto.mutable_candidates()->Assign(suggestion.candidates.begin(), suggestion.candidates.end());
  }
}

// Returns the time of the oldest read that the answer depends on; InfinitePast if nothing was read.
absl::Time OldestRead(const PlacementResult& result) {
  absl::Time oldest = absl::InfiniteFuture();
  for (const ShareVerdict& verdict : result.verdicts) {
    if (IsKnown(verdict.observe_time)) oldest = std::min(oldest, verdict.observe_time);
  }
  return oldest;
}

}  // namespace

absl::Status FindPlacements(const RequestContext& context, const ServingState& state,
                            const v1::FindPlacementsRequest& request,
                            v1::FindPlacementsResponse& response) {
  CIS_ASSIGN_OR_RETURN(PlacementQuery query, QueryFromProto(request.query(), *state.snapshot));
  CIS_RETURN_IF_ERROR(ParseOrder(request.order_by(), &query));
  query.all_combinations = request.all_combinations();
  if (query.all_combinations && !query.groups.empty()) return CombinationsOfGroupsError();
  CIS_ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size(), kUsualPlacements));
  const uint64_t fingerprint = FingerprintRequest(request);
  CIS_ASSIGN_OR_RETURN(
      const std::optional<PageCursor> cursor,
      CursorOf(request.page_token(), fingerprint, state.snapshot->version().database_id));
  PlacementPage page;
  page.limit = page_size;
  if (cursor && !ParsePlacementKey(cursor->last_key, &page.after.emplace())) {
    return PageTokenError(NotAPageToken());
  }
  Work work(kMaxSteps, context.is_cancelled);
  const PlacementResult result =
      FindPlacements(state, query, context.now, context.freshness, page, &work);
  CIS_RETURN_IF_ERROR(CheckEnd(work));
  const std::vector<PlacementQuery> parts = QueriesOfParts(query);
  PlacementNamer namer(query);
  size_t bytes = 0;
  size_t end = 0;
  while (end < result.placements.size() && bytes <= kMaxPageBytes) {
    v1::Placement& placement = *response.add_placements();
    placement.set_name(namer.NameOf(result.placements[end]));
    PlacementToProto(result.placements[end++], query, parts, context.now, &placement);
    bytes += placement.ByteSizeLong();
  }
  if (end > 0 && (end < result.placements.size() || result.has_more)) {
    const PageCursor next{FormatPlacementKey(KeyOf(result.placements[end - 1], query)),
                          state.snapshot->version(), context.now};
    PlacementKey key;
    CIS_CHECK(ParsePlacementKey(next.last_key, &key), "the next request can read its position");
    response.set_next_page_token(FormatPageToken(fingerprint, next));
  }
  response.set_total_size(ToCount(result.placement_count));
  FunnelToProto(result, response);
  response.set_satisfying_share_count(result.fit_count());
  response.set_site_count(static_cast<int32_t>(state.snapshot->catalog().sites.size()));
  if (const absl::Time oldest = OldestRead(result); IsKnown(oldest)) {
    *response.mutable_observe_time() = TimeToProto(oldest);
  }
  *response.mutable_query() = QueryToProto(query);
  response.set_snapshot_generation(state.snapshot->generation());
  for (const AnswerWarning& warning : result.warnings) {
    v1::Warning& proto = *response.add_warnings();
    proto.set_code(warning.code);
    proto.set_message(warning.message);
    if (warning.code == "VO_NOT_VISIBLE" && !context.access_hint.empty()) {
      proto.set_message(absl::StrCat(warning.message, " Note: ", context.access_hint, "."));
    }
  }
  return absl::OkStatus();
}

absl::Status ExplainPlacements(const RequestContext& context, const ServingState& state,
                               const v1::ExplainPlacementsRequest& request,
                               v1::ExplainPlacementsResponse& response) {
  CIS_ASSIGN_OR_RETURN(const PlacementQuery query,
                       QueryFromProto(request.query(), *state.snapshot));
  CIS_ASSIGN_OR_RETURN(const size_t page_size, PageSize(request.page_size(), kUsualVerdicts));
  const uint64_t fingerprint = FingerprintRequest(request);
  CIS_ASSIGN_OR_RETURN(
      const std::optional<PageCursor> cursor,
      CursorOf(request.page_token(), fingerprint, state.snapshot->version().database_id));
  Work work(kMaxSteps, context.is_cancelled);
  const PlacementResult result =
      ExplainPlacements(state, query, context.now, context.freshness, &work);
  CIS_RETURN_IF_ERROR(CheckEnd(work));
  const size_t begin = FirstOfPage(cursor, result);
  const size_t size = result.verdicts.size();
  size_t end = std::min(size, begin + page_size);
  std::vector<ShareDetails> details(begin < end ? end - begin : 0);
  if (request.with_candidates()) {
    std::vector<const IndexedShare*> shares;
    for (size_t i = begin; i < end; ++i) shares.push_back(result.verdicts[i].share);
    details = ExplainShares(state, query, context.now, context.freshness, shares, &work);
    CIS_RETURN_IF_ERROR(CheckEnd(work));
  }
  size_t bytes = 0;
  for (size_t i = begin; i < end; ++i) {
    v1::ShareVerdict& verdict = *response.add_verdicts();
    VerdictToProto(result.verdicts[i], details[i - begin], query, &verdict);
    bytes += verdict.ByteSizeLong();
    if (bytes > kMaxPageBytes) end = i + 1;
  }
  if (begin < end && end < size) {
    const PageCursor next{KeyOf(result.verdicts[end - 1]), state.snapshot->version(), context.now};
    response.set_next_page_token(FormatPageToken(fingerprint, next));
  }
  response.set_total_size(ToCount(static_cast<int64_t>(size)));
  *response.mutable_query() = QueryToProto(query);
  response.set_snapshot_generation(state.snapshot->generation());
  if (!request.page_token().empty()) return absl::OkStatus();
  FunnelToProto(result, response);
  HelpToProto(result, response);
  return absl::OkStatus();
}

absl::Status GetPlacement(const RequestContext& context, const ServingState& state,
                          const v1::GetPlacementRequest& request,
                          v1::GetPlacementResponse& response) {
  CIS_ASSIGN_OR_RETURN(const ChosenPlacement chosen,
                       ParsePlacementName(request.name(), *state.index, *state.snapshot));
  Work work(kMaxSteps, context.is_cancelled);
  const Recheck recheck = RecheckPlacement(state, chosen, context.now, context.freshness, &work);
  CIS_RETURN_IF_ERROR(CheckEnd(work));
  if (recheck.placement) {
    v1::Placement& placement = *response.mutable_placement();
    PlacementToProto(*recheck.placement, chosen.query, QueriesOfParts(chosen.query), context.now,
                     &placement);
    placement.set_name(request.name());
  }
  for (const Reason& reason : recheck.reasons) {
    ReasonToProto(reason, recheck.query, *chosen.share, response.add_reasons());
  }
  return absl::OkStatus();
}

}  // namespace cis::server
