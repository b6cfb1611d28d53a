// SPDX-License-Identifier: Apache-2.0
#include "client/format/csv.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "cis/v1/common.pb.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Levels of nested fields, as in `machine.network.external_network.name`: deeper ones have no
// columns. Also bounds recursive types.
constexpr size_t kMaxColumnDepth = 4;

bool IsLeaf(const FieldDescriptor& field) {
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
  const std::string& type = field.message_type()->full_name();
  return type == "google.protobuf.Timestamp" || type == "google.protobuf.Duration" ||
         type == "cis.v1.Amount" || type == "cis.v1.Warning";
}

void AddColumns(const Descriptor& type, const CsvColumn& above, std::vector<CsvColumn>* columns) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.is_map()) continue;
    CsvColumn column = above;
    absl::StrAppend(&column.head, above.head.empty() ? "" : ".", field.name());
    column.path.push_back(&field);
    if (IsLeaf(field)) {
      columns->push_back(std::move(column));
    } else if (!field.is_repeated() && column.path.size() < kMaxColumnDepth) {
      AddColumns(*field.message_type(), column, columns);
    }
  }
}

std::string ScalarText(const nlohmann::ordered_json& value, const FieldDescriptor& field) {
  if (value.is_null()) return "";
  if (field.message_type() == v1::Warning::descriptor()) {
    return absl::StrCat(value["code"].get<std::string>(), ": ",
                        value["message"].get<std::string>());
  }
  if (!value.is_string()) return value.dump();
  auto text = value.get<std::string>();
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_ENUM) return text;
  const auto* number = field.enum_type()->FindValueByName(text);
  return number == nullptr ? text : EnumWord(*field.enum_type(), number->number());
}

// Whether spreadsheets may take a cell with this text for a formula.
bool LooksLikeFormula(absl::string_view text) {
  const size_t first = text.find_first_not_of("' ");
  if (first == absl::string_view::npos) return false;
  text.remove_prefix(first);
  if (absl::StrContains("=+-@\t\r\n", text[0])) return true;
  static constexpr absl::string_view kFullWidth[] = {"\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(std::begin(kFullWidth), std::end(kFullWidth),
                     [text](absl::string_view sign) { return absl::StartsWith(text, sign); });
}

bool IsNumber(absl::string_view text) {
  double value = 0;
  return text.find_first_not_of("0123456789+-.eE") == absl::string_view::npos &&
         absl::SimpleAtod(text, &value);
}

// Line ends and tabs stay: quotes are enough for them.
std::string CleanCell(absl::string_view text) {
  std::string out;
  while (true) {
    const size_t end = text.find_first_of("\r\n\t");
    absl::StrAppend(&out, CleanText(text.substr(0, end)));
    if (end == absl::string_view::npos) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

std::string HarmlessCell(absl::string_view text) {
  std::string clean = CleanCell(text);
  if (LooksLikeFormula(clean) && !IsNumber(clean)) clean.insert(0, 1, '\'');
  return clean;
}

}  // namespace

std::vector<CsvColumn> CsvColumnsOf(const Descriptor& type,
                                    const google::protobuf::FieldMask& mask) {
  std::vector<CsvColumn> all;
  AddColumns(type, CsvColumn{}, &all);
  if (mask.paths().empty()) return all;
  std::vector<CsvColumn> some;
  for (const std::string& path : mask.paths()) {
    if (path == "*") return all;
    for (const CsvColumn& column : all) {
      if (column.head == path || absl::StartsWith(column.head, absl::StrCat(path, "."))) {
        some.push_back(column);
      }
    }
  }
  return some;
}

std::vector<std::string> CsvCells(const Message& message, absl::Span<const CsvColumn> columns) {
  std::vector<std::string> cells;
  for (const CsvColumn& column : columns) {
    const Message* holder = &message;
    for (size_t i = 0; i + 1 < column.path.size() && holder != nullptr; ++i) {
      const auto& r = *holder->GetReflection();
      holder =
          r.HasField(*holder, column.path[i]) ? &r.GetMessage(*holder, column.path[i]) : nullptr;
    }
    if (holder == nullptr) {
      cells.emplace_back();
      continue;
    }
    const FieldDescriptor& field = *column.path.back();
    if (!field.is_repeated() && field.message_type() == v1::Amount::descriptor()) {
      v1::Amount amount;
      const auto& r = *holder->GetReflection();
      if (r.HasField(*holder, &field)) amount.CopyFrom(r.GetMessage(*holder, &field));
      cells.push_back(r.HasField(*holder, &field) ? AmountText(amount) : "");
      continue;
    }
    const nlohmann::ordered_json value = FieldToJson(*holder, field);
    if (!value.is_array()) {
      cells.push_back(ScalarText(value, field));
      continue;
    }
    std::vector<std::string> items;
    for (const auto& item : value) items.push_back(ScalarText(item, field));
    cells.push_back(absl::StrJoin(items, ";"));
  }
  return cells;
}

absl::string_view CsvValue(absl::string_view cell) {
  if (LooksLikeFormula(cell)) absl::ConsumePrefix(&cell, "'");
  return cell;
}

std::string CsvLine(absl::Span<const std::string> cells) {
  std::vector<std::string> quoted;
  for (const std::string& value : cells) {
    const std::string cell = HarmlessCell(value);
    const bool border_space = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
    if (border_space || cell.find_first_of(",\"\r\n\t") != std::string::npos) {
      quoted.push_back(absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\""));
    } else {
      quoted.push_back(cell);
    }
  }
  // A line of one empty cell would be an empty line, which readers skip.
  if (quoted.size() == 1 && quoted[0].empty()) return "\"\"\r\n";
  return absl::StrCat(absl::StrJoin(quoted, ","), "\r\n");
}

}  // namespace cis::client
