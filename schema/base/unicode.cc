// SPDX-License-Identifier: Apache-2.0
#include "schema/base/unicode.h"

#include <utf8proc.h>

#include <algorithm>

namespace cis {
namespace {

constexpr uint32_t kCombiningKeycap = 0x20e3;
constexpr uint32_t kJoiner = 0x200d;
constexpr uint32_t kEmojiSelector = 0xfe0f;
constexpr uint32_t kFirstSkinTone = 0x1f3fb;
constexpr uint32_t kLastSkinTone = 0x1f3ff;

const utf8proc_property_t& PropertiesOf(uint32_t code) {
  return *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
}

bool IsPicture(uint32_t code) {
  return PropertiesOf(code).boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

bool IsSkinTone(uint32_t code) { return code >= kFirstSkinTone && code <= kLastSkinTone; }

// Whether the character is the vowel or the end of a Korean syllable that begins before it.
bool IsInsideSyllable(uint32_t code) {
  const unsigned boundclass = PropertiesOf(code).boundclass;
  return boundclass == UTF8PROC_BOUNDCLASS_V || boundclass == UTF8PROC_BOUNDCLASS_T;
}

// Columns of a character by itself.
size_t WidthOf(uint32_t code) {
  const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(code));
  if (width > 0) return static_cast<size_t>(width);
  const utf8proc_property_t& properties = PropertiesOf(code);
  // Terminals give these a column of their own, utf8proc does not: marks that stand beside their
  // letter, format characters that are drawn, and the box for a character that nobody knows.
  const bool is_drawn = properties.category == UTF8PROC_CATEGORY_MC ||
                        properties.boundclass == UTF8PROC_BOUNDCLASS_PREPEND ||
                        (properties.category == UTF8PROC_CATEGORY_CN && !properties.ignorable);
  return is_drawn ? 1 : 0;
}

// Columns of one cluster, to which its characters are added in order.
class ClusterWidth {
 public:
  explicit ClusterWidth(uint32_t first)
      : is_picture_(IsPicture(first)), last_(first), width_(WidthOf(first)) {}

  void Add(uint32_t code) {
    const bool is_part_of_picture =
        is_picture_ && (IsSkinTone(code) || (last_ == kJoiner && IsPicture(code)));
    if (!is_part_of_picture && !IsInsideSyllable(code)) width_ += WidthOf(code);
    // Asks for the coloured form of a sign, which is as wide as any emoji.
    if (code == kEmojiSelector && is_picture_) width_ = std::max<size_t>(width_, 2);
    if (code == kCombiningKeycap && last_ == kEmojiSelector) width_ = std::max<size_t>(width_, 2);
    last_ = code;
  }

  size_t width() const { return width_; }

 private:
  bool is_picture_;
  uint32_t last_;
  size_t width_;
};

// Returns the cluster that `text`, not empty, begins with.
Cluster FirstCluster(absl::string_view text) {
  const Utf8Character first = FirstCharacter(text);
  if (!first.valid) return {text.substr(0, first.size), 1};
  ClusterWidth width(first.code);
  utf8proc_int32_t state = 0;
  auto last = static_cast<utf8proc_int32_t>(first.code);
  size_t size = first.size;
  while (size < text.size()) {
    const Utf8Character next = FirstCharacter(text.substr(size));
    const auto code = static_cast<utf8proc_int32_t>(next.code);
    if (!next.valid || utf8proc_grapheme_break_stateful(last, code, &state)) break;
    width.Add(next.code);
    size += next.size;
    last = code;
  }
  return {text.substr(0, size), width.width()};
}

}  // namespace

Utf8Character FirstCharacter(absl::string_view text) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {lead, 1, true};
  utf8proc_int32_t code = 0;
  const utf8proc_ssize_t size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(std::min<size_t>(text.size(), 4)), &code);
  if (size <= 0) return {lead, 1, false};
  return {static_cast<uint32_t>(code), static_cast<size_t>(size), true};
}

bool IsInvisible(uint32_t code) {
  const utf8proc_property_t& properties = PropertiesOf(code);
  switch (properties.category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    case UTF8PROC_CATEGORY_CF:
      return properties.boundclass != UTF8PROC_BOUNDCLASS_PREPEND;  // which are drawn
    case UTF8PROC_CATEGORY_MN:
      return false;
    case UTF8PROC_CATEGORY_CN:
      // The rest of the blocks of format characters and of tags; that of utf8proc is not complete.
      return properties.ignorable || code == 0x2065 || (code >= 0xe0000 && code <= 0xe00ff);
    default:
      return properties.ignorable;
  }
}

std::vector<Cluster> SplitClusters(absl::string_view text) {
  std::vector<Cluster> clusters;
  while (!text.empty()) {
    clusters.push_back(FirstCluster(text));
    text.remove_prefix(clusters.back().text.size());
  }
  return clusters;
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const Cluster cluster = FirstCluster(text);
    width += cluster.width;
    text.remove_prefix(cluster.text.size());
  }
  return width;
}

}  // namespace cis
