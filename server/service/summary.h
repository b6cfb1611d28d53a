#pragma once

// What follows from the states of many kinds of many shares: how a site, a share or a VO stands.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/back_off.h"
#include "schema/model/registry.h"
#include "server/service/registry_summary.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Kinds of shares that fail with one class of error.
struct ErrorSummary {
  int32_t kind_count = 0;
  absl::Time failing_since = absl::InfiniteFuture();  // the first of them
  int32_t share_count = 0;
  std::set<Kind> kinds;
  std::string error_message;  // of the first of them
};

// A site as a whole. Counts its configured shares; all shares of a site that is not configured.
struct SiteSummary {
  const SiteIndex* site = nullptr;
  DataState state = DataState::kMissing;           // worst of its shares
  absl::Time observe_time = absl::InfinitePast();  // oldest read; InfinitePast if one never was
  std::vector<std::string> vos;                    // sorted
  int32_t share_count = 0;
  std::map<DataState, int32_t> share_counts;
  std::map<ErrorClass, ErrorSummary> errors;
  absl::Time next_attempt = absl::InfiniteFuture();  // InfiniteFuture = not backed off from
  RegistryFacts registry;
};
SiteSummary SummarizeSite(const RequestContext& context, const Snapshot& snapshot,
                          const SiteIndex& site);

// What is wrong at a site by its crawls and by the registry, sorted by sentence. Codes of the
// crawls: SHARE_FAILING, SHARE_OLD, RECORDS_SKIPPED, SITE_REMOVED, NO_VO, BACKING_OFF; since when
// is known of the first and the last only.
std::vector<SiteProblem> FindProblems(const RequestContext& context, const Snapshot& snapshot,
                                      const SiteIndex& site);
// The same for all sites, with those that only the registry knows, ordered by resource name.
std::vector<SiteProblem> FindAllProblems(const RequestContext& context, const Snapshot& snapshot);

// A VO as a whole, over its configured shares.
struct VoSummary {
  std::string vo;
  std::vector<std::string> site_names;  // GOCDB names, sorted
  int32_t share_count = 0;
  int32_t authenticated_share_count = 0;
  int32_t refused_share_count = 0;
};
// Ordered by resource name.
std::vector<VoSummary> SummarizeVos(const Snapshot& snapshot);

// How the share's endpoint is backed off from; nothing if it is not, or the share is not
// configured.
std::optional<BackOff> BackOffOf(const RequestContext& context, const ShareView& view);

// The worst state of the share's kinds, tried or not.
DataState StateOfShare(const RequestContext& context, const ShareCatalog& share);

// False if every configured share's `kinds` are missing or expired: nothing usable is known.
bool HasUsableData(const RequestContext& context, const SiteIndex& site,
                   absl::Span<const Kind> kinds);

// Names of the VOs of configured shares that see a flavor or image, sorted.
template <typename Record>
std::vector<absl::string_view> VosOf(const ItemView<Record>& view) {
  std::vector<absl::string_view> vos;
  for (const int32_t index : view.share_indexes) {
    const Share& share = view.share(index);
    // Shares are ordered by VO, and a VO may have several projects.
    if (share.configured && (vos.empty() || vos.back() != share.vo)) vos.push_back(share.vo);
  }
  return vos;
}

}  // namespace cis::server
