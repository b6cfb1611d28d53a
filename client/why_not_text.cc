#include "client/why_not_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "client/request_text.h"
#include "client/words.h"

namespace cis {
namespace {

// The stage as the word of a line: `image_x_flavor` is `image and flavor`.
std::string StageText(absl::string_view stage) {
  if (stage == "image_x_flavor") return "image+flavor";
  return std::string(stage);
}

std::string ReasonText(const v1::Reason& reason) {
  std::string text = reason.message().empty() ? reason.code() : reason.message();
  if (reason.has_gap_percent() && reason.gap_percent() > 0 && reason.gap_percent() <= 10) {
    absl::StrAppendFormat(&text, " [near miss, %.2g %%]", reason.gap_percent());
  }
  return text;
}

// Where a share is, as short as it is clear.
std::string ShareText(const v1::ShareVerdict& verdict, bool several_vos) {
  return several_vos ? absl::StrCat(verdict.site_name(), " ", verdict.vo()) : verdict.site_name();
}

bool SeveralVos(const v1::FindPlacementsResponse& response) {
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.vo() != response.verdicts(0).vo()) return true;
  }
  return false;
}

// `RAM_TOO_SMALL` as `ram too small`.
std::string CodeText(absl::string_view code) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(code), {{"_", " "}});
}

// `31 more: 20 ram too small, 11 net no public v4`.
std::string CountByReason(absl::Span<const v1::ShareVerdict* const> verdicts) {
  std::map<std::string, int> counts;
  for (const v1::ShareVerdict* verdict : verdicts) ++counts[verdict->blocking().code()];
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return absl::StrCat("and ", verdicts.size(), " more: ",
                      absl::StrJoin(sorted, ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.second, " ",
                                                      CodeText(entry.first));
                                    }),
                      " (--explain tells all)");
}

// `flavor arch, quota` for FLAVOR_ARCH_UNKNOWN and QUOTA_UNKNOWN.
std::string UnknownsText(const v1::ShareVerdict& verdict) {
  return absl::StrJoin(verdict.unknowns(), ", ", [](std::string* out, absl::string_view code) {
    absl::ConsumeSuffix(&code, "_UNKNOWN");
    absl::StrAppend(out, CodeText(code));
  });
}

// What stands under the row of a share: `flavor        needs 8192 MiB, ...`, each thing once.
std::vector<Cell> VerdictLines(const v1::ShareVerdict& verdict) {
  std::vector<Cell> lines;
  const auto add = [&](absl::string_view stage, absl::string_view text, Tone tone) {
    std::string line = absl::StrCat(PadRight(stage, 12), "  ", text);
    const auto same = [&](const Cell& cell) { return cell.text == line; };
    if (std::none_of(lines.begin(), lines.end(), same)) lines.push_back({std::move(line), tone});
  };
  if (!verdict.fits()) {
    add(StageText(verdict.blocking().stage()), ReasonText(verdict.blocking()), Tone::kBad);
  }
  for (const v1::Reason& reason : verdict.also()) {
    add(StageText(reason.stage()), absl::StrCat("also: ", ReasonText(reason)), Tone::kPlain);
  }
  // What the request itself leaves out needs no details.
  if (verdict.blocking().stage() == "site") return lines;
  for (const v1::RefusedPair& pair : verdict.refused_pairs()) {
    add(StageText(pair.reason().stage()), ReasonText(pair.reason()), Tone::kPlain);
  }
  if (!verdict.unknowns().empty()) add("not known", UnknownsText(verdict), Tone::kDim);
  return lines;
}

void AddVerdict(const v1::ShareVerdict& verdict, absl::Time now, Table& table) {
  table.AddRow(
      {verdict.fits() ? Cell{"yes", Tone::kGood} : Cell{"no", Tone::kBad},
       {verdict.site_name(), Tone::kPlain},
       {verdict.vo(), Tone::kPlain},
       AgeCell(verdict.data_state(), verdict.has_observe_time(), verdict.observe_time(), now)},
      VerdictLines(verdict));
}

}  // namespace

