// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "crawler/report/crawl_plan.h"
#include "crawler/report/report_words.h"
#include "schema/base/one_line.h"

namespace cis::crawler {
namespace {

using nlohmann::ordered_json;

std::string HeadOf(const PlannedShare& share) {
  return OneLine(absl::StrCat(share.site_name, "  ", share.keystone_url,
                              share.region.empty() ? "" : absl::StrCat("  region ", share.region)));
}

// Names are usually ASCII; others only shift what follows.
void AppendPadded(absl::string_view text, size_t width, std::string* line) {
  absl::StrAppend(line, text, std::string(width > text.size() ? width - text.size() : 0, ' '),
                  "  ");
}

// Appends what the lines under one header have in common, and the rest line by line.
void AppendShares(const std::vector<PlannedShare>& shares, std::string* text) {
  size_t vo_width = 0;
  size_t project_width = 0;
  size_t login_width = 0;
  for (const PlannedShare& share : shares) {
    vo_width = std::max(vo_width, share.vo.size());
    project_width = std::max(project_width, share.project.size());
    login_width = std::max(login_width, share.login.size());
  }
  std::string head;
  for (const PlannedShare& share : shares) {
    if (std::string next = HeadOf(share); next != head) {
      head = std::move(next);
      absl::StrAppend(text, head, "\n");
    }
    std::string line = "  ";
    AppendPadded(share.vo, vo_width, &line);
    AppendPadded(share.project.empty() ? "(of the credential)" : share.project,
                 std::max<size_t>(project_width, 19), &line);
    AppendPadded(share.login, login_width, &line);
    absl::StrAppend(&line, FormatPlanState(share.state),
                    share.why.empty() ? "" : absl::StrCat(": ", share.why));
    absl::StrAppend(text, OneLine(line), "\n");
  }
}

void AppendList(absl::string_view title, const std::vector<std::string>& lines, std::string* text) {
  if (lines.empty()) return;
  absl::StrAppend(text, "\n", title, "\n");
  for (const std::string& line : lines) absl::StrAppend(text, "  ", OneLine(line), "\n");
}

std::string PlanTotals(const CrawlPlan& plan) {
  std::string text = absl::StrCat(CountOf(plan.CountSites(), "site"), ", ",
                                  CountOf(plan.CountEndpoints(), "endpoint"), ", ",
                                  CountOf(static_cast<int64_t>(plan.shares.size()), "share"), ": ",
                                  plan.CountOf(PlanState::kAsked), " would be asked");
  const std::pair<PlanState, absl::string_view> others[] = {
      {PlanState::kWaits, " wait for another share's login"},
      {PlanState::kBackingOff, " backed off"},
      {PlanState::kCannotBeAsked, " cannot be asked"}};
  for (const auto& [state, words] : others) {
    if (plan.CountOf(state) > 0) absl::StrAppend(&text, ", ", plan.CountOf(state), words);
  }
  if (plan.left_out_count > 0) {
    absl::StrAppend(&text, "; --site and --vo exclude ", plan.left_out_count);
  }
  return text;
}

}  // namespace

std::string FormatPlanText(const CrawlPlan& plan) {
  std::string text;
  AppendShares(plan.shares, &text);
  AppendList("Settings", plan.settings, &text);
  AppendList("Problems", plan.problems, &text);
  AppendList("Remarks", plan.remarks, &text);
  absl::StrAppend(&text, "\n", PlanTotals(plan),
                  ". Nothing was sent, and the database was not written.\n");
  return text;
}

std::string FormatPlanJson(const CrawlPlan& plan) {
  std::string text;
  const auto add = [&text](const ordered_json& line) {
    absl::StrAppend(&text, line.dump(-1, ' ', false, ordered_json::error_handler_t::replace), "\n");
  };
  for (const PlannedShare& share : plan.shares) {
    add({{"type", "share"},
         {"site", share.site_name},
         {"endpoint", share.keystone_url},
         {"region", share.region},
         {"vo", share.vo},
         {"project", share.project},
         {"login", share.login},
         {"state", FormatPlanState(share.state)},
         {"why", share.why},
         {"origin", share.origin}});
  }
  const std::pair<absl::string_view, const std::vector<std::string>&> lists[] = {
      {"setting", plan.settings}, {"problem", plan.problems}, {"remark", plan.remarks}};
  for (const auto& [type, lines] : lists) {
    for (const std::string& line : lines) add({{"type", type}, {"message", line}});
  }
  add({{"type", "total"},
       {"sites", plan.CountSites()},
       {"endpoints", plan.CountEndpoints()},
       {"shares", plan.shares.size()},
       {"asked", plan.CountOf(PlanState::kAsked)},
       {"waits", plan.CountOf(PlanState::kWaits)},
       {"backing_off", plan.CountOf(PlanState::kBackingOff)},
       {"cannot_be_asked", plan.CountOf(PlanState::kCannotBeAsked)},
       {"left_out", plan.left_out_count},
       {"problems", plan.problems.size()}});
  return text;
}

}  // namespace cis::crawler
