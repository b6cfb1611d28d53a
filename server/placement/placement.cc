#include "server/placement/placement.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "schema/base/spelling.h"
#include "server/placement/relaxation.h"
#include "server/placement/score.h"
#include "server/placement/share_search.h"
#include "server/placement/text.h"

namespace cis {
namespace {

constexpr size_t kMaxCandidates = 5;

// Positions of all shares of the VOs, each once, ascending.
std::vector<int32_t> SharesOf(const PlacementIndex& index, const std::vector<std::string>& vos) {
  std::vector<int32_t> out;
  for (const std::string& vo : vos) {
    const absl::Span<const int32_t> shares = index.SharesOfVo(vo);
    out.insert(out.end(), shares.begin(), shares.end());
  }
  if (vos.size() > 1) {
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }
  return out;
}

// A share leaves the funnel at the stage of its blocking reason.
void FillFunnel(PlacementResult* result) {
  std::array<int32_t, kStageCount> blocked{};
  for (const ShareVerdict& verdict : result->verdicts) {
    const Reason* blocking = verdict.blocking();
    if (blocking != nullptr) ++blocked[static_cast<size_t>(StageOf(blocking->code))];
  }
  auto left = static_cast<int32_t>(result->verdicts.size());
  for (size_t i = 0; i < blocked.size(); ++i) {
    result->funnel[i].in_count = left;
    left -= blocked[i];
    result->funnel[i].out_count = left;
  }
}

// What decides between placements of different shares in the default order, without texts: shares
// stand in the index as the rest of PlacementKey orders them.
struct QuickKey {
  PlacementRank rank;
  const IndexedShare* share = nullptr;
  size_t position = 0;
};

// Positions of the placements in order. The same order as by IsBefore, without its texts where
// numbers decide.
std::vector<size_t> DefaultOrder(const PlacementQuery& query,
                                 const std::vector<Placement>& placements) {
  std::vector<QuickKey> keys;
  keys.reserve(placements.size());
  for (const Placement& placement : placements) {
    keys.push_back({RankOf(placement), placement.share, keys.size()});
  }
  std::sort(keys.begin(), keys.end(), [&](const QuickKey& a, const QuickKey& b) {
    if (const int rank = CompareRanks(a.rank, b.rank); rank != 0) return rank < 0;
    if (a.share != b.share) return a.share < b.share;
    return a.position != b.position && IsBefore(KeyOf(placements[a.position], query),
                                                KeyOf(placements[b.position], query), query);
  });
  std::vector<size_t> order;
  order.reserve(keys.size());
  for (const QuickKey& key : keys) order.push_back(key.position);
  return order;
}

std::vector<size_t> OrderByKeys(const PlacementQuery& query,
                                const std::vector<Placement>& placements) {
  std::vector<PlacementKey> keys;
  keys.reserve(placements.size());
  for (const Placement& placement : placements) keys.push_back(KeyOf(placement, query));
  std::vector<size_t> order(placements.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return IsBefore(keys[a], keys[b], query); });
  return order;
}

void SortPlacements(const PlacementQuery& query, std::vector<Placement>* placements) {
  const bool is_default = query.order == PlacementOrder::kDefault && !query.descending;
  const std::vector<size_t> order =
      is_default ? DefaultOrder(query, *placements) : OrderByKeys(query, *placements);
  std::vector<Placement> sorted;
  sorted.reserve(placements->size());
  for (const size_t position : order) sorted.push_back((*placements)[position]);
  *placements = std::move(sorted);
}

void Suggest(absl::string_view field, const std::string& value, absl::Span<const std::string> known,
             std::vector<Suggestion>* out) {
  Suggestion suggestion{std::string(field), value, NearestNames(value, known, kMaxCandidates)};
  if (!suggestion.candidates.empty()) out->push_back(std::move(suggestion));
}

// Returns the words of a GPU model that name the device: those with a digit. Letters that are taken
// for digits count as digits.
std::vector<std::string> DesignationOf(absl::string_view model) {
  std::vector<std::string> out;
  for (const absl::string_view word :
       absl::StrSplit(model, absl::ByAnyChar(" -_/"), absl::SkipEmpty())) {
    if (std::none_of(word.begin(), word.end(), absl::ascii_isdigit)) continue;
    out.push_back(
        absl::StrReplaceAll(absl::AsciiStrToLower(word), {{"o", "0"}, {"i", "1"}, {"l", "1"}}));
  }
  return out;
}

// Returns whether one GPU model may be a misspelling of the other. An H100 is no misspelt A100, but
// "A1OO", "A 100" and "Telsa A100" are.
bool MayBeMisspelt(absl::string_view wanted, absl::string_view model) {
  const auto squashed = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                               {{" ", ""}, {"-", ""}, {"_", ""}, {"/", ""}});
  };
  return squashed(wanted) == squashed(model) || DesignationOf(wanted) == DesignationOf(model);
}

