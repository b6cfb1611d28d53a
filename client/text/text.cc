#include "client/text/text.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cis::client {
namespace {

struct CodeRange {
  uint32_t first;
  uint32_t last;
};

// Marks that are drawn over the character before them. Sorted.
constexpr CodeRange kCombining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x05bf, 0x05bf},   {0x05c1, 0x05c2},
    {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06dc},   {0x0900, 0x0902},
    {0x093c, 0x093c}, {0x0941, 0x0948}, {0x094d, 0x094d}, {0x0e31, 0x0e31},   {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff},   {0x302a, 0x302d},
    {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0100, 0xe01ef}};

// Characters that fill two columns (Unicode's East Asian Width W and F, and emoji). Sorted.
constexpr CodeRange kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x2614, 0x2615},
    {0x26a1, 0x26a1},   {0x2705, 0x2705},   {0x274c, 0x274c},   {0x2753, 0x2755},
    {0x2795, 0x2797},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
    {0x3400, 0x4dbf},   {0x4e00, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff01, 0xff60},
    {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
    {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};

// Characters that change how others are shown, or are not shown themselves. Sorted.
constexpr CodeRange kHostile[] = {{0x0000, 0x001f}, {0x007f, 0x009f},  {0x00ad, 0x00ad},
                                  {0x061c, 0x061c}, {0x180e, 0x180e},  {0x200b, 0x200f},
                                  {0x2028, 0x202e}, {0x2060, 0x206f},  {0xfeff, 0xfeff},
                                  {0xfff9, 0xfffb}, {0xe0000, 0xe00ff}};

template <size_t N>
bool IsIn(const CodeRange (&ranges)[N], uint32_t code) {
  const auto* range = std::lower_bound(std::begin(ranges), std::end(ranges), code,
                                       [](const CodeRange& r, uint32_t c) { return r.last < c; });
  return range != std::end(ranges) && range->first <= code;
}

struct Character {
  uint32_t code = 0;
  size_t size = 1;  // bytes
  bool valid = false;
};

// Reads the character that `text`, not empty, starts with.
Character Decode(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(text[i])); };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  size_t size = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if ((lead & 0xe0) == 0xc0) {
    size = 2, code = lead & 0x1f, least = 0x80;
  } else if ((lead & 0xf0) == 0xe0) {
    size = 3, code = lead & 0x0f, least = 0x800;
  } else if ((lead & 0xf8) == 0xf0) {
    size = 4, code = lead & 0x07, least = 0x10000;
  } else {
    return {lead, 1, false};
  }
  if (text.size() < size) return {lead, 1, false};
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1, false};
    code = (code << 6) | (byte(i) & 0x3f);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least || code > 0x10ffff || surrogate) return {lead, 1, false};
  return {code, size, true};
}

// The least number of columns that a cut in the middle leaves at the beginning.
constexpr size_t kMinHead = 4;

size_t WidthOf(const Character& c) {
  if (!c.valid) return 1;
  if (IsIn(kCombining, c.code)) return 0;
  return IsIn(kWide, c.code) ? 2 : 1;
}

// The characters drawn in one place: a character and the marks on it.
struct Cluster {
  absl::string_view text;
  size_t width;
};

std::vector<Cluster> SplitClusters(absl::string_view text) {
  std::vector<Cluster> clusters;
  size_t pos = 0;
  while (pos < text.size()) {
    const Character c = Decode(text.substr(pos));
    const size_t width = WidthOf(c);
    if (width == 0 && !clusters.empty()) {
      absl::string_view& last = clusters.back().text;
      last = absl::string_view(last.data(), last.size() + c.size);
    } else {
      clusters.push_back({text.substr(pos, c.size), width});
    }
    pos += c.size;
  }
  return clusters;
}

}  // namespace

std::string CleanText(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Character c = Decode(text);
    if (c.valid && !IsIn(kHostile, c.code)) {
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

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Character c = Decode(text);
    width += WidthOf(c);
    text.remove_prefix(c.size);
  }
  return width;
}

std::string Truncate(absl::string_view text, size_t width, Cut cut) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  const std::vector<Cluster> clusters = SplitClusters(text);
  const size_t room = width - 1;  // one column for the mark
  size_t tail_room = cut == Cut::kMiddle ? room / 2 : 0;
  if (cut == Cut::kMiddle) {
    // The part after the last arrow or parenthesis is the most informative; it stays whole if
    // something else fits too.
    const size_t mark = std::max(text.rfind(" -> ") + 1, text.rfind(" (") + 1);
    const size_t last = mark == 0 ? 0 : DisplayWidth(text.substr(mark - 1));
    if (last > 0 && last + kMinHead <= room) tail_room = last;
  }
  std::string tail;
  size_t tail_width = 0;
  for (size_t i = clusters.size(); i > 0; --i) {
    const Cluster& c = clusters[i - 1];
    if (tail_width + c.width > tail_room) break;
    tail = absl::StrCat(c.text, tail);
    tail_width += c.width;
  }
  std::string head;
  size_t head_width = 0;
  for (const Cluster& c : clusters) {
    if (head_width + c.width > room - tail_width) break;
    absl::StrAppend(&head, c.text);
    head_width += c.width;
  }
  return absl::StrCat(head, "…", tail);
}

std::string PadRight(absl::string_view text, size_t width) {
  const size_t have = DisplayWidth(text);
  return absl::StrCat(text, std::string(width > have ? width - have : 0, ' '));
}

std::string PadLeft(absl::string_view text, size_t width) {
  const size_t have = DisplayWidth(text);
  return absl::StrCat(std::string(width > have ? width - have : 0, ' '), text);
}

std::string FormatAge(absl::Duration age) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(age));
  if (seconds < 90) return absl::StrCat(seconds, " s");
  if (seconds < 5400) return absl::StrCat(seconds / 60, " min");
  if (seconds < 172800) return absl::StrCat(seconds / 3600, " h");
  return absl::StrCat(seconds / 86400, " d");
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
