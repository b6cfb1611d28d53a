#include "server/placement/suggestion.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/placement/text.h"

namespace cis {
namespace {

constexpr size_t kMaxBytes = 100;
constexpr size_t kMaxCandidates = 5;

}  // namespace

int EditDistance(absl::string_view a, absl::string_view b) {
  const std::string x = absl::AsciiStrToLower(a.substr(0, kMaxBytes));
  const std::string y = absl::AsciiStrToLower(b.substr(0, kMaxBytes));
  // Three rows of the optimal string alignment table.
  std::vector<int> before(y.size() + 1);
  std::vector<int> last(y.size() + 1);
  std::vector<int> row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= x.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= y.size(); ++j) {
      const int change = x[i - 1] == y[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[y.size()];
}

std::vector<std::string> FindNearest(absl::string_view text, absl::Span<const std::string> known) {
  if (text.empty()) return {};
  const int limit = std::max(1, static_cast<int>(std::min(text.size(), kMaxBytes)) / 3);
  std::vector<std::pair<int, std::string>> found;
  for (const std::string& name : known) {
    const int distance = EditDistance(text, name);
    if (distance <= limit) {
      found.emplace_back(distance, name);
    } else if (text.size() >= 3 && ContainsIgnoreCase(name, text)) {
      found.emplace_back(limit + 1, name);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> out;
  for (auto& [distance, name] : found) {
    if (out.size() == kMaxCandidates) break;
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace cis
