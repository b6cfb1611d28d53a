// SPDX-License-Identifier: Apache-2.0
#include "schema/model/change.h"

#include <array>
#include <utility>

namespace cis {
namespace {

template <typename Word, size_t kCount>
using Words = std::array<std::pair<Word, absl::string_view>, kCount>;

constexpr Words<ChangeKind, 5> kChangeKinds{{
    {ChangeKind::kFlavor, "flavor"},
    {ChangeKind::kImage, "image"},
    {ChangeKind::kNetwork, "network"},
    {ChangeKind::kQuota, "quota"},
    {ChangeKind::kShare, "share"},
}};

constexpr Words<ChangeEvent, 9> kEvents{{
    {ChangeEvent::kAppeared, "appeared"},
    {ChangeEvent::kGone, "gone"},
    {ChangeEvent::kChanged, "changed"},
    {ChangeEvent::kReplaced, "replaced"},
    {ChangeEvent::kRenamed, "renamed"},
    {ChangeEvent::kConfigured, "configured"},
    {ChangeEvent::kUnconfigured, "unconfigured"},
    {ChangeEvent::kFailing, "failing"},
    {ChangeEvent::kRecovered, "recovered"},
}};

constexpr Words<ChangeCause, 3> kCauses{{
    {ChangeCause::kSite, "site"},
    {ChangeCause::kConfiguration, "configuration"},
    {ChangeCause::kRules, "rules"},
}};

template <typename Word, size_t kCount>
absl::string_view Format(const Words<Word, kCount>& words, Word word) {
  for (const auto& [value, text] : words) {
    if (value == word) return text;
  }
  return "";
}

template <typename Word, size_t kCount>
std::optional<Word> Parse(const Words<Word, kCount>& words, absl::string_view wanted) {
  for (const auto& [value, text] : words) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

}  // namespace

absl::string_view FormatChangeKind(ChangeKind kind) { return Format(kChangeKinds, kind); }
std::optional<ChangeKind> ParseChangeKind(absl::string_view text) {
  return Parse(kChangeKinds, text);
}
absl::string_view FormatChangeEvent(ChangeEvent event) { return Format(kEvents, event); }
std::optional<ChangeEvent> ParseChangeEvent(absl::string_view text) { return Parse(kEvents, text); }
absl::string_view FormatChangeCause(ChangeCause cause) { return Format(kCauses, cause); }
std::optional<ChangeCause> ParseChangeCause(absl::string_view text) { return Parse(kCauses, text); }

}  // namespace cis
