// SPDX-License-Identifier: Apache-2.0
#include "schema/store/rows.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "schema/model/list_text.h"
#include "schema/model/vo_support.h"

namespace cis {
absl::Time StoredTime(absl::Time time) {
  if (time == absl::InfinitePast()) return time;
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

void RowBinder::operator()(absl::string_view name, const std::string& value) {
  statement_.BindText(name, value);
}
void RowBinder::operator()(absl::string_view name, const SharedText& value) {
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
  statement_.BindText(name, FormatListText(value));
}
void RowBinder::operator()(absl::string_view name, const SharedList<SharedText>& value) {
  statement_.BindText(name, FormatListText(value));
}
void RowBinder::operator()(absl::string_view name, const std::optional<TextMap>& value) {
  value ? statement_.BindText(name, FormatListText(*value)) : statement_.BindNull(name);
}
void RowBinder::operator()(absl::string_view name,
                           const std::map<std::string, std::string>& value) {
  statement_.BindText(name, FormatListText(value));
}
void RowBinder::operator()(absl::string_view name, const std::map<std::string, int64_t>& value) {
  statement_.BindText(name, FormatListText(value));
}
void RowBinder::Provenance(const cis::Provenance& value) {
  statement_.BindText("evidence", FormatListText(value.evidence));
  statement_.BindText("confidence", FormatListText(value.confidence));
  (*this)("warnings", value.warnings);
}

void RowReader::Damaged(absl::string_view name) {
  if (damaged_column_.empty()) damaged_column_ = std::string(name);
}

void RowReader::operator()(absl::string_view name, std::string& value) {
  const absl::string_view text = statement_.Text(name);
  value.assign(text.data(), text.size());
}
void RowReader::operator()(absl::string_view name, SharedText& value) {
  value = pool_.GetText(statement_.Text(name));
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
  if (!ParseListText(statement_.Text(name), value)) Damaged(name);
}
void RowReader::operator()(absl::string_view name, SharedList<SharedText>& value) {
  if (!pool_.GetList(statement_.Text(name), value)) Damaged(name);
}
void RowReader::operator()(absl::string_view name, std::optional<TextMap>& value) {
  value.reset();
  const std::optional<absl::string_view> text = statement_.OptionalText(name);
  if (text && !pool_.GetList(*text, value.emplace())) Damaged(name);
}
void RowReader::operator()(absl::string_view name, std::map<std::string, std::string>& value) {
  if (!ParseListText(statement_.Text(name), value)) Damaged(name);
}
void RowReader::operator()(absl::string_view name, std::map<std::string, int64_t>& value) {
  if (!ParseListText(statement_.Text(name), value)) Damaged(name);
}
void RowReader::Provenance(cis::Provenance& value) {
  if (!pool_.GetList(statement_.Text("evidence"), value.evidence)) Damaged("evidence");
  if (!pool_.GetList(statement_.Text("confidence"), value.confidence)) Damaged("confidence");
  (*this)("warnings", value.warnings);
}

void ColumnNames::Provenance(const cis::Provenance&) {
  for (const char* name : {"evidence", "confidence", "warnings"}) names_.emplace_back(name);
}

}  // namespace cis
