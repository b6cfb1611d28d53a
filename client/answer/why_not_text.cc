// SPDX-License-Identifier: Apache-2.0
#include "client/answer/why_not_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/types/span.h"
#include "client/answer/request_text.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "schema/base/columns.h"

namespace cis::client {
namespace {

// Returns the word for the stage in a line.
std::string StageText(v1::PlacementStage stage) {
  return stage == v1::PLACEMENT_STAGE_PAIR ? "image+flavor" : EnumWord(stage);
}

// `RAM_TOO_SMALL` as `ram too small`, `QUOTA_ZERO` of floating IPs as `quota zero floating ips`.
std::string CodeText(const v1::Reason& reason) {
  const std::string quota = EnumWord(reason.quota_resource());
  return absl::StrReplaceAll(absl::StrCat(EnumWord(reason.code()), quota.empty() ? "" : " ", quota),
                             {{"-", " "}});
}

// Returns how much of an amount is missing, in percent; nothing if it is not an amount.
std::optional<double> MissingPercent(const v1::Reason& reason) {
  const double required = reason.required().amount().value();
  if (!reason.has_missing() || required <= 0) return std::nullopt;
  return reason.missing().value() / required * 100.0;
}

std::string ReasonText(const v1::Reason& reason) {
  std::string text = reason.message().empty() ? CodeText(reason) : reason.message();
  const std::optional<double> percent = MissingPercent(reason);
  if (percent && *percent > 0 && *percent <= 10) {
    absl::StrAppendFormat(&text, " [near miss, %.2g %%]", *percent);
  }
  return text;
}

// Returns where a share is, as short as is unambiguous.
std::string ShareText(const v1::ShareVerdict& verdict, const RowKeys& keys) {
  std::string text = verdict.site_name();
  if (keys.vo) absl::StrAppend(&text, " ", verdict.vo());
  if (keys.sites_by_region.contains(verdict.site_name())) {
    absl::StrAppend(&text, " ", verdict.region());
  }
  return text;
}

// `31 more: 20 ram too small, 11 net no public v4`.
std::string CountByReason(absl::Span<const v1::ShareVerdict* const> verdicts) {
  std::map<std::string, int> counts;
  for (const v1::ShareVerdict* verdict : verdicts) ++counts[CodeText(verdict->blocking_reason())];
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return absl::StrCat("and ", verdicts.size(), " more: ",
                      absl::StrJoin(sorted, ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.second, " ", entry.first);
                                    }),
                      " (--explain shows all)");
}

// `flavor arch, quota`.
std::string UnknownsText(const v1::ShareVerdict& verdict) {
  return absl::StrJoin(verdict.unknowns(), ", ", [](std::string* out, int unknown) {
    absl::StrAppend(out, absl::StrReplaceAll(EnumWord(static_cast<v1::PlacementUnknown>(unknown)),
                                             {{"-", " "}}));
  });
}

// Returns the lines below the row of a share: `flavor        needs 8192 MiB, ...`, each item once.
std::vector<Cell> VerdictLines(const v1::ShareVerdict& verdict) {
  std::vector<Cell> lines;
  std::set<std::string> told;
  const auto add = [&](absl::string_view stage, absl::string_view text, Tone tone) {
    constexpr size_t kStageWidth = 14;
    constexpr size_t kBelow = 2;  // lines below a row are indented
    std::string whole = absl::StrCat(PadRight(stage, kStageWidth - 2), "  ", CleanText(text));
    if (!told.insert(whole).second) return;
    for (std::string& line : WrapText(whole, kLineWidth - kBelow, kStageWidth)) {
      lines.push_back({std::move(line), tone});
    }
  };
  if (!verdict.satisfies()) {
    add(StageText(verdict.blocking_reason().stage()), ReasonText(verdict.blocking_reason()),
        Tone::kBad);
  }
  for (const v1::Reason& reason : verdict.further_reasons()) {
    add(StageText(reason.stage()), absl::StrCat("also: ", ReasonText(reason)), Tone::kPlain);
  }
  // What the request itself excludes needs no details.
  if (verdict.blocking_reason().stage() == v1::PLACEMENT_STAGE_SITE) return lines;
  for (const v1::RefusedPair& pair : verdict.refused_pairs()) {
    add(StageText(pair.reason().stage()), ReasonText(pair.reason()), Tone::kPlain);
  }
  for (const v1::NearMiss& miss : verdict.near_misses()) {
    add("near miss", miss.reason().message(), Tone::kDim);
  }
  if (!verdict.unknowns().empty()) add("not known", UnknownsText(verdict), Tone::kDim);
  return lines;
}

void AddVerdict(const v1::ShareVerdict& verdict, const RowKeys& keys, absl::Time now,
                Table* table) {
  const bool by_region = keys.sites_by_region.contains(verdict.site_name());
  table->AddRow(
      {verdict.satisfies() ? Cell{"yes", Tone::kGood} : Cell{"no", Tone::kBad},
       {verdict.site_name(), Tone::kPlain},
       {verdict.vo(), Tone::kPlain},
       {by_region ? verdict.region() : "", Tone::kPlain},
       AgeCell(verdict.data_state(), verdict.has_observe_time(), verdict.observe_time(), now)},
      VerdictLines(verdict));
}

// Whether an architecture is required and no placement reports one, so that all satisfy the
// requirement only because the architecture is unknown. Known ones come first.
bool AreAllOfUnknownArchitecture(const v1::FindPlacementsResponse& response) {
  if (response.query().machine().arch().empty() || response.placements().empty()) return false;
  return std::all_of(
      response.placements().begin(), response.placements().end(),
      [](const v1::Placement& placement) {
        const auto has = [&placement](v1::PlacementUnknown unknown) {
          return std::count(placement.unknowns().begin(), placement.unknowns().end(), unknown) > 0;
        };
        return has(v1::PLACEMENT_UNKNOWN_FLAVOR_ARCH) && has(v1::PLACEMENT_UNKNOWN_IMAGE_ARCH);
      });
}

}  // namespace

