#include "server/query/field.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/spelling.h"

namespace cis {

const Field* FindField(const FieldTable& fields, absl::string_view name) {
  for (const Field& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

std::string FormatFieldNames(const FieldTable& fields, bool orderable_only) {
  std::vector<absl::string_view> names;
  for (const Field& field : fields) {
    if (!orderable_only || field.type != FieldType::kTextList) names.push_back(field.name);
  }
  return absl::StrJoin(names, ", ");
}

std::string SuggestField(const FieldTable& fields, absl::string_view name) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  const std::vector<std::string> nearest = NearestNames(name, names, 2);
  if (nearest.empty()) return "";
  return absl::StrCat("; did you mean ", absl::StrJoin(nearest, " or "), "?");
}

}  // namespace cis
