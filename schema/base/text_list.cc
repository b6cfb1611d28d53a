// SPDX-License-Identifier: Apache-2.0
#include "schema/base/text_list.h"

#include <utility>

namespace cis {
namespace {

constexpr absl::string_view kHexDigits = "0123456789abcdef";

bool IsPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

void TextListWriter::Add(absl::string_view text) {
  json_ += json_.empty() ? "[\"" : ",\"";
  for (const char c : text) {
    if (IsPlain(c)) {
      json_ += c;
    } else if (c == '"' || c == '\\') {
      json_ += '\\';
      json_ += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      json_ += "\\u00";
      json_ += kHexDigits[byte >> 4];
      json_ += kHexDigits[byte & 0xf];
    }
  }
  json_ += '"';
}

std::string TextListWriter::Finish() {
  if (json_.empty()) return "[]";
  json_ += ']';
  return std::exchange(json_, std::string());
}

TextListReader::TextListReader(absl::string_view json) : rest_(json) {}

bool TextListReader::Fail() {
  ok_ = false;
  rest_ = {};
  return false;
}

bool TextListReader::Next(absl::string_view* text) {
  if (!ok_) return false;
  if (rest_ == (first_ ? "[]" : "]")) {
    rest_ = "]";
    first_ = false;
    return false;
  }
  if (rest_.size() < 3 || rest_[0] != (first_ ? '[' : ',') || rest_[1] != '"') return Fail();
  first_ = false;
  rest_.remove_prefix(2);
  const absl::string_view plain = TakePlain();
  if (!rest_.empty() && rest_[0] == '"') {  // no escapes, as almost always
    rest_.remove_prefix(1);
    *text = plain;
    return true;
  }
  unescaped_.assign(plain.data(), plain.size());
  while (TakeEscape()) {
    const absl::string_view more = TakePlain();
    unescaped_.append(more.data(), more.size());
    if (!rest_.empty() && rest_[0] == '"') {
      rest_.remove_prefix(1);
      *text = unescaped_;
      return true;
    }
  }
  return Fail();
}

bool TextListReader::Next(std::string* text) {
  absl::string_view view;
  if (!Next(&view)) return false;
  text->assign(view.data(), view.size());
  return true;
}

absl::string_view TextListReader::TakePlain() {
  size_t size = 0;
  while (size < rest_.size() && IsPlain(rest_[size])) ++size;
  const absl::string_view plain = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return plain;
}

bool TextListReader::TakeEscape() {
  if (rest_.size() >= 2 && (rest_[1] == '"' || rest_[1] == '\\') && rest_[0] == '\\') {
    unescaped_ += rest_[1];
    rest_.remove_prefix(2);
    return true;
  }
  if (rest_.size() < 6 || rest_.substr(0, 4) != "\\u00") return false;
  const size_t high = kHexDigits.find(rest_[4]);
  const size_t low = kHexDigits.find(rest_[5]);
  // A byte above 0x7f would not be a UTF-8 character by itself; the writer makes no such escapes.
  if (high > 7 || low == absl::string_view::npos) return false;
  unescaped_ += static_cast<char>(high << 4 | low);
  rest_.remove_prefix(6);
  return true;
}

size_t TextListReader::Count(absl::string_view json) {
  size_t quotes = 0;
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      ++quotes;
    }
  }
  return quotes / 2;
}

}  // namespace cis
