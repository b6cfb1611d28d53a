// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/json_value.h"

#include <simdjson.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/base/utf8.h"

namespace cis::crawler {
// Allocates room for values that are never moved.
class JsonArena {
 public:
  template <typename T>
  absl::Span<const T> Keep(absl::Span<const T> values) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));
    const std::size_t bytes = values.size() * sizeof(T);
    if (bytes > left_) {
      left_ = std::max<std::size_t>(bytes, kBlockBytes);
      blocks_.push_back(std::make_unique<std::max_align_t[]>(left_ / sizeof(std::max_align_t) + 1));
      at_ = reinterpret_cast<char*>(blocks_.back().get());
    }
    T* const kept = reinterpret_cast<T*>(at_);
    std::uninitialized_copy(values.begin(), values.end(), kept);
    const std::size_t used = (bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t) *
                             sizeof(std::max_align_t);
    at_ += used;
    left_ -= std::min(left_, used);
    return {kept, values.size()};
  }

 private:
  static constexpr std::size_t kBlockBytes = 64UL * 1024;

  std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
};

namespace {

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

// simdjson accepts an unpaired surrogate; JSON texts that may have one are parsed the slow way.
bool HasSurrogateEscape(absl::string_view text) {
  for (std::size_t pos = text.find('\\'); pos != absl::string_view::npos;
       pos = text.find('\\', pos + 2)) {
    if (pos + 2 < text.size() && text[pos + 1] == 'u' &&
        (text[pos + 2] == 'd' || text[pos + 2] == 'D')) {
      return true;
    }
  }
  return false;
}

// Builds the tree from either parser's values.
class Builder {
 public:
  explicit Builder(JsonArena* arena) : arena_(arena) {}

  JsonValue Value(simdjson::dom::element element) {
    switch (element.type()) {
      case simdjson::dom::element_type::ARRAY: {
        const std::size_t from = elements_.size();
        const simdjson::dom::array array = element.get_array().value_unsafe();
        for (const simdjson::dom::element one : array) {
          const JsonValue value = Value(one);
          elements_.push_back(value);
        }
        return Elements(from);
      }
      case simdjson::dom::element_type::OBJECT: {
        const std::size_t from = members_.size();
        const simdjson::dom::object object = element.get_object().value_unsafe();
        for (const simdjson::dom::key_value_pair one : object) {
          const JsonValue value = Value(one.value);
          members_.push_back({{one.key.data(), one.key.size()}, value});
        }
        return Members(from);
      }
      case simdjson::dom::element_type::STRING: {
        const auto text = element.get_string().value_unsafe();
        return JsonValue(absl::string_view(text.data(), text.size()));
      }
      case simdjson::dom::element_type::INT64:
        return JsonValue(element.get_int64().value_unsafe());
      case simdjson::dom::element_type::UINT64:
        return JsonValue(element.get_uint64().value_unsafe());
      case simdjson::dom::element_type::DOUBLE:
        return JsonValue(element.get_double().value_unsafe());
      case simdjson::dom::element_type::BOOL:
        return JsonValue(element.get_bool().value_unsafe());
      case simdjson::dom::element_type::NULL_VALUE:
        break;
    }
    return {};
  }

  JsonValue Value(const nlohmann::json& parsed) {
    switch (parsed.type()) {
      case nlohmann::json::value_t::array: {
        const std::size_t from = elements_.size();
        for (const nlohmann::json& one : parsed) {
          const JsonValue value = Value(one);
          elements_.push_back(value);
        }
        return Elements(from);
      }
      case nlohmann::json::value_t::object: {
        const std::size_t from = members_.size();
        for (const auto& [key, one] : parsed.items()) {
          const JsonValue value = Value(one);
          members_.push_back({key, value});
        }
        return Members(from);
      }
      case nlohmann::json::value_t::string:
        return JsonValue(absl::string_view(parsed.get_ref<const std::string&>()));
      case nlohmann::json::value_t::boolean:
        return JsonValue(parsed.get<bool>());
      case nlohmann::json::value_t::number_integer:
        return JsonValue(parsed.get<int64_t>());
      case nlohmann::json::value_t::number_unsigned:
        return FitsInt(parsed.get<uint64_t>())
                   ? JsonValue(static_cast<int64_t>(parsed.get<uint64_t>()))
                   : JsonValue(parsed.get<uint64_t>());
      case nlohmann::json::value_t::number_float:
        return JsonValue(parsed.get<double>());
      default:
        return {};
    }
  }

 private:
  static bool FitsInt(uint64_t value) { return value <= uint64_t{INT64_MAX}; }

  // The values pushed since `from`, moved into the arena.
  JsonValue Elements(std::size_t from) {
    const JsonValue array(arena_->Keep(absl::MakeConstSpan(elements_).subspan(from)));
    elements_.resize(from);
    return array;
  }

