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

// One answer in all its forms; only the one that is wanted is made.
struct Record {
  std::string name;  // for `-o name`; unique
  std::function<nlohmann::ordered_json()> json;
  std::function<std::vector<std::string>()> csv;
  std::function<std::vector<Cell>()> cells;
  std::function<std::vector<Cell>()> below = nullptr;  // lines under the row of a table
};

// Writes a list of records in one format: a table (when it ends), a JSON array, one JSON object a
// line, a YAML sequence, CSV with a head line, or names. Rows but those of tables are written as
// they come. Call End once, also when there are no rows.
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
