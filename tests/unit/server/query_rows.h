#pragma once

// Rows of all types of fields, for tests of server/query. The languages themselves are tested with
// text: tests/cases/filter.

#include <optional>
#include <string>
#include <vector>

#include "server/query/field.h"

namespace cis {

struct TestRow {
  std::string name;
  std::optional<int64_t> count;
  std::optional<bool> flag;
  std::string version;
  absl::Time time = absl::InfinitePast();
  std::vector<std::string> tags;
};

inline const FieldTable& TestFields() {
  static const FieldTable& table = *new FieldTable{
      MakeField<TestRow>("name", FieldType::kText,
                         [](const TestRow& r) -> FieldValue { return absl::string_view(r.name); }),
      MakeField<TestRow>("count", FieldType::kNumber,
                         [](const TestRow& r) -> FieldValue { return OptionalValue(r.count); }),
      MakeField<TestRow>("flag", FieldType::kBool,
                         [](const TestRow& r) -> FieldValue { return OptionalValue(r.flag); }),
      MakeField<TestRow>(
          "version", FieldType::kVersion,
          [](const TestRow& r) -> FieldValue { return absl::string_view(r.version); }),
      MakeField<TestRow>("time", FieldType::kTime,
                         [](const TestRow& r) -> FieldValue { return r.time; }),
      MakeListField<TestRow>("tags",
                             [](const TestRow& r, absl::FunctionRef<bool(absl::string_view)> t) {
                               for (const std::string& tag : r.tags) {
                                 if (t(tag)) return true;
                               }
                               return false;
                             }),
  };
  return table;
}

}  // namespace cis
