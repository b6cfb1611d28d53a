// SPDX-License-Identifier: Apache-2.0
#include "server/placement/placement.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "schema/base/check.h"
#include "schema/base/spelling.h"
#include "server/placement/placement_list.h"
#include "server/placement/query_search.h"
#include "server/placement/reason_words.h"
#include "server/placement/relaxation.h"
#include "server/placement/score.h"
#include "server/placement/text.h"

namespace cis::server {
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
  CIS_DCHECK(std::is_sorted(out.begin(), out.end(), std::less_equal<>()),
             "each share is searched once");
  return out;
}

// A share leaves the funnel at the stage of its blocking reason.
void FillFunnel(PlacementResult* result) {
  std::array<int32_t, kStageCount> blocked{};
  for (const ShareVerdict& verdict : result->verdicts) {
    CIS_CHECK(!verdict.fits || !verdict.blocked_at, "each share is counted once");
    if (verdict.blocked_at) ++blocked[static_cast<size_t>(*verdict.blocked_at)];
  }
  auto left = static_cast<int32_t>(result->verdicts.size());
  for (size_t i = 0; i < blocked.size(); ++i) {
    result->funnel[i].in_count = left;
    left -= blocked[i];
    result->funnel[i].out_count = left;
  }
  CIS_CHECK(left >= result->fit_count(), "what fits is at the end of the funnel");
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

// Returns whether one GPU model may be a misspelling of the other. "A1OO", "A 100" and "Telsa A100"
// may be A100; H100 is another model.
bool MayBeMisspelt(absl::string_view wanted, absl::string_view model) {
  const auto squashed = [](absl::string_view text) {
    return absl::StrReplaceAll(absl::AsciiStrToLower(text),
                               {{" ", ""}, {"-", ""}, {"_", ""}, {"/", ""}});
  };
  return squashed(wanted) == squashed(model) || DesignationOf(wanted) == DesignationOf(model);
}

// Returns the requirements of each kind of machine of a query.
std::vector<const MachineRequest*> RequestsOf(const PlacementQuery& query) {
  std::vector<const MachineRequest*> out;
  for (const MachineRequest& part : query.parts()) out.push_back(&part);
  if (out.empty()) out.push_back(&query);
  return out;
}

// The names of a query that lead to nothing.
struct UnknownNames {
  std::vector<std::string> vos;
  std::vector<std::string> hidden_vos;  // those that exist, and of which nothing is searched
  std::vector<std::string> distros;
  std::vector<std::string> sites;
};

UnknownNames FindUnknownNames(const Snapshot& snapshot, const PlacementIndex& index,
                              const PlacementQuery& query, std::vector<std::string> unknown_sites) {
  UnknownNames out;
  out.sites = std::move(unknown_sites);
  for (const std::string& vo : query.vos) {
    if (!index.SharesOfVo(vo).empty()) continue;
    const bool exists =
        std::any_of(snapshot.vo_names().begin(), snapshot.vo_names().end(),
                    [&vo](const std::string& name) { return absl::EqualsIgnoreCase(name, vo); });
    (exists ? out.hidden_vos : out.vos).push_back(vo);
  }
  const absl::Span<const std::string> distros = index.distros();
  for (const MachineRequest* request : RequestsOf(query)) {
    for (const OsRequirement& requirement : request->os) {
      const std::string& distro = requirement.distro;
      if (distro == "el" || distro == "linux" ||
          std::find(out.distros.begin(), out.distros.end(), distro) != out.distros.end()) {
        continue;
      }
      if (!std::binary_search(distros.begin(), distros.end(), distro)) {
        out.distros.push_back(distro);
      }
    }
  }
  return out;
}

std::vector<AnswerWarning> WarnOf(const UnknownNames& names) {
  std::vector<AnswerWarning> out;
  for (const std::string& vo : names.vos) {
    out.push_back(
        {"VO_NOT_FOUND", absl::StrCat("No site is known to support VO ", Shown(vo), ".")});
  }
  for (const std::string& vo : names.hidden_vos) {
    out.push_back({"VO_NOT_VISIBLE", absl::StrCat("What VO ", Shown(vo),
                                                  " can start is shown to its members only.")});
  }
  for (const std::string& distro : names.distros) {
    out.push_back({"OS_NOT_FOUND", absl::StrCat("No site has an image of ", Shown(distro), ".")});
  }
  for (const std::string& site : names.sites) {
    out.push_back({"SITE_NOT_FOUND", absl::StrCat("No site is named ", Shown(site), ".")});
  }
  return out;
}

void SuggestModel(const std::string& wanted, const PlacementIndex& index,
                  std::vector<Suggestion>* out) {
  const absl::Span<const std::string> models = index.gpu_models();
  if (wanted.empty() ||
      std::any_of(models.begin(), models.end(),
                  [&wanted](const std::string& model) { return HoldsWords(model, wanted); })) {
    return;
  }
  std::vector<std::string> similar;
  std::copy_if(models.begin(), models.end(), std::back_inserter(similar),
               [&wanted](const std::string& model) { return MayBeMisspelt(wanted, model); });
  Suggest("machine.gpu_model", wanted, similar, out);
}

std::vector<Suggestion> SuggestFor(const UnknownNames& names, const Snapshot& snapshot,
                                   const PlacementQuery& query, const PlacementResult& result) {
  std::vector<Suggestion> out;
  for (const std::string& vo : names.vos) Suggest("vos", vo, snapshot.vo_names(), &out);
  for (const std::string& distro : names.distros) {
    Suggest("image.os", distro, result.index->distros(), &out);
  }
  for (const MachineRequest* request : RequestsOf(query)) {
    if (result.placements.empty()) SuggestModel(request->gpu_model, *result.index, &out);
  }
  if (names.sites.empty()) return out;
  std::vector<std::string> known;
  for (const auto& site : snapshot.catalog().sites) known.push_back(site->site.name);
  for (const std::string& site : names.sites) {
    Suggest("sites", absl::StartsWith(site, "sites/") ? site.substr(6) : site, known, &out);
  }
  return out;
}

// Searches the shares of the query's VOs. With `explains`, reasons and what would help are in the
// result too.
PlacementResult Search(const ServingState& state, const PlacementQuery& query, absl::Time now,
                       const FreshnessPolicy& policy, bool explains, const PlacementPage& page,
                       Work* work) {
  PlacementResult result;
  result.index = state.index;
  std::vector<std::string> unknown_sites;
  const SearchContext context =
      MakeSearchContext(*state.snapshot, *state.index, query, now, policy, work, &unknown_sites);
  const std::vector<int32_t> positions = SharesOf(*result.index, query.vos);
  result.verdicts.reserve(positions.size());
  PlacementList placements(query, page.after, page.limit);
  QuerySearch search(context, explains);
  for (const int32_t position : positions) {
    if (!work->Spend(1)) return result;
    const IndexedShare& share = result.index->shares()[static_cast<size_t>(position)];
    result.verdicts.push_back(search.Find(share, &placements));
  }
  result.placement_count = placements.total();
  result.has_more = placements.has_more();
  result.placements = placements.Take();
  FillFunnel(&result);
  const UnknownNames names =
      FindUnknownNames(*state.snapshot, *result.index, query, std::move(unknown_sites));
  result.warnings = WarnOf(names);
  if (explains) {
    result.relaxations = FindRelaxations(result.verdicts, search, context);
    result.suggestions = SuggestFor(names, *state.snapshot, query, result);
  }
  return result;
}

}  // namespace

