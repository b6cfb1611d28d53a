// SPDX-License-Identifier: Apache-2.0
#include "server/query/order_by.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "schema/base/check.h"
#include "schema/model/os_version.h"
#include "server/query/query_error.h"

namespace cis::server {
namespace {

// A position's text: its first byte says whether a value follows.
constexpr char kAbsent[] = "-";
constexpr char kPresent = '+';

double NumberOf(const FieldValue& value) {
  if (std::holds_alternative<double>(value)) return std::get<double>(value);
  return static_cast<double>(std::get<int64_t>(value));
}

// Without regard to case, then by bytes, so that the order is total.
int CompareTexts(absl::string_view a, absl::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    const auto x =
        static_cast<unsigned char>(absl::ascii_tolower(static_cast<unsigned char>(a[i])));
    const auto y =
        static_cast<unsigned char>(absl::ascii_tolower(static_cast<unsigned char>(b[i])));
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return OrderOf(a, b);
}

int CompareValues(const OrderBy::Part& part, const FieldValue& a, const FieldValue& b) {
  const FieldType type = part.type;
  const bool known_a = HasValue(type, a);
  const bool known_b = HasValue(type, b);
  if (!known_a || !known_b) return OrderOf(known_b, known_a);
  int order = 0;
  switch (type) {
    case FieldType::kText:
    case FieldType::kWord:
      order = CompareTexts(std::get<absl::string_view>(a), std::get<absl::string_view>(b));
      break;
    case FieldType::kVersion:
      // The plain rule: a list may mix distributions, and its order must be total.
      order = CompareOsVersions("", std::get<absl::string_view>(a), std::get<absl::string_view>(b));
      break;
    case FieldType::kNumber:
      order = OrderOf(NumberOf(a), NumberOf(b));
      break;
    case FieldType::kBool:
      order = OrderOf(std::get<bool>(a), std::get<bool>(b));
      break;
    case FieldType::kTime:
      order = OrderOf(std::get<absl::Time>(a), std::get<absl::Time>(b));
      break;
    case FieldType::kTextList:
      break;
  }
  return part.descending ? -order : order;
}

std::string FormatValue(FieldType type, const FieldValue& value) {
  if (!HasValue(type, value)) return kAbsent;
  std::string text(1, kPresent);
  switch (type) {
    case FieldType::kText:
    case FieldType::kWord:
    case FieldType::kVersion:
      absl::StrAppend(&text, std::get<absl::string_view>(value));
      break;
    case FieldType::kNumber:
      absl::StrAppendFormat(&text, "%.17g", NumberOf(value));  // exact
      break;
    case FieldType::kBool:
      text += std::get<bool>(value) ? '1' : '0';
      break;
    case FieldType::kTime:
      absl::StrAppend(&text, absl::ToUnixNanos(std::get<absl::Time>(value)));
      break;
    case FieldType::kTextList:
      break;
  }
  return text;
}

// The value is valid as long as `text`. nullopt if `text` is not from FormatValue.
std::optional<FieldValue> ParseValue(FieldType type, absl::string_view text) {
  if (text == kAbsent) return std::monostate();
  if (text.empty() || text[0] != kPresent) return std::nullopt;
  text.remove_prefix(1);
  switch (type) {
    case FieldType::kText:
    case FieldType::kWord:
    case FieldType::kVersion:
      return text;
    case FieldType::kNumber: {
      double number = 0;
      if (!absl::SimpleAtod(text, &number)) return std::nullopt;
      return number;
    }
    case FieldType::kBool:
      if (text != "0" && text != "1") return std::nullopt;
      return text == "1";
    case FieldType::kTime: {
      int64_t nanos = 0;
      if (!absl::SimpleAtoi(text, &nanos)) return std::nullopt;
      return absl::FromUnixNanos(nanos);
    }
    case FieldType::kTextList:
      break;
  }
  return std::nullopt;
}

}  // namespace

int OrderBy::Compare(const Rows& rows, size_t a, size_t b) const {
  for (const Part& part : parts_) {
    const int order = CompareValues(part, rows.Value(a, part.field), rows.Value(b, part.field));
    if (order != 0) return order;
  }
  return 0;
}

std::vector<std::string> OrderBy::PositionOf(const Rows& rows, size_t row) const {
  std::vector<std::string> position;
  for (const Part& part : parts_) {
    position.push_back(FormatValue(part.type, rows.Value(row, part.field)));
  }
  return position;
}

bool OrderBy::IsPosition(const std::vector<std::string>& position) const {
  if (position.size() != parts_.size()) return false;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (!ParseValue(parts_[i].type, position[i]).has_value()) return false;
  }
  return true;
}

int OrderBy::CompareToPosition(const Rows& rows, size_t row,
                               const std::vector<std::string>& position) const {
  CIS_DCHECK(position.size() == parts_.size(), "IsPosition was asked before");
  for (size_t i = 0; i < parts_.size(); ++i) {
    const FieldValue value = ParseValue(parts_[i].type, position[i]).value_or(std::monostate());
    const int order = CompareValues(parts_[i], rows.Value(row, parts_[i].field), value);
    if (order != 0) return order;
  }
  return 0;
}

absl::StatusOr<OrderBy> ParseOrderBy(absl::string_view text, const FieldSpecs& fields) {
  OrderBy order;
  if (absl::StripAsciiWhitespace(text).empty()) return order;
  if (text.size() > kMaxOrderBytes) {
    return QueryErrorAt(kMaxOrderBytes,
                        absl::StrCat("the order has ", text.size(), " bytes; at most ",
                                     kMaxOrderBytes, " are allowed"));
  }
  size_t offset = 0;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::vector<absl::string_view> words =
        absl::StrSplit(part, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
    if (words.empty()) return QueryErrorAt(offset, "expected a field between the commas");
    const auto at = static_cast<size_t>(words[0].data() - text.data());
    offset += part.size() + 1;
    const std::optional<size_t> field = FindField(fields, words[0]);
    if (!field) {
      return QueryErrorAt(
          at, absl::StrCat("there is no field \"", words[0].substr(0, 60), "\"; the fields are ",
                           FormatFieldNames(fields, true), SuggestField(fields, words[0])));
    }
    if (fields[*field].type == FieldType::kTextList) {
      return QueryErrorAt(at, absl::StrCat("cannot order by the list \"", words[0].substr(0, 60),
                                           "\"; the fields are ", FormatFieldNames(fields, true)));
    }
    const bool descending = words.size() == 2 && words[1] == "desc";
    if (words.size() > 2 || (words.size() == 2 && !descending && words[1] != "asc")) {
      return QueryErrorAt(static_cast<size_t>(words[1].data() - text.data()),
                          absl::StrCat("expected desc, asc or a comma after ", words[0]));
    }
    for (const OrderBy::Part& known : order.parts_) {
      if (known.field == *field) {
        return QueryErrorAt(at, absl::StrCat(words[0], " is named twice"));
      }
    }
    if (order.parts_.size() == kMaxOrderFields) {
      return QueryErrorAt(at, absl::StrCat("at most ", kMaxOrderFields, " fields are allowed"));
    }
    order.parts_.push_back({*field, fields[*field].type, descending});
  }
  return order;
}

}  // namespace cis::server
