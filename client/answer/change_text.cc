// SPDX-License-Identifier: Apache-2.0
#include "client/answer/change_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

// `2048 -> 4096`; `?` stands for a value that is not known.
std::string FromTo(const v1::Change& change) {
  return absl::StrCat(change.has_old_value() ? change.old_value() : "?", " -> ",
                      change.has_new_value() ? change.new_value() : "?");
}

std::string WithoutCause(const v1::Change& change) {
  switch (change.event()) {
    case v1::CHANGE_EVENT_RENAMED:
      return FromTo(change);
    case v1::CHANGE_EVENT_REPLACED:
      return absl::StrCat("by ", change.new_value(), " (same ", change.field(), ")");
    case v1::CHANGE_EVENT_FAILING:
      return absl::StrCat(change.field(), ": ", change.new_value());
    case v1::CHANGE_EVENT_RECOVERED:
      return absl::StrCat(change.field(), " (was ", change.old_value(), ")");
    case v1::CHANGE_EVENT_APPEARED:
    case v1::CHANGE_EVENT_GONE:
      // For a quota, the limit is shown.
      if (change.field().empty()) return "";
      return absl::StrCat(change.field(), ": ",
                          change.has_new_value() ? change.new_value() : change.old_value());
    case v1::CHANGE_EVENT_CHANGED:
      return absl::StrCat(change.field(), ": ", FromTo(change));
    default:
      return change.field();
  }
}

}  // namespace

std::string ChangeDetail(const v1::Change& change) {
  std::string detail = WithoutCause(change);
  if (change.cause() != v1::CHANGE_CAUSE_RULES) return detail;
  constexpr char kRules[] = "(by CIS's rules, not the site)";
  return detail.empty() ? kRules : absl::StrCat(detail, " ", kRules);
}

std::string ChangedThing(const v1::Change& change) {
  return change.display_name().empty() ? change.upstream_id() : change.display_name();
}

std::string ChangeLine(const v1::Change& change) {
  std::vector<std::string> parts = {FormatMinute(ToTime(change.time())), change.site_name()};
  if (!change.vo().empty()) parts.push_back(change.vo());
  // A share is named by its VO, which the line has already.
  const std::string thing =
      change.kind() == v1::CHANGE_KIND_SHARE ? "" : absl::StrCat(" ", ChangedThing(change));
  const std::string detail = ChangeDetail(change);
  parts.push_back(absl::StrCat(EnumWord(change.kind()), thing, " ", EnumWord(change.event()),
                               detail.empty() ? "" : absl::StrCat(", ", detail)));
  return absl::StrJoin(parts, "  ");
}

}  // namespace cis::client
