#include "client/did_you_mean.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace cis {
namespace {

// Longer texts are not typing errors; also bounds the work.
constexpr size_t kMaxLength = 100;

// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string FindNearest(absl::string_view text, absl::Span<const std::string> candidates) {
  if (text.size() > kMaxLength) return "";
  const std::string wanted = absl::AsciiStrToLower(text);
  std::string nearest;
  // At most a third of the letters may differ.
  size_t least = text.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kMaxLength) continue;
    const std::string lower = absl::AsciiStrToLower(candidate);
    size_t distance = EditDistance(wanted, lower);
    // A beginning, as of `--pub` or of a site's name without its suffix, is near too.
    if (wanted.size() >= 3 && absl::StartsWith(lower, wanted))
      distance = std::min<size_t>(distance, 1);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace cis
