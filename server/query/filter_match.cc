// SPDX-License-Identifier: Apache-2.0

// Applies a checked filter to a row. Unknown is not no: an absent value matches no comparison, `!=`
// included; only NOT inverts that.

#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "schema/model/known.h"
#include "schema/model/os_version.h"
#include "server/query/filter.h"

namespace cis::server {
namespace {

bool Compare(FilterOp op, int order) {
  switch (op) {
    case FilterOp::kEqual:
    case FilterOp::kHas:
      return order == 0;
    case FilterOp::kNotEqual:
      return order != 0;
    case FilterOp::kLess:
      return order < 0;
    case FilterOp::kLessOrEqual:
      return order <= 0;
    case FilterOp::kGreater:
      return order > 0;
    case FilterOp::kGreaterOrEqual:
      return order >= 0;
  }
  return false;
}

bool StartsWithLower(absl::string_view value, absl::string_view lower) {
  return absl::StartsWithIgnoreCase(value, lower);
}

bool HoldsLower(absl::string_view value, absl::string_view lower) {
  if (lower.size() > value.size()) return false;
  for (size_t i = 0; i + lower.size() <= value.size(); ++i) {
    if (StartsWithLower(value.substr(i), lower)) return true;
  }
  return false;
}

bool IsEquality(FilterOp op) { return op == FilterOp::kEqual || op == FilterOp::kNotEqual; }

}  // namespace

bool FilterPattern::Matches(absl::string_view value) const {
  if (open_start && open_end) return HoldsLower(value, text);
  if (open_start) return absl::EndsWithIgnoreCase(value, text);
  if (open_end) return StartsWithLower(value, text);
  return absl::EqualsIgnoreCase(value, text);
}

bool FilterTerm::Matches(const Rows& rows, size_t row) const {
  if (type == FieldType::kTextList) {
    return rows.AnyOf(row, field, [this](absl::string_view value) {
      return asks == FilterAsks::kKnown || pattern.Matches(value);
    });
  }
  const FieldValue value = rows.Value(row, field);
  if (asks != FilterAsks::kValue) return HasValue(type, value) == (asks == FilterAsks::kKnown);
  if (std::holds_alternative<std::monostate>(value)) return false;
  if (type == FieldType::kWord && !HasValue(type, value)) return false;
  switch (type) {
    case FieldType::kText:
    case FieldType::kWord:
    case FieldType::kVersion: {
      const absl::string_view have = std::get<absl::string_view>(value);
      if (op == FilterOp::kHas) {
        return type == FieldType::kText ? HoldsLower(have, pattern.text) : pattern.Matches(have);
      }
      const bool open = pattern.open_start || pattern.open_end;
      if (IsEquality(op) && (type != FieldType::kVersion || open || text.empty())) {
        return pattern.Matches(have) == (op == FilterOp::kEqual);
      }
      if (type == FieldType::kVersion) {
        // An unknown release is not an old one.
        if (have.empty()) return op == FilterOp::kNotEqual;
        return Compare(op, CompareOsVersions(rows.Distro(row, field), have, text));
      }
      return Compare(op, OrderOf<absl::string_view>(have, text));
    }
    case FieldType::kNumber: {
      const double have = std::holds_alternative<double>(value)
                              ? std::get<double>(value)
                              : static_cast<double>(std::get<int64_t>(value));
      return Compare(op, OrderOf(have, number));
    }
    case FieldType::kBool:
      return Compare(op, OrderOf(std::get<bool>(value), flag));
    case FieldType::kTime: {
      const absl::Time have = std::get<absl::Time>(value);
      if (!IsKnown(have)) return false;
      return Compare(op, OrderOf(have, time));
    }
    case FieldType::kTextList:
      break;
  }
  return false;
}

bool Filter::MatchesNode(int32_t index, const Rows& rows, size_t row) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  switch (node.kind) {
    case NodeKind::kTerm:
      return node.term.Matches(rows, row);
    case NodeKind::kNot:
      return !MatchesNode(node.children[0], rows, row);
    case NodeKind::kAnd:
      for (const int32_t child : node.children) {
        if (!MatchesNode(child, rows, row)) return false;
      }
      return true;
    case NodeKind::kOr:
      for (const int32_t child : node.children) {
        if (MatchesNode(child, rows, row)) return true;
      }
      return false;
  }
  return false;
}

}  // namespace cis::server
