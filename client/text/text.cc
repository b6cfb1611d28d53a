// SPDX-License-Identifier: Apache-2.0
#include "client/text/text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/base/columns.h"
#include "schema/base/unicode.h"

namespace cis::client {
namespace {

// The least number of columns that a cut in the middle leaves at the beginning.
constexpr size_t kMinHead = 4;

}  // namespace

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character c = FirstCharacter(text);
    if (c.valid && !IsInvisible(c.code)) {
      absl::StrAppend(&clean, text.substr(0, c.size));
    } else if (c.code == '\n') {
      absl::StrAppend(&clean, "\\n");
    } else if (c.code == '\t') {
      absl::StrAppend(&clean, "\\t");
    } else if (c.code == '\r') {
      absl::StrAppend(&clean, "\\r");
    } else if (!c.valid || c.code < 0x80) {
      absl::StrAppendFormat(&clean, "\\x%02x", c.code);
    } else {
      absl::StrAppendFormat(&clean, "\\u%04x", c.code);
    }
    text.remove_prefix(c.size);
  }
  return clean;
}

std::string Truncate(absl::string_view text, size_t width, Cut cut) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (cut == Cut::kEnd || width == 0) return CutToColumns(text, width, "…");
  const std::vector<Cluster> clusters = SplitClusters(text);
  const size_t room = width - 1;  // one column for the mark
  size_t tail_room = room / 2;
  // The part after the last arrow or parenthesis is the most informative; it stays whole if
  // something else fits too.
  const size_t mark = std::max(text.rfind(" -> ") + 1, text.rfind(" (") + 1);
  const size_t last = mark == 0 ? 0 : DisplayWidth(text.substr(mark - 1));
  if (last > 0 && last + kMinHead <= room) tail_room = last;
  size_t tail_width = 0;
  size_t tail = text.size();
  for (auto c = clusters.rbegin(); c != clusters.rend(); ++c) {
    if (tail_width + c->width > tail_room) break;
    tail_width += c->width;
    tail -= c->text.size();
  }
  return absl::StrCat(CutToColumns(text, width - tail_width, "…"), text.substr(tail));
}

std::string PadRight(absl::string_view text, size_t width) {
  const size_t have = DisplayWidth(text);
  return absl::StrCat(text, std::string(width > have ? width - have : 0, ' '));
}

std::string PadLeft(absl::string_view text, size_t width) {
  const size_t have = DisplayWidth(text);
  return absl::StrCat(std::string(width > have ? width - have : 0, ' '), text);
}

namespace {

constexpr int64_t kMibPerGib = 1024;

// `tenths` of a GiB; small sizes are written with two significant digits, not as 0.
std::string FormatTenths(int64_t tenths, double gib) {
  if (tenths == 0 && gib > 0) return absl::StrFormat("%.2g", gib);
  if (tenths % 10 == 0) return absl::StrCat(tenths / 10);
  return absl::StrCat(tenths / 10, ".", tenths % 10);
}

}  // namespace

std::string FormatMibAsGib(int64_t mib) {
  const double gib = static_cast<double>(mib) / kMibPerGib;
  return FormatTenths(static_cast<int64_t>(std::floor(gib * 10)), gib);
}

std::string FormatBytesAsGib(int64_t bytes) {
  const double gib = static_cast<double>(bytes) / std::exp2(30);
  return FormatTenths(static_cast<int64_t>(std::ceil(gib * 10)), gib);
}

}  // namespace cis::client