std::string SummarySentence(const v1::FindPlacementsResponse& response, absl::Time now) {
  const int fit = response.satisfying_share_count();
  const int shares = response.funnel().empty() ? 0 : response.funnel(0).in_count();
  const auto& vos = response.query().vos();
  std::string text;
  if (shares == 0) {
    text = "No share can run this";
  } else {
    text = absl::StrCat(fit == 0 ? "None" : absl::StrCat(fit), " of ", shares,
                        shares == 1 ? " share" : " shares");
    if (!vos.empty()) absl::StrAppend(&text, " of VO ", absl::StrJoin(vos, ", "));
    absl::StrAppend(&text, AreAllOfUnknownArchitecture(response)
                               ? (fit == 1 ? " may run this, but reports no architecture"
                                           : " may run this, but report no architecture")
                               : " can run this");
  }
  absl::StrAppend(&text, " (", response.site_count(),
                  response.site_count() == 1 ? " site known" : " sites known");
  if (response.has_observe_time()) {
    absl::StrAppend(&text, ", data ", FormatAge(now - ToTime(response.observe_time())), " old");
  }
  return absl::StrCat(text, ").");
}

std::vector<std::string> ReasonLines(const PlaceAnswer& answer, size_t max_lines) {
  const RowKeys keys = RowKeysOf(answer);
  std::vector<const v1::ShareVerdict*> refused;
  size_t width = 0;
  for (const v1::ShareVerdict& verdict : answer.explained.verdicts()) {
    if (verdict.satisfies()) continue;
    refused.push_back(&verdict);
    width = std::max(width, DisplayWidth(CleanText(ShareText(verdict, keys))));
  }
  std::vector<std::string> lines;
  size_t shown = 0;
  for (; shown < refused.size(); ++shown) {
    const v1::ShareVerdict& verdict = *refused[shown];
    const std::string head = absl::StrCat(
        "no  ", PadRight(CleanText(ShareText(verdict, keys)), std::min<size_t>(width, 40)), "  ");
    std::vector<std::string> more =
        WrapText(absl::StrCat(head, StageText(verdict.blocking_reason().stage()), ": ",
                              CleanText(ReasonText(verdict.blocking_reason()))),
                 kLineWidth, DisplayWidth(head));
    // The line that counts the rest needs a line too.
    const size_t last = shown + 1 < refused.size() ? 1 : 0;
    if (max_lines > 0 && lines.size() + more.size() + last > max_lines) break;
    std::move(more.begin(), more.end(), std::back_inserter(lines));
  }
  if (shown < refused.size()) {
    for (std::string& line :
         WrapText(CountByReason(absl::MakeConstSpan(refused).subspan(shown)), kLineWidth, 4)) {
      lines.push_back(std::move(line));
    }
  }
  for (std::string& line : HintLines(answer)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> HintLines(const PlaceAnswer& answer) {
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& text) {
    for (std::string& line : WrapText(CleanText(text), kLineWidth, 5))
      lines.push_back(std::move(line));
  };
  for (const v1::Suggestion& suggestion : answer.explained.suggestions()) {
    add(absl::StrCat(
        "There is no \"", suggestion.value(), "\"",
        suggestion.candidates().empty()
            ? "."
            : absl::StrCat("; did you mean ", absl::StrJoin(suggestion.candidates(), ", "), "?")));
  }
  std::vector<std::string> changes;
  for (const v1::Relaxation& relaxation : answer.explained.relaxations()) {
    changes.push_back(absl::StrCat(ChangeText(answer.found.query(), relaxation.query()), " adds ",
                                   relaxation.added_share_count(),
                                   relaxation.added_share_count() == 1 ? " share" : " shares"));
  }
  if (!changes.empty()) add(absl::StrCat("Try: ", absl::StrJoin(changes, "; ")));
  return lines;
}

std::string ExplainText(const PlaceAnswer& answer, const TableStyle& style, absl::Time now) {
  TableStyle whole = style;
  whole.max_width = 0;  // explanations are not cut
  Table funnel({{"STAGE"}, {"SHARES BEFORE", Align::kRight}, {"SHARES AFTER", Align::kRight}});
  for (const v1::FunnelStage& stage : answer.found.funnel()) {
    funnel.AddRow(
        {{StageText(stage.stage()), Tone::kPlain},
         {absl::StrCat(stage.in_count()), Tone::kPlain},
         {absl::StrCat(stage.out_count()), stage.out_count() == 0 ? Tone::kBad : Tone::kPlain}});
  }
  const RowKeys keys = RowKeysOf(answer);
  Table verdicts(
      {{"FITS"}, {"SITE"}, {"VO"}, {"REGION", Align::kLeft, 0, Cut::kEnd, true}, {"AGE"}});
  for (const v1::ShareVerdict& verdict : answer.explained.verdicts()) {
    AddVerdict(verdict, keys, now, &verdicts);
  }
  std::string text;
  if (!funnel.empty()) absl::StrAppend(&text, funnel.Format(whole));
  if (!verdicts.empty()) absl::StrAppend(&text, "\n", verdicts.Format(whole));
  absl::StrAppend(&text, "\n");
  for (const std::string& line :
       WrapText(absl::StrCat("Understood as: ", CleanText(QueryText(answer.found.query()))),
                kLineWidth, 2)) {
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace cis::client
