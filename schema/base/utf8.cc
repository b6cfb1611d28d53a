// SPDX-License-Identifier: Apache-2.0
#include "schema/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "schema/base/unicode.h"

namespace cis {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

// Length of the valid UTF-8 character at `pos`, or 0.
std::size_t CharacterLength(absl::string_view text, std::size_t pos) {
  const Utf8Character c = FirstCharacter(text.substr(pos));
  return c.valid ? c.size : 0;
}

}  // namespace

bool IsValidUtf8(absl::string_view text) {
  for (std::size_t pos = 0; pos < text.size();) {
    // Most text is ASCII: check eight bytes at a time.
    std::uint64_t word = 0;
    if (text.size() - pos >= sizeof word) {
      std::memcpy(&word, text.data() + pos, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        pos += sizeof word;
        continue;
      }
    }
    const std::size_t length = CharacterLength(text, pos);
    if (length == 0) {
      return false;
    }
    pos += length;
  }
  return true;
}

std::string ValidUtf8(absl::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t length = CharacterLength(text, pos);
    if (length == 0) {
      clean += kReplacement;
      ++pos;
    } else {
      clean.append(text.data() + pos, length);
      pos += length;
    }
  }
  return clean;
}

namespace {

// Returns the 16 bits of an escape "\uXXXX" at `pos`; -1 if there is none.
int EscapedUnit(absl::string_view text, std::size_t pos) {
  if (pos + 6 > text.size() || text[pos] != '\\' || text[pos + 1] != 'u') return -1;
  int unit = 0;
  for (std::size_t i = pos + 2; i < pos + 6; ++i) {
    const char c = text[i];
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    unit = unit * 16 + digit;
  }
  return unit;
}

bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

std::string PairedSurrogates(absl::string_view text) {
  std::string paired;
  paired.reserve(text.size());
  for (std::size_t pos = 0; pos < text.size();) {
    if (text[pos] != '\\') {
      const std::size_t next = std::min(text.find('\\', pos), text.size());
      paired.append(text.data() + pos, next - pos);
      pos = next;
      continue;
    }
    const int unit = EscapedUnit(text, pos);
    // Any other escape counts as two bytes, so that what follows "\\" does not begin a new escape.
    std::size_t length = unit < 0 ? std::min<std::size_t>(2, text.size() - pos) : 6;
    if (IsHighSurrogate(unit) && IsLowSurrogate(EscapedUnit(text, pos + 6))) length = 12;
    if (length == 6 && (IsHighSurrogate(unit) || IsLowSurrogate(unit))) {
      paired += "\\ufffd";
    } else {
      paired.append(text.data() + pos, length);
    }
    pos += length;
  }
  return paired;
}

absl::string_view CutUtf8(absl::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) {
    return text;
  }
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace cis
