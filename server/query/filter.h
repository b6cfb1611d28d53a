// SPDX-License-Identifier: Apache-2.0
#pragma once

// The filter language of list requests: a subset of AIP-160. The grammar and every field are in
// server/query/README.md.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/query/field.h"

namespace cis::server {

// Bounds the work of one filter: rows x terms.
inline constexpr size_t kMaxFilterBytes = 2000;
inline constexpr int kMaxFilterTerms = 50;
// Bounds the stack: nested parentheses.
inline constexpr int kMaxFilterDepth = 20;

enum class FilterOp { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kHas };

// The right side of a comparison. A `*` at either end matches any text.
struct FilterPattern {
  std::string text;  // lower case, without the stars
  bool open_start = false;
  bool open_end = false;

  // `value` in any case.
  bool Matches(absl::string_view value) const;
};

// What a comparison tests: a value, or whether a value is known.
enum class FilterAsks { kValue, kKnown, kUnknown };

// `field op argument`, checked against the field's type. Only the member of that type is used.
struct FilterTerm {
  size_t field = 0;  // its number in the table
  FieldType type = FieldType::kText;
  FilterOp op = FilterOp::kEqual;
  FilterAsks asks = FilterAsks::kValue;  // kKnown: `field:*`; kUnknown: `flag = unknown`
  FilterPattern pattern;
  std::string text;  // as written
  double number = 0;
  bool flag = false;
  absl::Time time = absl::InfinitePast();

  bool Matches(const Rows& rows, size_t row) const;
};

// A parsed filter. Immutable; safe to use from any number of threads.
class Filter {
 public:
  // Matches everything.
  Filter() = default;

  // `rows` must have the fields that the filter was parsed with.
  bool Matches(const Rows& rows, size_t row) const {
    return nodes_.empty() || MatchesNode(root_, rows, row);
  }

 private:
  friend class FilterParser;
  enum class NodeKind { kTerm, kAnd, kOr, kNot };
  struct Node {
    NodeKind kind = NodeKind::kTerm;
    FilterTerm term;
    std::vector<int32_t> children;
  };

  bool MatchesNode(int32_t index, const Rows& rows, size_t row) const;

  std::vector<Node> nodes_;
  int32_t root_ = 0;
};

// Parses a filter over `fields`. Empty or blank text matches everything. Returns INVALID_ARGUMENT
// with the byte offset (QueryErrorOffset) and what would be accepted there.
absl::StatusOr<Filter> ParseFilter(absl::string_view text, const FieldSpecs& fields);

}  // namespace cis::server