std::string SummarySentence(const v1::FindPlacementsResponse& response, absl::Time now) {
  const auto fit = std::count_if(response.verdicts().begin(), response.verdicts().end(),
                                 [](const v1::ShareVerdict& v) { return v.fits(); });
  const auto& vos = response.interpreted_request().vos();
  std::string text;
  if (response.verdicts().empty()) {
    text = "No share can run this";
  } else {
    text = absl::StrCat(fit == 0 ? "None" : absl::StrCat(fit), " of ", response.verdicts_size(),
                        response.verdicts_size() == 1 ? " share" : " shares");
    if (!vos.empty()) {
      absl::StrAppend(&text, " of VO ", absl::StrJoin(vos, ", "));
    }
    absl::StrAppend(&text, " can run this");
  }
  absl::StrAppend(&text, " (", response.site_count(),
                  response.site_count() == 1 ? " site known" : " sites known");
  absl::Time oldest = absl::InfiniteFuture();
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.has_observe_time()) oldest = std::min(oldest, ToTime(verdict.observe_time()));
  }
  if (oldest < absl::InfiniteFuture()) {
    absl::StrAppend(&text, ", data ", FormatAge(now - oldest), " old");
  }
  return absl::StrCat(text, ").");
}

std::vector<std::string> ReasonLines(const v1::FindPlacementsResponse& response, size_t max_lines) {
  const bool several_vos = SeveralVos(response);
  std::vector<const v1::ShareVerdict*> refused;
  size_t width = 0;
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.fits()) continue;
    refused.push_back(&verdict);
    width = std::max(width, DisplayWidth(CleanText(ShareText(verdict, several_vos))));
  }
  size_t shown = refused.size();
  if (max_lines > 0 && shown > max_lines) shown = max_lines - 1;
  std::vector<std::string> lines;
  for (size_t i = 0; i < shown; ++i) {
    const v1::ShareVerdict& verdict = *refused[i];
    lines.push_back(absl::StrCat(
        "no  ", PadRight(CleanText(ShareText(verdict, several_vos)), std::min<size_t>(width, 40)),
        "  ", StageText(verdict.blocking().stage()), ": ",
        CleanText(ReasonText(verdict.blocking()))));
  }
  if (shown < refused.size()) {
    lines.push_back(CountByReason(absl::MakeConstSpan(refused).subspan(shown)));
  }
  for (const v1::Suggestion& suggestion : response.suggestions()) {
    lines.push_back(CleanText(absl::StrCat(
        "There is no \"", suggestion.value(), "\"",
        suggestion.candidates().empty()
            ? "."
            : absl::StrCat("; did you mean ", absl::StrJoin(suggestion.candidates(), ", "), "?"))));
  }
  std::vector<std::string> changes;
  for (const v1::Relaxation& relaxation : response.relaxations()) {
    changes.push_back(absl::StrCat(relaxation.change(), " adds ", relaxation.added_share_count(),
                                   relaxation.added_share_count() == 1 ? " share" : " shares"));
  }
  if (!changes.empty()) {
    lines.push_back(CleanText(absl::StrCat("Try: ", absl::StrJoin(changes, "; "))));
  }
  return lines;
}

std::string ExplainText(const v1::FindPlacementsResponse& response, const TableStyle& style,
                        absl::Time now) {
  TableStyle whole = style;
  whole.max_width = 0;  // explanations are not cut
  Table funnel({{"STAGE"}, {"SHARES IN", Align::kRight}, {"SHARES OUT", Align::kRight}});
  for (const v1::FunnelStage& stage : response.funnel()) {
    funnel.AddRow(
        {{StageText(stage.stage()), Tone::kPlain},
         {absl::StrCat(stage.in_count()), Tone::kPlain},
         {absl::StrCat(stage.out_count()), stage.out_count() == 0 ? Tone::kBad : Tone::kPlain}});
  }
  Table verdicts({{"FITS"}, {"SITE"}, {"VO"}, {"AGE"}});
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    AddVerdict(verdict, now, verdicts);
  }
  std::string text;
  if (!funnel.empty()) absl::StrAppend(&text, funnel.Format(whole));
  if (!verdicts.empty()) absl::StrAppend(&text, "\n", verdicts.Format(whole));
  absl::StrAppend(
      &text, "\nUnderstood as: ", CleanText(RequestText(response.interpreted_request())), "\n");
  return text;
}

}  // namespace cis
