// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/notable_changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cis::crawler {
namespace {

// Ranks of lines; a smaller one comes first. kNotTold is left out.
constexpr int kNotTold = 100;

int RankOf(const Change& change) {
  if (change.cause == ChangeCause::kRules) return kNotTold;
  const bool is_gone = change.event == ChangeEvent::kGone;
  const bool differs =
      change.event == ChangeEvent::kChanged || change.event == ChangeEvent::kRenamed;
  switch (change.kind) {
    case ChangeKind::kShare:
      if (change.field == "support") {
        // The first successful login of a share from a file is not notable.
        if (change.new_value == "refused") return 0;
        return change.old_value == "refused" ? 1 : kNotTold;
      }
      return change.event == ChangeEvent::kUnconfigured ? 7 : kNotTold;
    case ChangeKind::kNetwork:
      if (change.event == ChangeEvent::kRenamed) return 2;
      if (is_gone) return 3;
      return differs ? 4 : kNotTold;
    case ChangeKind::kFlavor:
      if (is_gone) return 5;
      return differs ? 6 : kNotTold;
    case ChangeKind::kQuota:
      return is_gone || differs ? 8 : kNotTold;
    case ChangeKind::kImage:
      return is_gone ? 9 : kNotTold;
  }
  return kNotTold;
}

// Returns what happened, without the thing and its place.
std::string EventOf(const Change& change) {
  const auto from_to = [&change] {
    return absl::StrCat(change.old_value.value_or("?"), " -> ", change.new_value.value_or("?"));
  };
  if (change.event == ChangeEvent::kRenamed) return absl::StrCat("renamed, ", from_to());
  if (change.event == ChangeEvent::kChanged) return absl::StrCat(change.field, " ", from_to());
  return std::string(FormatChangeEvent(change.event));
}

std::string LineOf(const Change& change) {
  const std::string& name = change.name.empty() ? change.upstream_id : change.name;
  return absl::StrCat(change.share.endpoint.site_name, "  ",
                      change.of_share ? absl::StrCat(change.share.vo, "  ") : "",
                      FormatChangeKind(change.kind), " ", name, " ", EventOf(change));
}

}  // namespace

std::string CountChanges(const std::vector<Change>& changes) {
  std::map<ChangeKind, std::map<ChangeEvent, int64_t>> counts;
  for (const Change& change : changes) ++counts[change.kind][change.event];
  std::vector<std::string> parts;
  for (const auto& [kind, events] : counts) {
    std::vector<std::string> words;
    for (const auto& [event, count] : events) {
      words.push_back(absl::StrCat(count, " ", FormatChangeEvent(event)));
    }
    parts.push_back(absl::StrCat(FormatChangeKind(kind), " ", absl::StrJoin(words, ", ")));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, "; ");
}

std::vector<std::string> NotableChanges(const std::vector<Change>& changes) {
  std::vector<std::pair<int, std::string>> ranked;
  // Shares of one site with the same change are one line.
  struct Alike {
    int rank = kNotTold;
    std::vector<std::string> vos;
  };
  std::map<std::pair<std::string, std::string>, Alike> shares;
  for (const Change& change : changes) {
    const int rank = RankOf(change);
    if (rank == kNotTold) continue;
    if (change.kind == ChangeKind::kShare) {
      Alike& alike = shares[{change.share.endpoint.site_name, EventOf(change)}];
      alike.rank = rank;
      alike.vos.push_back(change.share.vo);
    } else {
      ranked.emplace_back(rank, LineOf(change));
    }
  }
  for (const auto& [key, alike] : shares) {
    ranked.emplace_back(alike.rank, absl::StrCat(key.first, "  ", key.second, ": ",
                                                 absl::StrJoin(alike.vos, ", ")));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> lines;
  for (auto& [rank, line] : ranked) lines.push_back(std::move(line));
  return lines;
}

}  // namespace cis::crawler
