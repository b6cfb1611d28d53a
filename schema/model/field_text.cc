// SPDX-License-Identifier: Apache-2.0
#include "schema/model/field_text.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/model/list_text.h"
#include "schema/model/vo_support.h"

namespace cis {
namespace {

std::string FormatBool(bool value) { return value ? "1" : "0"; }

}  // namespace

void FieldTextWriter::Add(absl::string_view name, std::optional<std::string> text) {
  fields_.push_back({std::string(name), std::move(text)});
}

void FieldTextWriter::operator()(absl::string_view name, const std::string& value) {
  Add(name, value);
}
void FieldTextWriter::operator()(absl::string_view name, const SharedText& value) {
  Add(name, std::string(value));
}
void FieldTextWriter::operator()(absl::string_view name, bool value) {
  Add(name, FormatBool(value));
}
void FieldTextWriter::operator()(absl::string_view name, int value) {
  Add(name, absl::StrCat(value));
}
void FieldTextWriter::operator()(absl::string_view name, int64_t value) {
  Add(name, absl::StrCat(value));
}
void FieldTextWriter::operator()(absl::string_view name, std::optional<bool> value) {
  Add(name, value ? std::optional<std::string>(FormatBool(*value)) : std::nullopt);
}
void FieldTextWriter::operator()(absl::string_view name, std::optional<int64_t> value) {
  Add(name, value ? std::optional<std::string>(absl::StrCat(*value)) : std::nullopt);
}
void FieldTextWriter::operator()(absl::string_view name, std::optional<double> value) {
  // 17 digits restore the same number; %g omits those that a simple number does not need.
  std::optional<std::string> text;
  if (value) {
    text = absl::StrFormat("%g", *value);
    double again = 0;
    if (!absl::SimpleAtod(*text, &again) || again != *value) {
      text = absl::StrFormat("%.17g", *value);
    }
  }
  Add(name, std::move(text));
}
void FieldTextWriter::operator()(absl::string_view name, absl::Time value) {
  Add(name, value == absl::InfinitePast()
                ? std::nullopt
                : std::optional<std::string>(absl::StrCat(absl::ToUnixMicros(value))));
}
void FieldTextWriter::operator()(absl::string_view name, Kind value) {
  Add(name, std::string(FormatKind(value)));
}
void FieldTextWriter::operator()(absl::string_view name, ErrorClass value) {
  Add(name, std::string(FormatErrorClass(value)));
}
void FieldTextWriter::operator()(absl::string_view name, Tristate value) {
  Add(name, std::string(FormatTristate(value)));
}
void FieldTextWriter::operator()(absl::string_view name, NetworkUse value) {
  Add(name, std::string(FormatNetworkUse(value)));
}
void FieldTextWriter::operator()(absl::string_view name, VoSupport value) {
  Add(name, std::string(FormatVoSupport(value)));
}
void FieldTextWriter::operator()(absl::string_view name, const std::vector<std::string>& value) {
  Add(name, FormatListText(value));
}
void FieldTextWriter::operator()(absl::string_view name, const SharedList<SharedText>& value) {
  Add(name, FormatListText(value));
}
void FieldTextWriter::operator()(absl::string_view name, const std::optional<TextMap>& value) {
  Add(name, value ? std::optional<std::string>(FormatListText(*value)) : std::nullopt);
}
void FieldTextWriter::operator()(absl::string_view name,
                                 const std::map<std::string, std::string>& value) {
  Add(name, FormatListText(value));
}
void FieldTextWriter::operator()(absl::string_view name,
                                 const std::map<std::string, int64_t>& value) {
  Add(name, FormatListText(value));
}
void FieldTextWriter::Provenance(const cis::Provenance& value) {
  Add("evidence", FormatListText(value.evidence));
  Add("confidence", FormatListText(value.confidence));
  (*this)("warnings", value.warnings);
}

FieldTextReader::FieldTextReader(const std::vector<FieldText>& fields) {
  for (const FieldText& field : fields) texts_[field.name] = &field.text;
}

const std::optional<std::string>* FieldTextReader::Find(absl::string_view name) const {
  const auto it = texts_.find(name);
  return it == texts_.end() ? nullptr : it->second;
}

void FieldTextReader::Damaged(absl::string_view name) {
  if (damaged_field_.empty()) damaged_field_ = std::string(name);
}

void FieldTextReader::operator()(absl::string_view name, std::string& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = text->value_or("");
}
void FieldTextReader::operator()(absl::string_view name, SharedText& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = text->value_or("");
}
void FieldTextReader::operator()(absl::string_view name, bool& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = text->value_or("") == "1";
}
void FieldTextReader::operator()(absl::string_view name, int& value) {
  const auto* text = Find(name);
  if (text != nullptr && !absl::SimpleAtoi(text->value_or(""), &value)) Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, int64_t& value) {
  const auto* text = Find(name);
  if (text != nullptr && !absl::SimpleAtoi(text->value_or(""), &value)) Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, std::optional<bool>& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  value = text->has_value() ? std::optional<bool>(**text == "1") : std::nullopt;
}
void FieldTextReader::operator()(absl::string_view name, std::optional<int64_t>& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  value.reset();
  int64_t number = 0;
  if (!text->has_value()) return;
  absl::SimpleAtoi(**text, &number) ? void(value = number) : Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, std::optional<double>& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  value.reset();
  double number = 0;
  if (!text->has_value()) return;
  absl::SimpleAtod(**text, &number) ? void(value = number) : Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, absl::Time& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  value = absl::InfinitePast();
  int64_t micros = 0;
  if (!text->has_value()) return;
  absl::SimpleAtoi(**text, &micros) ? void(value = absl::FromUnixMicros(micros)) : Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, Kind& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  const std::optional<Kind> kind = ParseKind(text->value_or(""));
  kind ? void(value = *kind) : Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, ErrorClass& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = ParseErrorClass(text->value_or(""));
}
void FieldTextReader::operator()(absl::string_view name, Tristate& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = ParseTristate(text->value_or(""));
}
void FieldTextReader::operator()(absl::string_view name, NetworkUse& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = ParseNetworkUse(text->value_or(""));
}
void FieldTextReader::operator()(absl::string_view name, VoSupport& value) {
  const auto* text = Find(name);
  if (text != nullptr) value = ParseVoSupport(text->value_or(""));
}
void FieldTextReader::operator()(absl::string_view name, std::vector<std::string>& value) {
  const auto* text = Find(name);
  if (text != nullptr && !ParseListText(text->value_or("[]"), value)) Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, SharedList<SharedText>& value) {
  const auto* text = Find(name);
  if (text != nullptr && !ParseListText(text->value_or("[]"), pool_, value)) Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name, std::optional<TextMap>& value) {
  const auto* text = Find(name);
  if (text == nullptr) return;
  value.reset();
  if (text->has_value() && !ParseListText(**text, pool_, value.emplace())) Damaged(name);
}
void FieldTextReader::operator()(absl::string_view name,
                                 std::map<std::string, std::string>& value) {
  const auto* text = Find(name);
  if (text != nullptr && !ParseListText(text->value_or("[]"), value)) Damaged(name);
}
void FieldTextReader::Provenance(cis::Provenance& value) {
  const auto* evidence = Find("evidence");
  if (evidence != nullptr && !ParseListText(evidence->value_or("[]"), pool_, value.evidence)) {
    Damaged("evidence");
  }
  const auto* confidence = Find("confidence");
  if (confidence != nullptr &&
      !ParseListText(confidence->value_or("[]"), pool_, value.confidence)) {
    Damaged("confidence");
  }
  (*this)("warnings", value.warnings);
}

std::vector<FieldText> DifferingFields(const std::vector<FieldText>& before,
                                       const std::vector<FieldText>& after) {
  std::vector<FieldText> differing;
  for (size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (before[i].text != after[i].text) differing.push_back(before[i]);
  }
  return differing;
}

}  // namespace cis
