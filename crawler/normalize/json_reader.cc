// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/json_reader.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cis::crawler {
namespace {

constexpr double kMaxExactInt = 9007199254740992.0;  // 2^53: above it a double is not one integer

}  // namespace

std::optional<std::string> ScalarText(const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::kString:
      return std::string(CutUtf8(value.as_string(), kMaxStringBytes));
    case JsonValue::Type::kBool:
      return value.as_bool() ? "true" : "false";
    case JsonValue::Type::kInt:
      return absl::StrCat(value.as_int());
    case JsonValue::Type::kUint:
      return absl::StrCat(value.as_uint());
    case JsonValue::Type::kDouble:
      return absl::StrCat(value.as_double());
    case JsonValue::Type::kNull:
    case JsonValue::Type::kArray:
    case JsonValue::Type::kObject:
      break;
  }
  return std::nullopt;
}

std::optional<int64_t> ParseInt(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  int64_t whole = 0;
  if (absl::SimpleAtoi(text, &whole)) {
    return whole;
  }
  double real = 0;
  if (absl::SimpleAtod(text, &real) && std::isfinite(real) && real == std::floor(real) &&
      std::fabs(real) <= kMaxExactInt) {
    return static_cast<int64_t>(real);
  }
  return std::nullopt;
}

std::optional<bool> ParseBool(absl::string_view text) {
  const std::string word = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (word == "true" || word == "yes" || word == "on" || word == "1" || word == "t" ||
      word == "y") {
    return true;
  }
  if (word == "false" || word == "no" || word == "off" || word == "0" || word == "f" ||
      word == "n") {
    return false;
  }
  return std::nullopt;
}

const JsonValue* JsonReader::Find(absl::string_view key) const {
  const JsonValue* found = object_->Find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

void JsonReader::Note(absl::string_view key, absl::string_view wanted) const {
  if (problems_ == nullptr) {
    return;
  }
  const JsonValue* value = Find(key);
  const std::string shown =
      value == nullptr ? "null" : ScalarText(*value).value_or(std::string(value->type_name()));
  problems_->push_back(absl::StrCat("FIELD_UNREADABLE: ", path_, "/", key, " is \"",
                                    CutUtf8(shown, 40), "\"; it must be ", wanted));
}

void JsonReader::NoteTooLarge(absl::string_view key, std::size_t count, std::size_t bytes) const {
  if (problems_ == nullptr) {
    return;
  }
  problems_->push_back(absl::StrCat("FIELD_TOO_LARGE: ", path_, "/", key, " has ", count,
                                    " members of ", bytes, " bytes; at most ", kMaxMembers, " of ",
                                    kMaxMembersBytes, " bytes are read"));
}

std::string JsonReader::String(absl::string_view key) const {
  const JsonValue* value = Find(key);
  if (value == nullptr) {
    return "";
  }
  std::optional<std::string> text = ScalarText(*value);
  if (!text.has_value()) {
    Note(key, "a string");
    return "";
  }
  return *std::move(text);
}

std::optional<int64_t> JsonReader::Int(absl::string_view key) const {
  const JsonValue* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->type() == JsonValue::Type::kInt) {
    return value->as_int();
  }
  const std::optional<std::string> text = ScalarText(*value);
  std::optional<int64_t> number;
  if (text.has_value() && !value->is_bool()) {
    if (absl::StripAsciiWhitespace(*text).empty()) {
      return std::nullopt;
    }
    number = ParseInt(*text);
  }
  if (!number.has_value()) {
    Note(key, "a whole number");
  }
  return number;
}

std::optional<bool> JsonReader::Bool(absl::string_view key) const {
  const JsonValue* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->is_bool()) {
    return value->as_bool();
  }
  const std::optional<std::string> text = ScalarText(*value);
  std::optional<bool> flag;
  if (text.has_value()) {
    if (text->empty() || absl::EqualsIgnoreCase(*text, "none")) {
      return std::nullopt;
    }
    flag = ParseBool(*text);
  }
  if (!flag.has_value()) {
    Note(key, "true or false");
  }
  return flag;
}

std::vector<std::string> JsonReader::Strings(absl::string_view key) const {
  std::vector<std::string> strings;
  const JsonValue* value = Find(key);
  if (value == nullptr) {
    return strings;
  }
  if (!value->is_array()) {
    Note(key, "an array");
    return strings;
  }
  std::size_t bytes = 0;
  for (const JsonValue& element : value->elements()) {
    if (element.is_string()) bytes += element.as_string().size();
  }
  if (value->elements().size() > kMaxMembers || bytes > kMaxMembersBytes) {
    NoteTooLarge(key, value->elements().size(), bytes);
    return strings;
  }
  for (const JsonValue& element : value->elements()) {
    if (element.is_string()) {
      strings.emplace_back(CutUtf8(element.as_string(), kMaxStringBytes));
    }
  }
  return strings;
}

std::map<std::string, std::string> ScalarMembers(const JsonValue& object) {
  std::map<std::string, std::string> map;
  for (const JsonMember& member : object.members()) {
    if (std::optional<std::string> text = ScalarText(member.value)) {
      map.emplace_hint(map.end(), std::string(member.key), *std::move(text));
    }
  }
  return map;
}

std::optional<std::map<std::string, std::string>> JsonReader::StringMap(
    absl::string_view key) const {
  const JsonValue* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_object()) {
    Note(key, "an object");
    return std::nullopt;
  }
  std::size_t bytes = 0;
  for (const JsonMember& member : value->members()) {
    bytes += member.key.size();
    if (member.value.is_string()) bytes += member.value.as_string().size();
  }
  if (value->members().size() > kMaxMembers || bytes > kMaxMembersBytes) {
    NoteTooLarge(key, value->members().size(), bytes);
    return std::nullopt;
  }
  return ScalarMembers(*value);
}

}  // namespace cis::crawler
