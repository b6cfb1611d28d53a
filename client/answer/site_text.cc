// SPDX-License-Identifier: Apache-2.0
#include "client/answer/site_text.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

// Classes of error with a line of their own; the others are counted.
constexpr int kMaxErrorLines = 3;
// The indent of lines below a row.
constexpr size_t kIndent = 2;

// Returns `text` in at most `width` columns, cut in the middle: a message begins with what was
// tried and ends with what went wrong.
std::string CutMiddle(const std::string& text, size_t width) {
  if (DisplayWidth(text) <= width) return text;
  const std::string head = Truncate(text, width * 2 / 3, Cut::kEnd);
  size_t left = width - DisplayWidth(head);
  size_t tail = text.size();
  const std::vector<Cluster> clusters = SplitClusters(text);
  for (auto c = clusters.rbegin(); c != clusters.rend() && c->width <= left; ++c) {
    left -= c->width;
    tail -= c->text.size();
  }
  return absl::StrCat(head, text.substr(tail));
}

void AppendKind(std::string* out, int kind) {
  absl::StrAppend(out, EnumWord(static_cast<v1::DataKind>(kind)));
}

}  // namespace

std::string SharesText(const v1::Site& site) {
  const std::pair<int32_t, const char*> counts[] = {{site.fresh_share_count(), "fresh"},
                                                    {site.stale_share_count(), "stale"},
                                                    {site.expired_share_count(), "expired"},
                                                    {site.missing_share_count(), "missing"}};
  std::vector<std::string> parts;
  for (const auto& [count, word] : counts) {
    if (count > 0) parts.push_back(absl::StrCat(count, " ", word));
  }
  return absl::StrJoin(parts, ", ");
}

std::string FailingText(const v1::Site& site, absl::Time now) {
  if (site.errors().empty()) return "";
  // The error of the most shares.
  const v1::ErrorCount& error = *std::max_element(
      site.errors().begin(), site.errors().end(),
      [](const auto& a, const auto& b) { return a.share_count() < b.share_count(); });
  return absl::StrCat(EnumWord(error.error_class()), " (",
                      FormatAge(now - ToTime(error.failing_since_time())), ")",
                      site.errors_size() > 1 ? absl::StrCat(" +", site.errors_size() - 1) : "");
}

const v1::Downtime* FirstDowntime(const v1::Site& site) {
  const v1::Downtime* first = nullptr;
  const auto rank = [](const v1::Downtime& d) {
    return std::make_tuple(!d.endpoints().empty(), d.is_running(), d.is_outage());
  };
  for (const v1::Downtime& downtime : site.downtimes()) {
    if (first == nullptr || rank(*first) < rank(downtime)) first = &downtime;
  }
  return first == nullptr || first->endpoints().empty() ? nullptr : first;
}

std::vector<Cell> SiteLines(const v1::Site& site, size_t width) {
  std::vector<Cell> lines;
  const auto add = [&](const std::string& text, Tone tone) {
    const std::string clean = CleanText(text);
    lines.push_back(
        {width == 0 ? clean : Truncate(clean, width - std::min(width, kIndent), Cut::kEnd), tone});
  };
  if (const v1::Downtime* downtime = FirstDowntime(site)) {
    const Tone running = downtime->is_outage() ? Tone::kBad : Tone::kWarning;
    add(absl::StrCat("downtime: ", DowntimeText(*downtime),
                     downtime->description().empty() ? "" : ": ", downtime->description()),
        downtime->is_running() ? running : Tone::kPlain);
  }
  int told_count = 0;
  for (const v1::ErrorCount& error : site.errors()) {
    if (++told_count > kMaxErrorLines) break;
    const std::string what =
        absl::StrCat(absl::StrJoin(error.kinds(), ", ", AppendKind), " of ", error.share_count(),
                     error.share_count() == 1 ? " share" : " shares", " since ",
                     FormatMinute(ToTime(error.failing_since_time())));
    const std::string message = CleanText(error.error_message());
    const std::string both = absl::StrCat(what, ": ", message);
    if (width == 0 || DisplayWidth(both) + kIndent <= width) {
      add(both, Tone::kWarning);
      continue;
    }
    add(what, Tone::kWarning);
    add(absl::StrCat("  ", CutMiddle(message, width - std::min(width, 2 * kIndent))),
        Tone::kWarning);
  }
  if (site.errors_size() > kMaxErrorLines) {
    add(absl::StrCat("and ", site.errors_size() - kMaxErrorLines, " more classes of error"),
        Tone::kWarning);
  }
  const int count = site.problems_size();
  if (count == 0) return lines;
  if (!site.errors().empty()) {
    // The lines above cover at most two sentences per share, that it fails and that its data is
    // old, and one for backing off.
    const int told = 2 * site.share_count() + (site.has_next_attempt_time() ? 1 : 0);
    if (count <= told) return lines;
    add(absl::StrCat(count, count == 1 ? " problem" : " problems",
                     " in all: cisquery sites --problems --site ", site.display_name()),
        Tone::kDim);
  } else {
    add(absl::StrCat(count > 1 ? absl::StrCat(count, " problems: ") : "", site.problems(0)),
        Tone::kPlain);
  }
  return lines;
}

}  // namespace cis::client
