// SPDX-License-Identifier: Apache-2.0
#include "client/format/list_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/format/csv.h"
#include "client/format/proto_json.h"
#include "client/format/yaml.h"

namespace cis::client {

absl::StatusOr<Format> ParseFormat(absl::string_view text) {
  static constexpr std::pair<absl::string_view, Format> kFormats[] = {
      {"table", Format::kTable},         {"wide", Format::kWide},
      {"json", Format::kJson},           {"ndjson", Format::kNdjson},
      {"yaml", Format::kYaml},           {"csv", Format::kCsv},
      {"name", Format::kName},           {"query", Format::kQuery},
      {"openstack", Format::kOpenstack}, {"fedcloud", Format::kFedcloud},
      {"tfvars", Format::kTfvars},       {"terraform-external", Format::kTerraformExternal},
      {"ansible", Format::kAnsible},     {"env", Format::kEnv}};
  for (const auto& [name, format] : kFormats) {
    if (text == name) return format;
  }
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not a format; write one of ",
                                                 kFormatNames, ", or with place one of ",
                                                 kPlaceFormatNames));
}

ListWriter::ListWriter(Format format, Heads heads, TableStyle style, std::ostream& out)
    : format_(format), heads_(std::move(heads)), style_(style), out_(out), table_(heads_.table) {}

void ListWriter::Begin() {
  if (format_ == Format::kCsv) out_ << CsvLine(heads_.csv);
}

void ListWriter::Add(const Record& record) {
  if (count_ == 0) Begin();
  switch (format_) {
    case Format::kTable:
    case Format::kWide:
      table_.AddRow(record.cells(), record.below ? record.below() : std::vector<Cell>{});
      break;
    case Format::kJson:
      // An array, indented by two spaces. Strings contain no line ends: JSON escapes them.
      out_ << (count_ == 0 ? "[\n  " : ",\n  ")
           << absl::StrReplaceAll(DumpJson(record.json(), 2), {{"\n", "\n  "}});
      break;
    case Format::kNdjson:
      out_ << DumpJson(record.json(), -1) << "\n";
      break;
    case Format::kYaml:
      out_ << FormatYaml(nlohmann::ordered_json::array({record.json()}));
      break;
    case Format::kCsv:
      out_ << CsvLine(record.csv());
      break;
    case Format::kName:
      out_ << record.name << "\n";
      break;
    default:  // formats of place only, which are not lists
      break;
  }
  ++count_;
}

bool ListWriter::End() {
  bool cut = false;
  switch (format_) {
    case Format::kTable:
    case Format::kWide:
      if (count_ > 0) out_ << table_.Format(style_, &cut);
      break;
    case Format::kJson:
      out_ << (count_ == 0 ? "[]\n" : "\n]\n");
      break;
    case Format::kYaml:
      if (count_ == 0) out_ << "[]\n";
      break;
    case Format::kCsv:
      if (count_ == 0) Begin();
      break;
    default:
      break;
  }
  return cut;
}

}  // namespace cis::client
