// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/format/format.h"
#include "client/format/table.h"

namespace cis::client {

// One record in all formats; only the requested one is made.
struct Record {
  std::string name;  // for `-o name`; unique
  std::function<nlohmann::ordered_json()> json;
  std::function<std::vector<std::string>()> csv;
  std::function<std::vector<Cell>()> cells;
  std::function<std::vector<Cell>()> below = nullptr;  // lines below the row of a table
};

// Writes a list of records in one format: a table (written at the end), a JSON array, one JSON
// object per line, a YAML sequence, CSV with a header line, or names. Except for tables, rows are
// written as they come. Call End once, also if there are no rows.
class ListWriter {
 public:
  struct Heads {
    std::vector<TableColumn> table;
    std::vector<std::string> csv;
  };

  ListWriter(Format format, Heads heads, TableStyle style, std::ostream& out);

  void Add(const Record& record);
  // Finishes the text. Returns whether a cell of a table was cut.
  bool End();

  int64_t count() const { return count_; }

 private:
  void Begin();

  const Format format_;
  const Heads heads_;
  const TableStyle style_;
  std::ostream& out_;
  Table table_;
  int64_t count_ = 0;
};

}  // namespace cis::client
