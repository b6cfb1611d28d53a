#include "schema/store/rows.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "schema/base/text_list.h"
#include "schema/model/vo_support.h"

namespace cis {
absl::Time StoredTime(absl::Time time) {
  if (time == absl::InfinitePast()) return time;
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

void RowBinder::operator()(absl::string_view name, const std::string& value) {
  statement_.BindText(name, value);
}
void RowBinder::operator()(absl::string_view name, bool value) {
  statement_.BindInt(name, value ? 1 : 0);
}
void RowBinder::operator()(absl::string_view name, int value) { statement_.BindInt(name, value); }
void RowBinder::operator()(absl::string_view name, int64_t value) {
  statement_.BindInt(name, value);
}
void RowBinder::operator()(absl::string_view name, std::optional<bool> value) {
  value ? (*this)(name, *value) : statement_.BindNull(name);
}
void RowBinder::operator()(absl::string_view name, std::optional<int64_t> value) {
  value ? statement_.BindInt(name, *value) : statement_.BindNull(name);
}
void RowBinder::operator()(absl::string_view name, std::optional<double> value) {
  value ? statement_.BindReal(name, *value) : statement_.BindNull(name);
}
void RowBinder::operator()(absl::string_view name, absl::Time value) {
  if (value == absl::InfinitePast()) {
    statement_.BindNull(name);
  } else {
    statement_.BindInt(name, absl::ToUnixMicros(value));
  }
}
void RowBinder::operator()(absl::string_view name, RegistryPart value) {
  statement_.BindText(name, FormatRegistryPart(value));
}
void RowBinder::operator()(absl::string_view name, Kind value) {
  statement_.BindText(name, FormatKind(value));
}
void RowBinder::operator()(absl::string_view name, ErrorClass value) {
  statement_.BindText(name, FormatErrorClass(value));
}
void RowBinder::operator()(absl::string_view name, Tristate value) {
  statement_.BindText(name, FormatTristate(value));
}
void RowBinder::operator()(absl::string_view name, NetworkUse value) {
  statement_.BindText(name, FormatNetworkUse(value));
}
void RowBinder::operator()(absl::string_view name, VoSupport value) {
  statement_.BindText(name, FormatVoSupport(value));
}
void RowBinder::operator()(absl::string_view name, const std::vector<std::string>& value) {
  TextListWriter list;
  for (const std::string& text : value) list.Add(text);
  statement_.BindText(name, list.Finish());
}
void RowBinder::operator()(absl::string_view name,
                           const std::optional<std::map<std::string, std::string>>& value) {
  if (!value) {
    statement_.BindNull(name);
    return;
  }
  TextListWriter list;
  for (const auto& [key, text] : *value) {
    list.Add(key);
    list.Add(text);
  }
  statement_.BindText(name, list.Finish());
}

void RowBinder::operator()(absl::string_view name, const std::map<std::string, int64_t>& value) {
  TextListWriter list;
  for (const auto& [key, count] : value) {
    list.Add(key);
    list.Add(absl::StrCat(count));
  }
  statement_.BindText(name, list.Finish());
}

void RowBinder::Provenance(const cis::Provenance& value) {
  TextListWriter list;
  for (const Evidence& evidence : value.evidence) {
    list.Add(evidence.field);
    list.Add(evidence.source);
    list.Add(evidence.value);
  }
  statement_.BindText("evidence", list.Finish());
  for (const FieldConfidence& field : value.confidence) {
    list.Add(field.field);
    list.Add(FormatConfidence(field.confidence));
  }
  statement_.BindText("confidence", list.Finish());
  (*this)("warnings", value.warnings);
}

void RowReader::Damaged(absl::string_view name) {
  if (damaged_column_.empty()) damaged_column_ = std::string(name);
}

void RowReader::operator()(absl::string_view name, std::string& value) {
  const absl::string_view text = statement_.Text(name);
  value.assign(text.data(), text.size());
}
void RowReader::operator()(absl::string_view name, bool& value) {
  value = statement_.Int(name) != 0;
}
void RowReader::operator()(absl::string_view name, int& value) {
  const int64_t wide = statement_.Int(name);
  if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
    Damaged(name);
    return;
  }
  value = static_cast<int>(wide);
}
void RowReader::operator()(absl::string_view name, int64_t& value) { value = statement_.Int(name); }
void RowReader::operator()(absl::string_view name, std::optional<bool>& value) {
  const std::optional<int64_t> number = statement_.OptionalInt(name);
  value = number ? std::optional<bool>(*number != 0) : std::nullopt;
}
void RowReader::operator()(absl::string_view name, std::optional<int64_t>& value) {
  value = statement_.OptionalInt(name);
}
void RowReader::operator()(absl::string_view name, std::optional<double>& value) {
  value = statement_.OptionalReal(name);
}
void RowReader::operator()(absl::string_view name, absl::Time& value) {
  const std::optional<int64_t> time_us = statement_.OptionalInt(name);
  value = time_us ? absl::FromUnixMicros(*time_us) : absl::InfinitePast();
}
void RowReader::operator()(absl::string_view name, Kind& value) {
  const std::optional<Kind> kind = ParseKind(statement_.Text(name));
  kind ? void(value = *kind) : Damaged(name);
}
void RowReader::operator()(absl::string_view name, RegistryPart& value) {
  const std::optional<RegistryPart> part = ParseRegistryPart(statement_.Text(name));
  part ? void(value = *part) : Damaged(name);
}
void RowReader::operator()(absl::string_view name, ErrorClass& value) {
  value = ParseErrorClass(statement_.Text(name));
}
void RowReader::operator()(absl::string_view name, Tristate& value) {
  value = ParseTristate(statement_.Text(name));
}
void RowReader::operator()(absl::string_view name, NetworkUse& value) {
  value = ParseNetworkUse(statement_.Text(name));
}
void RowReader::operator()(absl::string_view name, VoSupport& value) {
  value = ParseVoSupport(statement_.Text(name));
}

void RowReader::operator()(absl::string_view name, std::vector<std::string>& value) {
  const absl::string_view json = statement_.Text(name);
  value.clear();
  value.reserve(TextListReader::Count(json));
  TextListReader list(json);
  for (std::string text; list.Next(text);) value.push_back(std::move(text));
  if (!list.ok()) Damaged(name);
}

void RowReader::operator()(absl::string_view name,
                           std::optional<std::map<std::string, std::string>>& value) {
  value.reset();
  if (const std::optional<absl::string_view> json = statement_.OptionalText(name)) {
    value.emplace();
    TextListReader list(*json);
    std::string key;
    std::string text;
    while (list.Next(key)) {
      if (!list.Next(text)) return Damaged(name);
      value->insert_or_assign(key, text);
    }
    if (!list.ok()) Damaged(name);
  }
}

void RowReader::operator()(absl::string_view name, std::map<std::string, int64_t>& value) {
  value.clear();
  TextListReader list(statement_.Text(name));
  std::string key;
  std::string text;
  while (list.Next(key)) {
    int64_t count = 0;
    if (!list.Next(text) || !absl::SimpleAtoi(text, &count)) return Damaged(name);
    value.insert_or_assign(key, count);
  }
  if (!list.ok()) Damaged(name);
}

void RowReader::Provenance(cis::Provenance& value) {
  const absl::string_view evidence_json = statement_.Text("evidence");
  TextListReader evidence_list(evidence_json);
  value.evidence.clear();
  value.evidence.reserve(TextListReader::Count(evidence_json) / 3);
  while (true) {
    Evidence evidence;
    if (!evidence_list.Next(evidence.field)) break;
    if (!evidence_list.Next(evidence.source) || !evidence_list.Next(evidence.value)) {
      return Damaged("evidence");
    }
    value.evidence.push_back(std::move(evidence));
  }
  if (!evidence_list.ok()) Damaged("evidence");

  const absl::string_view confidence_json = statement_.Text("confidence");
  TextListReader confidence_list(confidence_json);
  value.confidence.clear();
  value.confidence.reserve(TextListReader::Count(confidence_json) / 2);
  std::string text;
  while (true) {
    FieldConfidence field;
    if (!confidence_list.Next(field.field)) break;
    if (!confidence_list.Next(text)) return Damaged("confidence");
    field.confidence = ParseConfidence(text);
    value.confidence.push_back(std::move(field));
  }
  if (!confidence_list.ok()) Damaged("confidence");
  (*this)("warnings", value.warnings);
}

void ColumnNames::Provenance(const cis::Provenance&) {
  for (const char* name : {"evidence", "confidence", "warnings"}) names_.emplace_back(name);
}

}  // namespace cis
