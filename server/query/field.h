#pragma once

// What can be asked of the rows of a list: the fields that filters and orders may name, and how
// each is read from a record. Filters run on records, so that a page costs messages only for what
// it returns.

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis {

// One value of a row. monostate = the site did not say; such a value matches no comparison.
using FieldValue =
    std::variant<std::monostate, bool, int64_t, double, absl::string_view, absl::Time>;

enum class FieldType {
  kText,      // compared without regard to case; "" is a value, but not a present one
  kVersion,   // text that compares as a release: 9.4 < 9.10
  kNumber,    // int64_t or double
  kBool,      // true or false
  kWord,      // one of a list of words
  kTime,      // RFC 3339, or a date
  kTextList,  // several texts; can be asked what it holds, not ordered
};

struct Field {
  std::string name;
  FieldType type = FieldType::kText;
  std::vector<std::string> words;  // of kWord
  std::string word_prefix;         // of kWord: `DATA_STATE_`, as in the API's enum; may be given

  // Reads the value of a row; unset for kTextList. The value lives as long as the row.
  std::function<FieldValue(const void* row)> value;
  // Whether `test` holds for one of the texts; kTextList only.
  std::function<bool(const void* row, absl::FunctionRef<bool(absl::string_view)> test)> any_of;
  // kVersion only, may be unset: whose releases they are.
  std::function<absl::string_view(const void* row)> distro;
};

using FieldTable = std::vector<Field>;

// nullptr if there is none.
const Field* FindField(const FieldTable& fields, absl::string_view name);

// "a, b, c", with those left out that orders cannot use if `orderable_only`.
std::string FormatFieldNames(const FieldTable& fields, bool orderable_only);

// "; did you mean x?" for a name that is not in the table; "" if nothing is near.
std::string SuggestField(const FieldTable& fields, absl::string_view name);

// A field whose value `read(const Row&)` returns as FieldValue.
template <typename Row, typename Read>
Field MakeField(absl::string_view name, FieldType type, Read read) {
  Field field;
  field.name = std::string(name);
  field.type = type;
  field.value = [read](const void* row) -> FieldValue {
    return read(*static_cast<const Row*>(row));
  };
  return field;
}

// A field of one of `words`, of which `read(const Row&)` returns one.
template <typename Row, typename Read>
Field MakeWordField(absl::string_view name, absl::string_view prefix,
                    std::vector<std::string> words, Read read) {
  Field field = MakeField<Row>(name, FieldType::kWord, read);
  field.word_prefix = std::string(prefix);
  field.words = std::move(words);
  return field;
}

// A field of several texts. `any_of(const Row&, test)` asks `test` about them until it says true.
template <typename Row, typename AnyOf>
Field MakeListField(absl::string_view name, AnyOf any_of) {
  Field field;
  field.name = std::string(name);
  field.type = FieldType::kTextList;
  field.any_of = [any_of](const void* row, absl::FunctionRef<bool(absl::string_view)> test) {
    return any_of(*static_cast<const Row*>(row), test);
  };
  return field;
}

// Shortens std::optional to a FieldValue.
template <typename Number>
FieldValue OptionalValue(const Number& value) {
  if (!value.has_value()) return std::monostate();
  return *value;
}

}  // namespace cis
