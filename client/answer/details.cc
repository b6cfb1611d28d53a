// SPDX-License-Identifier: Apache-2.0
#include "client/answer/details.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cis/v1/common.pb.h"
#include "client/format/csv.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// `strong: property:os_distro "ubuntu"; name "..."` for each inferred field.
std::map<std::string, std::string> SourcesByField(const v1::Provenance& provenance) {
  std::map<std::string, std::vector<std::string>> told;
  for (const v1::Evidence& evidence : provenance.evidence()) {
    told[evidence.field()].push_back(
        absl::StrCat(evidence.source(), " \"", evidence.value(), "\""));
  }
  std::map<std::string, std::string> sources;
  for (const auto& [field, by] : told) sources[field] = absl::StrJoin(by, "; ");
  for (const v1::FieldConfidence& fact : provenance.confidences()) {
    std::string& text = sources[fact.field()];
    const std::string word = ConfidenceText(fact.confidence());
    text = text.empty() ? word : absl::StrCat(word, ": ", text);
  }
  return sources;
}

// Returns a remark that helps to read a number: its size in GiB, or the age of a time.
std::string Remark(const Message& message, const FieldDescriptor& field, absl::Time now) {
  const auto& r = *message.GetReflection();
  if (field.is_repeated() || (field.has_presence() && !r.HasField(message, &field))) return "";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
      field.message_type()->full_name() == "google.protobuf.Timestamp") {
    const auto* time = google::protobuf::DynamicCastToGenerated<google::protobuf::Timestamp>(
        &r.GetMessage(message, &field));
    return time == nullptr ? "" : absl::StrCat(" (", FormatAge(now - ToTime(*time)), " ago)");
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_INT64) return "";
  const int64_t value = r.GetInt64(message, &field);
  if (absl::EndsWith(field.name(), "_bytes")) {
    return absl::StrCat(" (", FormatBytesAsGib(value), " GiB)");
  }
  if (absl::EndsWith(field.name(), "_mib") && value >= 1024) {
    return absl::StrCat(" (", FormatMibAsGib(value), " GiB)");
  }
  return "";
}

// The rows of a repeated message as a table, empty columns left out.
std::vector<std::string> SubTable(const Message& message, const FieldDescriptor& field) {
  const std::vector<CsvColumn> columns = CsvColumnsOf(*field.message_type(), {});
  std::vector<TableColumn> heads;
  for (const CsvColumn& column : columns) {
    heads.push_back({column.head, Align::kLeft, 0, Cut::kEnd, true});
  }
  Table table(std::move(heads));
  const auto& r = *message.GetReflection();
  for (int i = 0; i < r.FieldSize(message, &field); ++i) {
    std::vector<Cell> cells;
    for (std::string& text : CsvCells(r.GetRepeatedMessage(message, &field, i), columns)) {
      cells.push_back({std::move(text), Tone::kPlain});
    }
    table.AddRow(std::move(cells));
  }
  return absl::StrSplit(table.Format({}), '\n', absl::SkipEmpty());
}

// The lines of one field's value; at least one.
std::vector<std::string> ValueLines(const Message& message, const FieldDescriptor& field,
                                    absl::Time now) {
  const auto& r = *message.GetReflection();
  if (field.is_repeated() && r.FieldSize(message, &field) == 0) return {"-"};
  std::vector<std::string> lines;
  if (field.is_map()) {
    const nlohmann::ordered_json map = FieldToJson(message, field);
    for (const auto& [key, value] : map.items()) {
      lines.push_back(CleanText(
          absl::StrCat(key, " = ", value.is_string() ? value.get<std::string>() : value.dump())));
    }
    return lines;
  }
  if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return SubTable(message, field);
  }
  if (field.is_repeated()) {
    for (const auto& item : FieldToJson(message, field)) {
      lines.push_back(CleanText(item.is_string() ? item.get<std::string>() : item.dump()));
    }
    return lines;
  }
  if (field.has_presence() && !r.HasField(message, &field)) return {"unknown"};
  CsvColumn column;
  column.path.push_back(&field);
  const std::string text = CsvCells(message, {column})[0];
  return {text.empty() ? "-" : CleanText(absl::StrCat(text, Remark(message, field, now)))};
}

}  // namespace

std::string DetailsText(const Message& message, const TableStyle& style, absl::Time now) {
  const auto& type = *message.GetDescriptor();
  v1::Provenance provenance;
  size_t width = 0;
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (!field->is_repeated() && field->message_type() == v1::Provenance::descriptor()) {
      provenance.CopyFrom(message.GetReflection()->GetMessage(message, field));
      continue;
    }
    fields.push_back(field);
    width = std::max(width, field->name().size());
  }
  std::map<std::string, std::string> sources = SourcesByField(provenance);
  std::string text;
  const auto add_line = [&](absl::string_view label, absl::string_view value,
                            absl::string_view source) {
    absl::StrAppend(&text, Paint(PadRight(label, width), Tone::kDim, style.colour), "  ", value);
    if (!source.empty()) {
      absl::StrAppend(&text,
                      Paint(absl::StrCat("  [", CleanText(source), "]"), Tone::kDim, style.colour));
    }
    absl::StrAppend(&text, "\n");
  };
  for (const FieldDescriptor* field : fields) {
    const auto source = sources.find(field->name());
    absl::string_view label = field->name();
    absl::string_view remark = source == sources.end() ? absl::string_view() : source->second;
    for (const std::string& line : ValueLines(message, *field, now)) {
      add_line(label, line, remark);
      label = "";
      remark = "";
    }
    if (source != sources.end()) sources.erase(source);
  }
  absl::string_view label = "evidence";
  for (const auto& [field, source] : sources) {
    add_line(label, CleanText(absl::StrCat(field, " ", source)), "");
    label = "";
  }
  label = "warnings";
  for (const v1::Warning& warning : provenance.warnings()) {
    add_line(label, Paint(CleanText(WarningText(warning)), Tone::kWarning, style.colour), "");
    label = "";
  }
  return text;
}

}  // namespace cis::client
