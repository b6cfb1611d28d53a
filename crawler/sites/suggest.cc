#include "crawler/sites/suggest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace cis {
namespace {

// Insertions, deletions, replacements and swaps of neighbours between `a` and `b`.
int EditDistance(absl::string_view a, absl::string_view b) {
  const std::string x = absl::AsciiStrToLower(a);
  const std::string y = absl::AsciiStrToLower(b);
  std::vector<std::vector<int>> d(x.size() + 1, std::vector<int>(y.size() + 1));
  for (size_t i = 0; i <= x.size(); ++i) d[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= y.size(); ++j) d[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= x.size(); ++i) {
    for (size_t j = 1; j <= y.size(); ++j) {
      d[i][j] = std::min(
          {d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (x[i - 1] == y[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[x.size()][y.size()];
}

}  // namespace

std::vector<std::string> Suggest(absl::string_view word, absl::Span<const std::string> known) {
  const int near = std::max<int>(1, static_cast<int>(word.size()) / 3);
  const std::string lower = absl::AsciiStrToLower(word);
  std::vector<std::pair<int, std::string>> found;
  for (const std::string& name : known) {
    const int distance = EditDistance(word, name);
    if (distance <= near) {
      found.emplace_back(distance, name);
    } else if (!lower.empty() && absl::StrContains(absl::AsciiStrToLower(name), lower)) {
      found.emplace_back(near + 1, name);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  for (size_t i = 0; i < found.size() && i < 3; ++i) names.push_back(found[i].second);
  return names;
}

}  // namespace cis
