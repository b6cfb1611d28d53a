// SPDX-License-Identifier: Apache-2.0
#include "schema/base/spelling.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace cis {
namespace {

// Longer texts are not typed by hand; comparing them costs the square of their length.
constexpr size_t kMaxComparedBytes = 64;
// "pisa" is in "pisa-cloud"; shorter texts are contained in too many others.
constexpr size_t kMinHeldBytes = 3;

// Whether two texts begin alike, as "vcpus" and "vcpu_count" do.
bool SharesBeginning(absl::string_view a, absl::string_view b) {
  size_t common = 0;
  while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
  return common >= kMinHeldBytes && common * 4 >= a.size() * 3;
}

}  // namespace

size_t SpellingDistance(absl::string_view a, absl::string_view b, size_t limit) {
  const size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap >= limit) return limit;
  const std::string x = absl::AsciiStrToLower(a);
  const std::string y = absl::AsciiStrToLower(b);
  std::vector<size_t> before_last(y.size() + 1);
  std::vector<size_t> last(y.size() + 1);
  std::vector<size_t> row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= x.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= y.size(); ++j) {
      const size_t replaced = last[j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return std::min(last[y.size()], limit);
}

std::vector<std::string> NearestNames(absl::string_view text,
                                      absl::Span<const std::string> candidates, size_t max_count) {
  if (text.size() > kMaxComparedBytes) return {};
  const size_t limit = std::max<size_t>(2, text.size() / 3) + 1;
  const std::string lower = absl::AsciiStrToLower(text);
  std::vector<std::pair<size_t, const std::string*>> found;
  for (const std::string& candidate : candidates) {
    if (candidate == text) continue;
    size_t distance = SpellingDistance(text, candidate, limit);
    const bool held = text.size() >= kMinHeldBytes && candidate.size() >= kMinHeldBytes &&
                      (absl::StrContains(absl::AsciiStrToLower(candidate), lower) ||
                       absl::StrContains(lower, absl::AsciiStrToLower(candidate)));
    const bool begins = SharesBeginning(lower, absl::AsciiStrToLower(candidate));
    // Any two texts of two letters are at most two slips apart.
    if (!held && !begins && (distance >= limit || distance >= text.size())) continue;
    found.emplace_back(distance, &candidate);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [distance, name] : found) {
    if (names.size() == max_count) break;
    names.push_back(*name);
  }
  return names;
}

}  // namespace cis
