// SPDX-License-Identifier: Apache-2.0
#pragma once

// An entry of the journal: what changed between two states of the catalog, in words for people.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/records.h"

namespace cis {

// What a change is about.
enum class ChangeKind { kFlavor = 0, kImage, kNetwork, kQuota, kShare };
inline constexpr ChangeKind kAllChangeKinds[] = {ChangeKind::kFlavor, ChangeKind::kImage,
                                                 ChangeKind::kNetwork, ChangeKind::kQuota,
                                                 ChangeKind::kShare};

// "flavor", "image", "network", "quota", "share".
absl::string_view FormatChangeKind(ChangeKind kind);
std::optional<ChangeKind> ParseChangeKind(absl::string_view text);

// What happened; proto/cis/v1/changes.proto explains each event.
enum class ChangeEvent {
  kAppeared = 0,
  kGone,
  kChanged,
  kReplaced,
  kRenamed,
  kConfigured,
  kUnconfigured,
  kFailing,
  kRecovered,
};

// "appeared", "gone", "changed", "replaced", "renamed", "configured", "unconfigured", "failing",
// "recovered".
absl::string_view FormatChangeEvent(ChangeEvent event);
std::optional<ChangeEvent> ParseChangeEvent(absl::string_view text);

// What caused the difference.
enum class ChangeCause {
  kSite = 0,
  kConfiguration,  // the operator's site files
  kRules,          // rules or overrides: the site's answer has not changed
};

// "site", "configuration", "rules".
absl::string_view FormatChangeCause(ChangeCause cause);
std::optional<ChangeCause> ParseChangeCause(absl::string_view text);

// Values of a change are cut to this many bytes, with "..." at the end.
inline constexpr size_t kMaxChangeValueBytes = 500;

// One change of one thing.
struct Change {
  int64_t id = 0;  // grows with each row of the journal
  int64_t generation = 0;
  absl::Time time = absl::InfinitePast();  // when the crawler noticed it
  Share share;            // the key fields; of a change of an endpoint, only those of the endpoint
  bool of_share = false;  // false: of the endpoint, whichever shares it has
  ChangeKind kind = ChangeKind::kFlavor;
  ChangeEvent event = ChangeEvent::kChanged;
  std::string upstream_id;  // of a quota, its resource; of a share, the id of its project
  std::string name;         // the present name; of a quota, its resource; of a share, its VO
  std::string field;        // empty if the event is the whole change
  std::optional<std::string> old_value;
  std::optional<std::string> new_value;
  ChangeCause cause = ChangeCause::kSite;

  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace cis