absl::string_view FormatUnknown(Unknown unknown) {
  constexpr std::array<absl::string_view, kUnknownCount> kNames{
      "VO_SUPPORT", "FLAVOR_SIZE",        "FLAVOR_ARCH",    "IMAGE_ARCH",  "IMAGE_SIZE",
      "GPU",        "NETWORK_ATTACHABLE", "PUBLIC_V4",      "PUBLIC_V6",   "ROUTERS",
      "QUOTA",      "LOGIN_USER",         "SECURITY_GROUP", "VOLUME_ZONE", "HOST"};
  return kNames[static_cast<size_t>(unknown)];
}

int32_t PlacementResult::fit_count() const {
  return static_cast<int32_t>(std::count_if(verdicts.begin(), verdicts.end(),
                                            [](const ShareVerdict& v) { return v.fits; }));
}

PlacementResult FindPlacements(const ServingState& state, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy,
                               const PlacementPage& page, Work* work) {
  return Search(state, query, now, policy, false, page, work);
}

PlacementResult FindPlacements(const ServingState& state, const PlacementQuery& query,
                               absl::Time now, const FreshnessPolicy& policy) {
  Work work;
  return FindPlacements(state, query, now, policy, PlacementPage(), &work);
}

PlacementResult ExplainPlacements(const ServingState& state, const PlacementQuery& query,
                                  absl::Time now, const FreshnessPolicy& policy, Work* work) {
  return Search(state, query, now, policy, true, PlacementPage(), work);
}

PlacementResult ExplainPlacements(const ServingState& state, const PlacementQuery& query,
                                  absl::Time now, const FreshnessPolicy& policy) {
  Work work;
  return ExplainPlacements(state, query, now, policy, &work);
}

std::vector<ShareDetails> ExplainShares(const ServingState& state, const PlacementQuery& query,
                                        absl::Time now, const FreshnessPolicy& policy,
                                        absl::Span<const IndexedShare* const> shares, Work* work) {
  std::vector<std::string> unknown_sites;
  const SearchContext context =
      MakeSearchContext(*state.snapshot, *state.index, query, now, policy, work, &unknown_sites);
  QuerySearch search(context);
  std::vector<ShareDetails> out;
  out.reserve(shares.size());
  for (const IndexedShare* share : shares) out.push_back(search.Details(*share));
  return out;
}

}  // namespace cis::server