  JsonValue Members(std::size_t from) {
    const auto begin = members_.begin() + static_cast<std::ptrdiff_t>(from);
    const auto by_key = [](const JsonMember& a, const JsonMember& b) { return a.key < b.key; };
    std::stable_sort(begin, members_.end(), by_key);
    // The last member of a key counts, as in most parsers.
    const auto last =
        std::unique(std::make_reverse_iterator(members_.end()), std::make_reverse_iterator(begin),
                    [](const auto& a, const auto& b) { return a.key == b.key; });
    const auto kept = static_cast<std::size_t>(last - std::make_reverse_iterator(members_.end()));
    CIS_DCHECK(std::adjacent_find(
                   members_.end() - static_cast<std::ptrdiff_t>(kept), members_.end(),
                   [](const JsonMember& a, const JsonMember& b) { return a.key >= b.key; }) ==
                   members_.end(),
               "members are searched by key");
    const JsonValue object(
        arena_->Keep(absl::MakeConstSpan(members_).subspan(members_.size() - kept)));
    members_.resize(from);
    return object;
  }

  JsonArena* arena_;
  std::vector<JsonValue> elements_;
  std::vector<JsonMember> members_;
};

}  // namespace

struct JsonDocument::Parts {
  simdjson::dom::parser parser{simdjson::SIMDJSON_MAXSIZE_BYTES};
  std::unique_ptr<nlohmann::json> tolerant;
  JsonArena arena;
  JsonValue root;
};

JsonDocument::JsonDocument() {
  static constexpr JsonValue kNull{};
  root_ = &kNull;
}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue::JsonValue(absl::Span<const JsonMember> members)
    : type_(Type::kObject), members_(members.data()), size_(members.size()) {}

absl::string_view JsonValue::type_name() const {
  switch (type_) {
    case Type::kNull:
      return "null";
    case Type::kBool:
      return "boolean";
    case Type::kInt:
    case Type::kUint:
    case Type::kDouble:
      return "number";
    case Type::kString:
      return "string";
    case Type::kArray:
      return "array";
    case Type::kObject:
      return "object";
  }
  return "null";
}

const JsonValue* JsonValue::Find(absl::string_view key) const {
  const absl::Span<const JsonMember> all = members();
  const auto* const found = std::lower_bound(
      all.begin(), all.end(), key,
      [](const JsonMember& one, absl::string_view name) { return one.key < name; });
  return found != all.end() && found->key == key ? &found->value : nullptr;
}

bool operator==(const JsonValue& a, const JsonValue& b) {
  if (a.type_ != b.type_) return false;
  switch (a.type_) {
    case JsonValue::Type::kNull:
      return true;
    case JsonValue::Type::kBool:
    case JsonValue::Type::kInt:
      return a.int_ == b.int_;
    case JsonValue::Type::kUint:
      return a.uint_ == b.uint_;
    case JsonValue::Type::kDouble:
      return a.double_ == b.double_;
    case JsonValue::Type::kString:
      return a.as_string() == b.as_string();
    case JsonValue::Type::kArray:
      return std::equal(a.elements().begin(), a.elements().end(), b.elements().begin(),
                        b.elements().end());
    case JsonValue::Type::kObject:
      return std::equal(a.members().begin(), a.members().end(), b.members().begin(),
                        b.members().end(), [](const JsonMember& one, const JsonMember& other) {
                          return one.key == other.key && one.value == other.value;
                        });
  }
  return false;
}

absl::StatusOr<JsonDocument> ParseJson(absl::string_view text) {
  JsonDocument document;
  document.parts_ = std::make_unique<JsonDocument::Parts>();
  JsonDocument::Parts& parts = *document.parts_;
  document.root_ = &parts.root;
  Builder builder(&parts.arena);
  // Deep documents are rejected before anything is built.
  if (!HasSurrogateEscape(text) &&
      parts.parser.allocate(text.size(), kMaxJsonDepth) == simdjson::error_code::SUCCESS) {
    simdjson::dom::element root;
    if (parts.parser.parse(text.data(), text.size(), true).get(root) ==
        simdjson::error_code::SUCCESS) {
      parts.root = builder.Value(root);
      return document;
    }
  }
  if (DepthOf(text) > kMaxJsonDepth) {
    return absl::InvalidArgumentError(absl::StrCat("nested deeper than ", kMaxJsonDepth,
                                                   " levels, which no answer of OpenStack is"));
  }
  std::string replaced;
  if (!IsValidUtf8(text)) {
    replaced = ValidUtf8(text);
    text = replaced;
  }
  if (HasSurrogateEscape(text)) {
    replaced = PairedSurrogates(text);
    text = replaced;
  }
  try {
    parts.tolerant = std::make_unique<nlohmann::json>(
        nlohmann::json::parse(text.data(), text.data() + text.size()));
  } catch (const nlohmann::json::parse_error& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("not valid at byte ", error.byte, "; it must be a JSON document"));
  } catch (const nlohmann::json::exception&) {  // a number out of range
    return absl::InvalidArgumentError("a number is out of range; it must fit into a double");
  }
  parts.root = builder.Value(*parts.tolerant);
  return document;
}

}  // namespace cis::crawler
