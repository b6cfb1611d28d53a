// SPDX-License-Identifier: Apache-2.0
#include "schema/model/value_diff.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "schema/base/time_text.h"
#include "schema/base/utf8.h"
#include "schema/model/known.h"

namespace cis {

ShownValue ShownValueOf(absl::Time time) {
  if (!IsKnown(time)) return std::nullopt;
  return FormatSecond(time);
}

ShownValue Shorten(ShownValue value) {
  if (!value || value->size() <= kMaxChangeValueBytes) return value;
  return absl::StrCat(CutUtf8(*value, kMaxChangeValueBytes - 3), "...");
}

void DiffTexts(absl::string_view name, const TextMap& before, const TextMap& after,
               ReportDifference report) {
  std::set<absl::string_view> keys;
  for (const auto& [key, value] : before) keys.insert(key);
  for (const auto& [key, value] : after) keys.insert(key);
  for (const absl::string_view key : keys) {
    const auto find = [key](const TextMap& texts) -> ShownValue {
      const auto it = texts.find(key);
      return it == texts.end() ? std::nullopt : ShownValue(std::string(it->second));
    };
    if (find(before) != find(after)) {
      report(absl::StrCat(name, ".", key), find(before), find(after));
    }
  }
}

void DiffTexts(absl::string_view name, const std::optional<TextMap>& before,
               const std::optional<TextMap>& after, ReportDifference report) {
  if (before == after) return;
  if (before && after) return DiffTexts(name, *before, *after, report);
  const auto count = [](const std::optional<TextMap>& texts) {
    return texts ? ShownValue(absl::StrCat(texts->size(), " keys")) : std::nullopt;
  };
  report(std::string(name), count(before), count(after));
}

}  // namespace cis
