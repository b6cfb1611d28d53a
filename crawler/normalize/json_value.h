// SPDX-License-Identifier: Apache-2.0
#pragma once

// A parsed JSON document as a tree of views into it. The only place that uses the parsers: simdjson
// for strict JSON, nlohmann/json for other texts and for error messages.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis::crawler {

// Deeper documents are rejected: OpenStack's answers are at most some ten levels deep.
inline constexpr int kMaxJsonDepth = 64;

struct JsonMember;

// One value. Owns nothing: texts and children are in the JsonDocument that it came from, which must
// outlive it. Default: null.
class JsonValue {
 public:
  enum class Type : uint8_t { kNull, kBool, kInt, kUint, kDouble, kString, kArray, kObject };

  JsonValue() = default;
  explicit JsonValue(bool value) : type_(Type::kBool), int_(value ? 1 : 0) {}
  explicit JsonValue(int64_t value) : type_(Type::kInt), int_(value) {}
  explicit JsonValue(uint64_t value) : type_(Type::kUint), uint_(value) {}
  explicit JsonValue(double value) : type_(Type::kDouble), double_(value) {}
  explicit JsonValue(absl::string_view text)
      : type_(Type::kString), text_(text.data()), size_(text.size()) {}
  explicit JsonValue(absl::Span<const JsonValue> elements)
      : type_(Type::kArray), elements_(elements.data()), size_(elements.size()) {}
  // `members` must be ordered by key, each key once.
  explicit JsonValue(absl::Span<const JsonMember> members);

  Type type() const { return type_; }
  bool is_null() const { return type_ == Type::kNull; }
  bool is_bool() const { return type_ == Type::kBool; }
  bool is_string() const { return type_ == Type::kString; }
  bool is_array() const { return type_ == Type::kArray; }
  bool is_object() const { return type_ == Type::kObject; }
  bool is_structured() const { return is_array() || is_object(); }
  // "null", "boolean", "number", "string", "array" or "object".
  absl::string_view type_name() const;

  // Call each only for a value of its type.
  bool as_bool() const { return int_ != 0; }
  int64_t as_int() const { return int_; }
  uint64_t as_uint() const { return uint_; }
  double as_double() const { return double_; }
  absl::string_view as_string() const { return {text_, size_}; }

  // Empty unless it is an array.
  absl::Span<const JsonValue> elements() const {
    return is_array() ? absl::MakeConstSpan(elements_, size_) : absl::Span<const JsonValue>();
  }
  // Ordered by key, each key once (its last occurrence in the document). Empty unless it is an
  // object.
  absl::Span<const JsonMember> members() const;
  // Returns the member with that key; null if there is none.
  const JsonValue* Find(absl::string_view key) const;

  // Whether both are equal. Numbers are equal if they have the same type and value.
  friend bool operator==(const JsonValue& a, const JsonValue& b);

 private:
  Type type_ = Type::kNull;
  // NOLINTBEGIN(readability-identifier-naming): they count as public members, of the union.
  union {
    int64_t int_ = 0;
    uint64_t uint_;
    double double_;
    const char* text_;
    const JsonValue* elements_;
    const JsonMember* members_;
  };
  // NOLINTEND(readability-identifier-naming)
  std::size_t size_ = 0;  // of a text, an array or an object
};

struct JsonMember {
  absl::string_view key;
  JsonValue value;
};

inline absl::Span<const JsonMember> JsonValue::members() const {
  return is_object() ? absl::MakeConstSpan(members_, size_) : absl::Span<const JsonMember>();
}

// A document with all its values. Movable; values stay valid when it is moved.
class JsonDocument {
 public:
  JsonDocument();  // null
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  const JsonValue& root() const { return *root_; }

 private:
  friend absl::StatusOr<JsonDocument> ParseJson(absl::string_view text);
  struct Parts;

  std::unique_ptr<Parts> parts_;
  const JsonValue* root_ = nullptr;
};

// Parses `text` after replacing invalid UTF-8 and halves of surrogate pairs. Keeps nothing of
// `text`. Returns INVALID_ARGUMENT naming the byte if it is not JSON or is nested deeper than
// kMaxJsonDepth.
absl::StatusOr<JsonDocument> ParseJson(absl::string_view text);

}  // namespace cis::crawler
