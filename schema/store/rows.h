// SPDX-License-Identifier: Apache-2.0
#pragma once

// Conversion between values of records and values of SQL: the visitors of fields.h.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/fields.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"
#include "schema/store/record_pool.h"
#include "schema/store/sqlite.h"

namespace cis {

// Longest error message that is kept; longer ones are cut.
inline constexpr size_t kMaxMessageBytes = 1000;

// Returns `time` as it is stored: instants are rounded to the microsecond, infinite ones stay
// infinite.
absl::Time StoredTime(absl::Time time);

// Writes members to the parameters of the same names.
class RowBinder {
 public:
  // `statement` must outlive the binder.
  explicit RowBinder(Statement& statement) : statement_(statement) {}

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
  void operator()(absl::string_view name, RegistryPart value);
  void operator()(absl::string_view name, const std::vector<std::string>& value);
  void operator()(absl::string_view name, const SharedList<SharedText>& value);
  void operator()(absl::string_view name, const std::optional<TextMap>& value);
  void operator()(absl::string_view name, const std::map<std::string, std::string>& value);
  void operator()(absl::string_view name, const std::map<std::string, int64_t>& value);
  void Provenance(const Provenance& value);

 private:
  Statement& statement_;
};

// Reads members from the columns of the same names.
class RowReader {
 public:
  // `statement` and `pool` must outlive the reader.
  RowReader(Statement& statement, RecordPool& pool) : statement_(statement), pool_(pool) {}
  // For rows that are few.
  explicit RowReader(Statement& statement) : RowReader(statement, own_pool_) {}
  RowReader(const RowReader&) = delete;
  RowReader& operator=(const RowReader&) = delete;

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
  void operator()(absl::string_view name, RegistryPart& value);
  void operator()(absl::string_view name, std::vector<std::string>& value);
  void operator()(absl::string_view name, SharedList<SharedText>& value);
  void operator()(absl::string_view name, std::optional<TextMap>& value);
  void operator()(absl::string_view name, std::map<std::string, std::string>& value);
  void operator()(absl::string_view name, std::map<std::string, int64_t>& value);
  void Provenance(Provenance& value);

  // The first column whose text could not be read; empty if there was none.
  const std::string& damaged_column() const { return damaged_column_; }

 private:
  void Damaged(absl::string_view name);

  Statement& statement_;
  RecordPool own_pool_;
  RecordPool& pool_;
  std::string damaged_column_;
};

// Collects the column names of one noun.
class ColumnNames {
 public:
  template <typename Value>
  void operator()(absl::string_view name, const Value&) {
    names_.emplace_back(name);
  }
  void Provenance(const Provenance&);

  template <typename Record>
  static std::vector<std::string> Of() {
    ColumnNames names;
    const Record record;
    VisitFields(names, record);
    return std::move(names.names_);
  }

 private:
  std::vector<std::string> names_;
};

// Binds all members of `record` to `statement`.
template <typename Record>
void BindFields(Statement& statement, const Record& record) {
  RowBinder binder(statement);
  VisitFields(binder, record);
}

}  // namespace cis
