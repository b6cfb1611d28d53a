// SPDX-License-Identifier: Apache-2.0
#pragma once

// Members of records as texts, and back, for the history and for the comparisons of the journal.
// Derived from fields.h, so that a new member is in both without a line here.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/text_pool.h"
#include "schema/model/fields.h"
#include "schema/model/records.h"

namespace cis {

// One member: the name that fields.h gives it, and its value; nullopt = not known.
struct FieldText {
  std::string name;
  std::optional<std::string> text;

  friend bool operator==(const FieldText&, const FieldText&) = default;
};

// Collects members as texts: numbers in decimal, instants in microseconds since 1970, lists as JSON
// arrays of strings, enumerations as their words.
class FieldTextWriter {
 public:
  void operator()(absl::string_view name, const std::string& value);
  void operator()(absl::string_view name, const SharedText& value);
  void operator()(absl::string_view name, bool value);
  void operator()(absl::string_view name, int value);
  void operator()(absl::string_view name, int64_t value);
  void operator()(absl::string_view name, std::optional<bool> value);
  void operator()(absl::string_view name, std::optional<int64_t> value);
  void operator()(absl::string_view name, std::optional<double> value);
  void operator()(absl::string_view name, absl::Time value);
  void operator()(absl::string_view name, Kind value);
  void operator()(absl::string_view name, ErrorClass value);
  void operator()(absl::string_view name, Tristate value);
  void operator()(absl::string_view name, NetworkUse value);
  void operator()(absl::string_view name, VoSupport value);
  void operator()(absl::string_view name, const std::vector<std::string>& value);
  void operator()(absl::string_view name, const SharedList<SharedText>& value);
  void operator()(absl::string_view name, const std::optional<TextMap>& value);
  void operator()(absl::string_view name, const std::map<std::string, std::string>& value);
  void operator()(absl::string_view name, const std::map<std::string, int64_t>& value);
  void Provenance(const Provenance& value);

  std::vector<FieldText> Take() { return std::move(fields_); }

 private:
  void Add(absl::string_view name, std::optional<std::string> text);

  std::vector<FieldText> fields_;
};

// Sets those members for which it has a text.
class FieldTextReader {
 public:
  explicit FieldTextReader(const std::vector<FieldText>& fields);

  void operator()(absl::string_view name, std::string& value);
  void operator()(absl::string_view name, SharedText& value);
  void operator()(absl::string_view name, bool& value);
  void operator()(absl::string_view name, int& value);
  void operator()(absl::string_view name, int64_t& value);
  void operator()(absl::string_view name, std::optional<bool>& value);
  void operator()(absl::string_view name, std::optional<int64_t>& value);
  void operator()(absl::string_view name, std::optional<double>& value);
  void operator()(absl::string_view name, absl::Time& value);
  void operator()(absl::string_view name, Kind& value);
  void operator()(absl::string_view name, ErrorClass& value);
  void operator()(absl::string_view name, Tristate& value);
  void operator()(absl::string_view name, NetworkUse& value);
  void operator()(absl::string_view name, VoSupport& value);
  void operator()(absl::string_view name, std::vector<std::string>& value);
  void operator()(absl::string_view name, SharedList<SharedText>& value);
  void operator()(absl::string_view name, std::optional<TextMap>& value);
  void operator()(absl::string_view name, std::map<std::string, std::string>& value);
  void Provenance(Provenance& value);

  // The first member whose text was not written by a FieldTextWriter; empty if there was none.
  const std::string& damaged_field() const { return damaged_field_; }

 private:
  // Returns nullptr if there is no member of that name.
  const std::optional<std::string>* Find(absl::string_view name) const;
  void Damaged(absl::string_view name);

  absl::flat_hash_map<absl::string_view, const std::optional<std::string>*> texts_;
  TextPool pool_;
  std::string damaged_field_;
};

// Returns all members of `record`, in the order of fields.h.
template <typename Record>
std::vector<FieldText> FieldTextsOf(const Record& record) {
  FieldTextWriter writer;
  VisitFields(writer, record);
  return writer.Take();
}

// Sets the members of `record` that `fields` names; names that it does not know are ignored.
// Returns the name of the first member whose text cannot be read; empty if all could be read.
template <typename Record>
std::string SetFields(const std::vector<FieldText>& fields, Record& record) {
  FieldTextReader reader(fields);
  VisitFields(reader, record);
  return reader.damaged_field();
}

// Returns the entries of `before` that differ from those of `after`, which has the same names in
// the same order.
std::vector<FieldText> DifferingFields(const std::vector<FieldText>& before,
                                       const std::vector<FieldText>& after);

}  // namespace cis
