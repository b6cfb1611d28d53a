// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of all types of fields, for tests of server/query. The languages themselves are tested with
// text: tests/cases/filter.

#include <optional>
#include <string>
#include <vector>

#include "server/query/field.h"

namespace cis::server {

struct TestRow {
  std::string name;
  std::optional<int64_t> count;
  std::optional<bool> flag;
  std::string version;
  absl::Time time = absl::InfinitePast();
  std::vector<std::string> tags;
};

inline const FieldTable<TestRow>& TestFields() {
  static const auto& table = *[] {
    auto* made = new FieldTable<TestRow>();
    made->Add("name", FieldType::kText,
              [](const TestRow& r) -> FieldValue { return absl::string_view(r.name); });
    made->Add("count", FieldType::kNumber,
              [](const TestRow& r) -> FieldValue { return OptionalValue(r.count); });
    made->Add("flag", FieldType::kBool,
              [](const TestRow& r) -> FieldValue { return OptionalValue(r.flag); });
    made->Add("version", FieldType::kVersion,
              [](const TestRow& r) -> FieldValue { return absl::string_view(r.version); });
    made->Add("time", FieldType::kTime, [](const TestRow& r) -> FieldValue { return r.time; });
    made->AddList("tags", [](const TestRow& r, TextTest test) {
      for (const std::string& tag : r.tags) {
        if (test(tag)) return true;
      }
      return false;
    });
    return made;
  }();
  return table;
}

}  // namespace cis::server
