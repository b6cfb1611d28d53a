#include "client/why_not_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "client/place_text.h"
#include "client/request_text.h"
#include "client/words.h"

namespace cis {
namespace {

// The words of `text` in lines of at most `width` columns; lines after the first begin with
// `indent` spaces. A longer word has a line of its own.
std::vector<std::string> Wrap(absl::string_view text, size_t width, size_t indent) {
  if (DisplayWidth(text) <= width) return {std::string(text)};
  std::vector<std::string> lines(1);
  bool is_empty = true;  // the last line but for its indent
  const auto start = static_cast<size_t>(std::min(text.find_first_not_of(' '), text.size()));
  lines.back() = std::string(text.substr(0, start));
  absl::string_view before;  // spaces of the text before the next word
  for (absl::string_view rest = text.substr(start); !rest.empty();) {
    const size_t end = std::min(rest.find(' '), rest.size());
    const absl::string_view word = rest.substr(0, end);
    if (!is_empty && DisplayWidth(lines.back()) + before.size() + DisplayWidth(word) > width) {
      lines.emplace_back(indent, ' ');
      is_empty = true;
    }
    if (!is_empty) absl::StrAppend(&lines.back(), before);
    absl::StrAppend(&lines.back(), word);
    is_empty = false;
    rest.remove_prefix(end);
    const size_t spaces = std::min(rest.find_first_not_of(' '), rest.size());
    before = rest.substr(0, spaces);
    rest.remove_prefix(spaces);
  }
  return lines;
}

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
std::string ShareText(const v1::ShareVerdict& verdict, bool several_vos, const RowKeys& keys) {
  std::string text = verdict.site_name();
  if (several_vos) absl::StrAppend(&text, " ", verdict.vo());
  if (keys.sites_by_region.contains(verdict.site_name())) {
    absl::StrAppend(&text, " ", verdict.region());
  }
  return text;
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
  std::set<std::string> told;
  const auto add = [&](absl::string_view stage, absl::string_view text, Tone tone) {
    constexpr size_t kStageWidth = 14;
    constexpr size_t kBelow = 2;  // lines below a row are indented
    std::string whole = absl::StrCat(PadRight(stage, kStageWidth - 2), "  ", CleanText(text));
    if (!told.insert(whole).second) return;
    for (std::string& line : Wrap(whole, kLineWidth - kBelow, kStageWidth)) {
      lines.push_back({std::move(line), tone});
    }
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

void AddVerdict(const v1::ShareVerdict& verdict, const RowKeys& keys, absl::Time now,
                Table& table) {
  const bool by_region = keys.sites_by_region.contains(verdict.site_name());
  table.AddRow(
      {verdict.fits() ? Cell{"yes", Tone::kGood} : Cell{"no", Tone::kBad},
       {verdict.site_name(), Tone::kPlain},
       {verdict.vo(), Tone::kPlain},
       {by_region ? verdict.region() : "", Tone::kPlain},
       AgeCell(verdict.data_state(), verdict.has_observe_time(), verdict.observe_time(), now)},
      VerdictLines(verdict));
}

// Whether an architecture is required and no share that fits reports one: the requirement is met by
// what is not known only.
bool AreAllOfUnknownArchitecture(const v1::FindPlacementsResponse& response) {
  if (response.interpreted_request().machine().arch().empty()) return false;
  bool any = false;
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (!verdict.fits()) continue;
    const auto has = [&verdict](absl::string_view code) {
      return std::count(verdict.unknowns().begin(), verdict.unknowns().end(), code) > 0;
    };
    if (!has("FLAVOR_ARCH_UNKNOWN") || !has("IMAGE_ARCH_UNKNOWN")) return false;
    any = true;
  }
  return any;
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
    absl::StrAppend(&text, AreAllOfUnknownArchitecture(response)
                               ? (fit == 1 ? " may run this, but reports no architecture"
                                           : " may run this, but report no architecture")
                               : " can run this");
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
  const RowKeys keys = RowKeysOf(response);
  std::vector<const v1::ShareVerdict*> refused;
  size_t width = 0;
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.fits()) continue;
    refused.push_back(&verdict);
    width = std::max(width, DisplayWidth(CleanText(ShareText(verdict, several_vos, keys))));
  }
  std::vector<std::string> lines;
  size_t shown = 0;
  for (; shown < refused.size(); ++shown) {
    const v1::ShareVerdict& verdict = *refused[shown];
    const std::string head = absl::StrCat(
        "no  ",
        PadRight(CleanText(ShareText(verdict, several_vos, keys)), std::min<size_t>(width, 40)),
        "  ");
    std::vector<std::string> more =
        Wrap(absl::StrCat(head, StageText(verdict.blocking().stage()), ": ",
                          CleanText(ReasonText(verdict.blocking()))),
             kLineWidth, DisplayWidth(head));
    // The line that counts the rest needs room too.
    const size_t last = shown + 1 < refused.size() ? 1 : 0;
    if (max_lines > 0 && lines.size() + more.size() + last > max_lines) break;
    std::move(more.begin(), more.end(), std::back_inserter(lines));
  }
  if (shown < refused.size()) {
    for (std::string& line :
         Wrap(CountByReason(absl::MakeConstSpan(refused).subspan(shown)), kLineWidth, 4)) {
      lines.push_back(std::move(line));
    }
  }
  for (std::string& line : HintLines(response)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> HintLines(const v1::FindPlacementsResponse& response) {
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& text) {
    for (std::string& line : Wrap(CleanText(text), kLineWidth, 5)) lines.push_back(std::move(line));
  };
  for (const v1::Suggestion& suggestion : response.suggestions()) {
    add(absl::StrCat(
        "There is no \"", suggestion.value(), "\"",
        suggestion.candidates().empty()
            ? "."
            : absl::StrCat("; did you mean ", absl::StrJoin(suggestion.candidates(), ", "), "?")));
  }
  std::vector<std::string> changes;
  for (const v1::Relaxation& relaxation : response.relaxations()) {
    changes.push_back(absl::StrCat(ChangeText(response.interpreted_request(), relaxation.request()),
                                   " adds ", relaxation.added_share_count(),
                                   relaxation.added_share_count() == 1 ? " share" : " shares"));
  }
  if (!changes.empty()) add(absl::StrCat("Try: ", absl::StrJoin(changes, "; ")));
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
  const RowKeys keys = RowKeysOf(response);
  Table verdicts(
      {{"FITS"}, {"SITE"}, {"VO"}, {"REGION", Align::kLeft, 0, Cut::kEnd, true}, {"AGE"}});
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    AddVerdict(verdict, keys, now, verdicts);
  }
  std::string text;
  if (!funnel.empty()) absl::StrAppend(&text, funnel.Format(whole));
  if (!verdicts.empty()) absl::StrAppend(&text, "\n", verdicts.Format(whole));
  absl::StrAppend(&text, "\n");
  for (const std::string& line :
       Wrap(absl::StrCat("Understood as: ", CleanText(RequestText(response.interpreted_request()))),
            kLineWidth, 2)) {
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

}  // namespace cis
