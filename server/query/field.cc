// SPDX-License-Identifier: Apache-2.0
#include "server/query/field.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/spelling.h"

namespace cis::server {

absl::string_view FormatFieldType(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kVersion:
      return "version";
    case FieldType::kNumber:
      return "number";
    case FieldType::kBool:
      return "bool";
    case FieldType::kWord:
      return "word";
    case FieldType::kTime:
      return "time";
    case FieldType::kTextList:
      return "list";
  }
  return "";
}

bool HasValue(FieldType type, const FieldValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return false;
  switch (type) {
    case FieldType::kText:
    case FieldType::kWord:
    case FieldType::kVersion:
      return !std::get<absl::string_view>(value).empty();
    case FieldType::kTime:
      return std::get<absl::Time>(value) != absl::InfinitePast();
    case FieldType::kNumber:
    case FieldType::kBool:
    case FieldType::kTextList:
      break;
  }
  return true;
}

std::optional<size_t> FindField(const FieldSpecs& fields, absl::string_view name) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

std::string FormatFieldNames(const FieldSpecs& fields, bool orderable_only) {
  std::vector<absl::string_view> names;
  for (const FieldSpec& field : fields) {
    if (!orderable_only || field.type != FieldType::kTextList) names.push_back(field.name);
  }
  return absl::StrJoin(names, ", ");
}

std::string SuggestField(const FieldSpecs& fields, absl::string_view name) {
  std::vector<std::string> names;
  for (const FieldSpec& field : fields) names.push_back(field.name);
  const std::vector<std::string> nearest = NearestNames(name, names, 2);
  if (nearest.empty()) return "";
  return absl::StrCat("; did you mean ", absl::StrJoin(nearest, " or "), "?");
}

}  // namespace cis::server