void SuggestNames(const Snapshot& snapshot, const PlacementQuery& query,
                  const std::vector<std::string>& unknown_sites, PlacementResult* result) {
  for (const std::string& vo : query.vos) {
    if (!result->index->SharesOfVo(vo).empty()) continue;
    result->notes.push_back(absl::StrCat("No site is known to support VO ", vo, "."));
    Suggest("vos", vo, snapshot.vo_names(), &result->suggestions);
  }
  const absl::Span<const std::string> distros = result->index->distros();
  for (const OsRequirement& requirement : query.os) {
    const std::string& distro = requirement.distro;
    if (distro == "el" || distro == "linux" ||
        std::binary_search(distros.begin(), distros.end(), distro)) {
      continue;
    }
    result->notes.push_back(absl::StrCat("No site has an image of ", distro, "."));
    Suggest("image.os", distro, distros, &result->suggestions);
  }
  const absl::Span<const std::string> models = result->index->gpu_models();
  if (!query.gpu_model.empty() && result->placements.empty() &&
      std::none_of(models.begin(), models.end(), [&query](const std::string& model) {
        return HoldsWords(model, query.gpu_model);
      })) {
    std::vector<std::string> similar;
    std::copy_if(models.begin(), models.end(), std::back_inserter(similar),
                 [&query](const std::string& m) { return MayBeMisspelt(query.gpu_model, m); });
    Suggest("machine.gpu_model", query.gpu_model, similar, &result->suggestions);
  }
  if (unknown_sites.empty()) return;
  std::vector<std::string> names;
  for (const auto& site : snapshot.catalog().sites) names.push_back(site->site.name);
  for (const std::string& site : unknown_sites) {
    result->notes.push_back(absl::StrCat("No site is named ", site, "."));
    const std::string bare = absl::StartsWith(site, "sites/") ? site.substr(6) : site;
    Suggest("sites", bare, names, &result->suggestions);
  }
}

}  // namespace

absl::string_view FormatUnknown(Unknown unknown) {
  constexpr std::array<absl::string_view, kUnknownCount> kNames{
      "VO_SUPPORT_UNKNOWN", "FLAVOR_SIZE_UNKNOWN",    "FLAVOR_ARCH_UNKNOWN",
      "IMAGE_ARCH_UNKNOWN", "IMAGE_SIZE_UNKNOWN",     "GPU_UNKNOWN",
      "NET_ATTACH_UNKNOWN", "PUBLIC_V4_UNKNOWN",      "PUBLIC_V6_UNKNOWN",
      "ROUTERS_UNKNOWN",    "QUOTA_UNKNOWN",          "LOGIN_USER_UNKNOWN",
      "HOST_UNKNOWN",       "SECURITY_GROUP_UNKNOWN", "VOLUME_ZONE_UNKNOWN"};
  return kNames[static_cast<size_t>(unknown)];
}

absl::string_view FormatCriterion(Criterion criterion) {
  constexpr std::array<absl::string_view, kCriterionCount> kNames{"fit", "network", "os", "health",
                                                                  "freshness"};
  return kNames[static_cast<size_t>(criterion)];
}

PlacementResult FindPlacements(const Snapshot& snapshot,
                               std::shared_ptr<const PlacementIndex> index,
                               const PlacementQuery& query, absl::Time now,
                               const FreshnessPolicy& policy) {
  PlacementResult result;
  result.index = std::move(index);
  std::vector<std::string> unknown_sites;
  const SearchContext context =
      MakeSearchContext(snapshot, *result.index, query, now, policy, &unknown_sites);
  const std::vector<int32_t> positions = SharesOf(*result.index, query.vos);
  result.verdicts.reserve(positions.size());
  result.placements.reserve(positions.size());
  ShareSearch search(context);
  for (const int32_t position : positions) {
    const IndexedShare& share = result.index->shares()[static_cast<size_t>(position)];
    result.verdicts.push_back(search.Find(share, &result.placements));
  }
  SortPlacements(query, &result.placements);
  FillFunnel(&result);
  result.relaxations = FindRelaxations(result.verdicts, search.near_misses(), context);
  SuggestNames(snapshot, query, unknown_sites, &result);
  return result;
}

PlacementResult FindPlacements(const Snapshot& snapshot, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy) {
  return FindPlacements(snapshot, snapshot.placement_index(PlacementIndex::Build), query, now,
                        policy);
}

}  // namespace cis
