#include "server/service/placement_handlers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "server/placement/placement.h"
#include "server/placement/score.h"
#include "server/query/page_token.h"
#include "server/service/errors.h"
#include "server/service/list_page.h"
#include "server/service/placement_reply.h"
#include "server/service/placement_request.h"

namespace cis {
namespace {

// Refused pairs of all verdicts together: keeps an answer with `explain` under gRPC's 4 MiB.
constexpr size_t kMaxRefusedPairsPerAnswer = 2000;

// The note tells of pairs that are left out.
void AddVerdicts(const PlacementResult& result, PlacementReply& reply,
                 v1::FindPlacementsResponse& rest) {
  size_t pairs_left = kMaxRefusedPairsPerAnswer;
  size_t pairs_cut = 0;
  for (const ShareVerdict& verdict : result.verdicts) {
    reply.AddVerdict(verdict, pairs_left);
    const size_t told = std::min(pairs_left, verdict.refused_pairs.size());
    pairs_left -= told;
    pairs_cut += verdict.refused_pairs.size() - told;
  }
  if (pairs_cut > 0) {
    rest.add_notes(absl::StrCat(pairs_cut, " more refused pairs are not shown."));
  }
}

void ExplanationToProto(const PlacementResult& result, const v1::FindPlacementsRequest& request,
                        int32_t page_size, v1::FindPlacementsResponse& response) {
  for (int i = 0; i < kStageCount; ++i) {
    v1::FunnelStage& stage = *response.add_funnel();
    const absl::string_view name = FormatStage(static_cast<Stage>(i));
    stage.set_stage(name.data(), name.size());
    stage.set_in_count(result.funnel[static_cast<size_t>(i)].in_count);
    stage.set_out_count(result.funnel[static_cast<size_t>(i)].out_count);
  }
  for (const Relaxation& relaxation : result.relaxations) {
    v1::Relaxation& proto = *response.add_relaxations();
    *proto.mutable_request() = InterpretedRequest(request, relaxation.query, page_size);
    for (const std::string& field : relaxation.changed_fields) {
      proto.mutable_changed_fields()->add_paths(field);
    }
    proto.set_added_share_count(relaxation.added_share_count);
    proto.mutable_added_site_names()->Assign(relaxation.site_names.begin(),
                                             relaxation.site_names.end());
  }
  for (const Suggestion& suggestion : result.suggestions) {
    v1::Suggestion& proto = *response.add_suggestions();
    proto.set_field(suggestion.field);
    proto.set_value(suggestion.value);
    proto.mutable_candidates()->Assign(suggestion.candidates.begin(), suggestion.candidates.end());
  }
  response.mutable_notes()->Add(result.notes.begin(), result.notes.end());
}

// Position of the first placement of the page. Returns INVALID_PAGE_TOKEN or PAGE_TOKEN_MISMATCH.
absl::StatusOr<size_t> FirstOfPage(const std::string& page_token, uint64_t fingerprint,
                                   const PlacementQuery& query, const PlacementResult& result) {
  if (page_token.empty()) return size_t{0};
  const absl::StatusOr<PageCursor> cursor = ParsePageToken(page_token, fingerprint);
  if (!cursor.ok()) return PageTokenError(cursor.status());
  PlacementKey last;
  if (!ParsePlacementKey(cursor->last_key, &last)) return PageTokenError(NotAPageToken());
  const auto it = std::partition_point(
      result.placements.begin(), result.placements.end(),
      [&](const Placement& p) { return !IsBefore(last, KeyOf(p, query), query); });
  return static_cast<size_t>(it - result.placements.begin());
}

}  // namespace

absl::Status FindPlacements(const RequestContext& context, const Snapshot& snapshot,
                            const v1::FindPlacementsRequest& request, std::string& reply) {
  CIS_ASSIGN_OR_RETURN(const PlacementQuery query, ParsePlacementRequest(request));
  CIS_ASSIGN_OR_RETURN(const int32_t page_size, PlacementPageSize(request.page_size()));
  const uint64_t fingerprint = FingerprintRequest(request);
  const PlacementResult result = FindPlacements(snapshot, query, context.now, context.freshness);
  CIS_ASSIGN_OR_RETURN(const size_t begin,
                       FirstOfPage(request.page_token(), fingerprint, query, result));
  PlacementReply parts(query, context.now);
  v1::FindPlacementsResponse rest;
  AddVerdicts(result, parts, rest);
  ExplanationToProto(result, request, page_size, rest);
  const size_t size = result.placements.size();
  const size_t bytes_of_rest = rest.ByteSizeLong();
  size_t end = std::min(size, begin + static_cast<size_t>(page_size));
  for (size_t i = begin; i < end; ++i) {
    parts.AddPlacement(result.placements[i]);
    if (parts.size() + bytes_of_rest > kMaxPageBytes) end = i + 1;
  }
  if (begin < end && end < size) {
    const PageCursor cursor{FormatPlacementKey(KeyOf(result.placements[end - 1], query)),
                            snapshot.generation(), context.now};
    rest.set_next_page_token(FormatPageToken(fingerprint, cursor));
  }
  rest.set_total_size(static_cast<int32_t>(size));
  *rest.mutable_interpreted_request() = InterpretedRequest(request, query, page_size);
  rest.set_snapshot_generation(snapshot.generation());
  rest.set_site_count(static_cast<int32_t>(snapshot.catalog().sites.size()));
  parts.Add(rest);
  reply = parts.Take();
  return absl::OkStatus();
}

}  // namespace cis
