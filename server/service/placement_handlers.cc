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
#include "server/service/placement_request.h"
#include "server/service/placement_to_proto.h"

namespace cis {
namespace {

// Refused pairs of all verdicts together: keeps an answer with `explain` under gRPC's 4 MiB.
constexpr size_t kMaxRefusedPairsPerAnswer = 2000;

void VerdictsToProto(const PlacementResult& result, const PlacementQuery& query,
                     v1::FindPlacementsResponse& response) {
  size_t pairs_left = kMaxRefusedPairsPerAnswer;
  size_t pairs_cut = 0;
  for (const ShareVerdict& verdict : result.verdicts) {
    VerdictToProto(verdict, query, pairs_left, *response.add_verdicts());
    const size_t told = std::min(pairs_left, verdict.refused_pairs.size());
    pairs_left -= told;
    pairs_cut += verdict.refused_pairs.size() - told;
  }
  if (pairs_cut > 0) {
    response.add_notes(absl::StrCat(pairs_cut, " more refused pairs are not shown."));
  }
}

void ExplanationToProto(const PlacementResult& result, v1::FindPlacementsResponse& response) {
  for (int i = 0; i < kStageCount; ++i) {
    v1::FunnelStage& stage = *response.add_funnel();
    stage.set_stage(std::string(FormatStage(static_cast<Stage>(i))));
    stage.set_in_count(result.funnel[static_cast<size_t>(i)].in_count);
    stage.set_out_count(result.funnel[static_cast<size_t>(i)].out_count);
  }
  for (const Relaxation& relaxation : result.relaxations) {
    v1::Relaxation& proto = *response.add_relaxations();
    proto.set_change(relaxation.change);
    proto.set_field(relaxation.field);
    proto.set_value(relaxation.value);
    proto.set_added_share_count(relaxation.added_share_count);
    proto.mutable_site_names()->Assign(relaxation.site_names.begin(), relaxation.site_names.end());
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
                            const v1::FindPlacementsRequest& request,
                            v1::FindPlacementsResponse& response) {
  CIS_ASSIGN_OR_RETURN(const PlacementQuery query, ParsePlacementRequest(request));
  CIS_ASSIGN_OR_RETURN(const int32_t page_size, PlacementPageSize(request.page_size()));
  const uint64_t fingerprint = FingerprintRequest(request);
  const PlacementResult result = FindPlacements(snapshot, query, context.now, context.freshness);
  CIS_ASSIGN_OR_RETURN(const size_t begin,
                       FirstOfPage(request.page_token(), fingerprint, query, result));
  VerdictsToProto(result, query, response);
  ExplanationToProto(result, response);
  const size_t size = result.placements.size();
  size_t end = std::min(size, begin + static_cast<size_t>(page_size));
  size_t bytes = response.ByteSizeLong();
  for (size_t i = begin; i < end; ++i) {
    v1::Placement& placement = *response.add_placements();
    PlacementToProto(result.placements[i], query, context.now, placement);
    bytes += placement.ByteSizeLong();
    if (bytes > kMaxPageBytes) end = i + 1;
  }
  if (begin < end && end < size) {
    const PageCursor cursor{FormatPlacementKey(KeyOf(result.placements[end - 1], query)),
                            snapshot.generation()};
    response.set_next_page_token(FormatPageToken(fingerprint, cursor));
  }
  response.set_total_size(static_cast<int32_t>(size));
  *response.mutable_interpreted_request() = InterpretedRequest(request, query, page_size);
  response.set_snapshot_generation(snapshot.generation());
  response.set_site_count(static_cast<int32_t>(snapshot.catalog().sites.size()));
  return absl::OkStatus();
}

}  // namespace cis
