#include "crawler/normalize/json_reader.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cis {
namespace {

using nlohmann::json;

constexpr char kReplacement[] = "\xEF\xBF\xBD";
constexpr double kMaxExactInt = 9007199254740992.0;  // 2^53: above it a double is not one integer

// Length of the valid UTF-8 character at `pos`, or 0.
std::size_t CharacterLength(absl::string_view text, std::size_t pos) {
  auto at = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(pos);
  if (lead < 0x80) {
    return 1;
  }
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (length == 0 || pos + length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    const unsigned byte = at(pos + i);
    if (byte < low || byte > high) {
      return 0;
    }
    low = 0x80;
    high = 0xBF;
  }
  return length;
}

bool IsValidUtf8(absl::string_view text) {
  for (std::size_t pos = 0; pos < text.size();) {
    const std::size_t length = CharacterLength(text, pos);
    if (length == 0) {
      return false;
    }
    pos += length;
  }
  return true;
}

// How deep brackets outside of strings are nested; right for JSON, an upper bound for the rest.
int DepthOf(absl::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t pos = 0; pos < text.size(); ++pos) {
    const char c = text[pos];
    if (in_string) {
      if (c == '\\') {
        ++pos;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

std::string ReplaceInvalidUtf8(absl::string_view text) {
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

absl::StatusOr<json> ParseJson(absl::string_view text) {
  // Nothing deep is ever built.
  if (DepthOf(text) > kMaxJsonDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat("nested deeper than ", kMaxJsonDepth, " levels; OpenStack's answers are not"));
  }
  std::string replaced;
  if (!IsValidUtf8(text)) {
    replaced = ReplaceInvalidUtf8(text);
    text = replaced;
  }
  json parsed;
  try {
    parsed = json::parse(text.data(), text.data() + text.size());
  } catch (const json::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("byte ", error.byte, " is not JSON; a JSON document is needed"));
  } catch (const json::exception&) {  // a number out of range
    return absl::InvalidArgumentError("a number is out of range; a JSON document is needed");
  }
  return parsed;
}

std::optional<std::string> ScalarText(const json& value) {
  if (value.is_string()) {
    return std::string(CutUtf8(value.get_ref<const std::string&>(), kMaxStringBytes));
  }
  if (value.is_boolean()) {
    return value.get<bool>() ? "true" : "false";
  }
  if (value.is_number_unsigned()) {
    return absl::StrCat(value.get<uint64_t>());
  }
  if (value.is_number_integer()) {
    return absl::StrCat(value.get<int64_t>());
  }
  if (value.is_number_float()) {
    return absl::StrCat(value.get<double>());
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

const json* JsonReader::Find(absl::string_view key) const {
  const auto found = object_->find(key);
  if (found == object_->end() || found->is_null()) {
    return nullptr;
  }
  return &*found;
}

void JsonReader::Note(absl::string_view key, absl::string_view wanted) const {
  if (problems_ == nullptr) {
    return;
  }
  const json* value = Find(key);
  const std::string shown =
      value == nullptr ? "null" : ScalarText(*value).value_or(value->type_name());
  problems_->push_back(absl::StrCat("FIELD_UNREADABLE: ", path_, "/", key, " is \"",
                                    CutUtf8(shown, 40), "\"; ", wanted, " is needed"));
}

std::string JsonReader::String(absl::string_view key) const {
  const json* value = Find(key);
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
  const json* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::optional<std::string> text = ScalarText(*value);
  std::optional<int64_t> number;
  if (text.has_value() && !value->is_boolean()) {
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
  const json* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
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
  const json* value = Find(key);
  if (value == nullptr) {
    return strings;
  }
  if (!value->is_array()) {
    Note(key, "an array");
    return strings;
  }
  for (const json& element : *value) {
    if (element.is_string()) {
      strings.emplace_back(CutUtf8(element.get_ref<const std::string&>(), kMaxStringBytes));
    }
  }
  return strings;
}

std::optional<std::map<std::string, std::string>> JsonReader::StringMap(
    absl::string_view key) const {
  const json* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_object()) {
    Note(key, "an object");
    return std::nullopt;
  }
  std::map<std::string, std::string> map;
  for (const auto& [name, member] : value->items()) {
    if (std::optional<std::string> text = ScalarText(member)) {
      map.emplace(name, *std::move(text));
    }
  }
  return map;
}

}  // namespace cis
