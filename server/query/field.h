// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields that filters and orders of a list may name, and how each is read from a row. Filters
// run on records, so that a page makes messages only for the rows that it returns.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/check.h"
#include "schema/model/described_field.h"

namespace cis::server {

// One value of a row. monostate = the site did not report it; such a value matches no comparison.
using FieldValue =
    std::variant<std::monostate, bool, int64_t, double, absl::string_view, absl::Time>;

enum class FieldType {
  kText,      // compared without regard to case; "" is a value, but not a present one
  kVersion,   // text that compares as a release: 9.4 < 9.10
  kNumber,    // int64_t or double
  kBool,      // true or false
  kWord,      // one of a closed list of words; "" = not known
  kTime,      // RFC 3339, or a date
  kTextList,  // several texts; can be tested for a text, but not ordered
};

// "text", "version", "number", "bool", "word", "time" or "list".
absl::string_view FormatFieldType(FieldType type);

// Negative, 0 or positive, as `a` is less than, equal to or greater than `b`.
template <typename Value>
int OrderOf(const Value& a, const Value& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// Returns whether the site reported `value` of a field of `type`: an empty text and InfinitePast
// are not reported.
bool HasValue(FieldType type, const FieldValue& value);

// The description of a field that does not depend on the type of the rows.
struct FieldSpec {
  std::string name;
  FieldType type = FieldType::kText;
  const WordSet* words = nullptr;  // of kWord
};
using FieldSpecs = std::vector<FieldSpec>;

// Returns the index of the field; nothing if there is none.
std::optional<size_t> FindField(const FieldSpecs& fields, absl::string_view name);

// Returns "a, b, c", without those that an order cannot use if `orderable_only`.
std::string FormatFieldNames(const FieldSpecs& fields, bool orderable_only);

// Returns "; did you mean x?" for a name that is not in the table; "" if no name is near.
std::string SuggestField(const FieldSpecs& fields, absl::string_view name);

using TextTest = absl::FunctionRef<bool(absl::string_view text)>;

// How one field is read from rows of one type.
template <typename Row>
struct FieldReader {
  // Returns the value; unset for kTextList. The value is valid as long as the row.
  std::function<FieldValue(const Row& row)> value;
  // Returns whether `test` is true for one of the texts; kTextList only.
  std::function<bool(const Row& row, TextTest test)> any_of;
  // Returns the distribution whose releases the values are; kVersion only, may be unset.
  std::function<absl::string_view(const Row& row)> distro;
};

// The fields of one type of rows.
template <typename Row>
class FieldTable {
 public:
  // `words` must outlive the table.
  void Add(absl::string_view name, FieldType type, std::function<FieldValue(const Row&)> value,
           const WordSet* words = nullptr) {
    Add({std::string(name), type, words}, {std::move(value), nullptr, nullptr});
  }
  void AddList(absl::string_view name, std::function<bool(const Row&, TextTest)> any_of) {
    Add({std::string(name), FieldType::kTextList, nullptr}, {nullptr, std::move(any_of), nullptr});
  }
  void Add(FieldSpec spec, FieldReader<Row> reader) {
    CIS_CHECK((spec.type == FieldType::kTextList) == (reader.any_of != nullptr),
              "a list is read text by text");
    specs_.push_back(std::move(spec));
    readers_.push_back(std::move(reader));
  }

  const FieldSpecs& specs() const { return specs_; }
  const FieldReader<Row>& reader(size_t field) const {
    CIS_DCHECK(field < readers_.size(), "a field is of the table");
    return readers_[field];
  }

 private:
  FieldSpecs specs_;
  std::vector<FieldReader<Row>> readers_;  // beside specs_
};

// The rows of a list as filters and orders see them: rows and fields by number. So both are
// compiled once, and only TypedRows depends on the type of the rows.
class Rows {
 public:
  virtual ~Rows() = default;
  virtual const FieldSpecs& fields() const = 0;
  virtual size_t size() const = 0;
  // As in FieldReader.
  virtual FieldValue Value(size_t row, size_t field) const = 0;
  virtual bool AnyOf(size_t row, size_t field, TextTest test) const = 0;
  virtual absl::string_view Distro(size_t row, size_t field) const = 0;
};

template <typename Row>
class TypedRows final : public Rows {
 public:
  // The table and the rows must outlive it.
  TypedRows(const FieldTable<Row>& fields, std::vector<const Row*> rows)
      : table_(fields), rows_(std::move(rows)) {}

  const Row& operator[](size_t row) const { return *rows_[row]; }

  const FieldSpecs& fields() const override { return table_.specs(); }
  size_t size() const override { return rows_.size(); }
  FieldValue Value(size_t row, size_t field) const override {
    return table_.reader(field).value(*rows_[row]);
  }
  bool AnyOf(size_t row, size_t field, TextTest test) const override {
    return table_.reader(field).any_of(*rows_[row], test);
  }
  absl::string_view Distro(size_t row, size_t field) const override {
    const auto& distro = table_.reader(field).distro;
    return distro ? distro(*rows_[row]) : absl::string_view();
  }

 private:
  const FieldTable<Row>& table_;
  std::vector<const Row*> rows_;
};

// Converts a std::optional to a FieldValue.
template <typename Number>
FieldValue OptionalValue(const Number& value) {
  if (!value.has_value()) return std::monostate();
  return *value;
}

}  // namespace cis::server
