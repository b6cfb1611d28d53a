// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/query/field.h"

namespace cis::server {

// Bounds the work of one comparison of two rows.
inline constexpr size_t kMaxOrderFields = 8;
inline constexpr size_t kMaxOrderBytes = 500;

// The order of a list. Ties are left to the caller, who breaks them by name.
class OrderBy {
 public:
  struct Part {
    size_t field = 0;  // its number in the table
    FieldType type = FieldType::kText;
    bool descending = false;
  };

  const std::vector<Part>& parts() const { return parts_; }
  bool empty() const { return parts_.empty(); }

  // Returns a value less than, equal to or greater than zero if row `a` comes before `b`, is equal
  // to it or comes after it. Unknown values come last in either direction. `rows` must have the
  // fields that the order was parsed with.
  int Compare(const Rows& rows, size_t a, size_t b) const;

  // Returns the values that determine the position of a row, as text that CompareToPosition
  // understands.
  std::vector<std::string> PositionOf(const Rows& rows, size_t row) const;
  // As Compare, with a row on the left and a position on the right. `position` must have passed
  // IsPosition.
  int CompareToPosition(const Rows& rows, size_t row,
                        const std::vector<std::string>& position) const;
  // Returns whether `position` may have come from PositionOf of this order.
  bool IsPosition(const std::vector<std::string>& position) const;

 private:
  friend absl::StatusOr<OrderBy> ParseOrderBy(absl::string_view text, const FieldSpecs& fields);
  std::vector<Part> parts_;
};

// Parses "field [desc], field [asc]". Empty text is the empty order. Returns INVALID_ARGUMENT with
// the byte offset (QueryErrorOffset) and the fields that may be named.
absl::StatusOr<OrderBy> ParseOrderBy(absl::string_view text, const FieldSpecs& fields);

}  // namespace cis::server
