// SPDX-License-Identifier: Apache-2.0
#include "server/service/list_page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "schema/base/check.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"
#include "server/query/filter.h"
#include "server/query/order_by.h"
#include "server/query/page_token.h"
#include "server/query/read_mask.h"
#include "server/service/errors.h"

namespace cis::server {
namespace {

// Removes the rows up to the position of `cursor`.
absl::Status SkipToCursor(const PageCursor& cursor, const OrderBy& order, const ListSource& source,
                          std::vector<size_t>* candidates) {
  CIS_CHECK(!cursor.last_key.empty(), "a page token that was parsed has a position");
  std::vector<std::string> position = cursor.last_key;
  const std::string last_name = std::move(position.back());
  position.pop_back();
  if (!order.IsPosition(position)) return PageTokenError(NotAPageToken());
  if (order.empty()) {
    CIS_DCHECK(
        std::is_sorted(candidates->begin(), candidates->end(),
                       [&](size_t a, size_t b) { return source.name_of(a) < source.name_of(b); }),
        "rows are in the order of their names");
    const auto first =
        std::partition_point(candidates->begin(), candidates->end(),
                             [&](size_t row) { return source.name_of(row) <= last_name; });
    candidates->erase(candidates->begin(), first);
    return absl::OkStatus();
  }
  const auto is_before = [&](size_t row) {
    const int relation = order.CompareToPosition(source.rows, row, position);
    return relation < 0 || (relation == 0 && source.name_of(row) <= last_name);
  };
  candidates->erase(std::remove_if(candidates->begin(), candidates->end(), is_before),
                    candidates->end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<size_t> PageSize(int32_t page_size, int32_t usual) {
  if (page_size < 0) return NegativePageSizeError(page_size);
  return static_cast<size_t>(page_size == 0 ? usual : std::min(page_size, kMaxPageSize));
}

absl::Status CheckReadMask(const google::protobuf::FieldMask& mask,
                           const google::protobuf::Descriptor& type) {
  const std::string unknown = FindUnknownPath(mask, type);
  if (unknown.empty()) return absl::OkStatus();
  std::vector<std::string> names;
  names.reserve(static_cast<size_t>(type.field_count()));
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return UnknownMaskPathError(unknown, type.name(), NearestNames(unknown, names, 2));
}

absl::StatusOr<ListEnd> ListPage(const ListArguments& arguments, const ListSource& source,
                                 absl::FunctionRef<google::protobuf::Message&(size_t row)> emit) {
  CIS_ASSIGN_OR_RETURN(const size_t limit, PageSize(arguments.page_size));
  CIS_RETURN_IF_ERROR(CheckReadMask(*arguments.read_mask, *source.type));
  const absl::StatusOr<Filter> filter = ParseFilter(arguments.filter, source.rows.fields());
  if (!filter.ok()) return InvalidFilterError(filter.status());
  const absl::StatusOr<OrderBy> order = ParseOrderBy(arguments.order_by, source.rows.fields());
  if (!order.ok()) return InvalidOrderByError(order.status());
  const uint64_t fingerprint = FingerprintRequest(*arguments.request);

  std::vector<size_t> candidates;
  for (size_t row = 0; row < source.rows.size(); ++row) {
    if (filter->Matches(source.rows, row)) candidates.push_back(row);
  }
  ListEnd end;
  end.total_size = static_cast<int32_t>(candidates.size());
  if (!arguments.page_token.empty()) {
    const absl::StatusOr<PageCursor> cursor =
        ParsePageToken(arguments.page_token, fingerprint, source.version.database_id);
    if (!cursor.ok()) return PageTokenError(cursor.status());
    CIS_RETURN_IF_ERROR(SkipToCursor(*cursor, *order, source, &candidates));
  }
  size_t count = std::min(limit, candidates.size());
  if (!order->empty()) {
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                      candidates.end(), [&](size_t a, size_t b) {
                        const int relation = order->Compare(source.rows, a, b);
                        return relation != 0 ? relation < 0 : a < b;
                      });
  }
  size_t bytes = 0;
  for (size_t i = 0; i < count; ++i) {
    google::protobuf::Message& message = emit(candidates[i]);
    ApplyReadMask(*arguments.read_mask, &message);
    bytes += message.ByteSizeLong();
    if (bytes > kMaxPageBytes) count = i + 1;
  }
  if (count < candidates.size()) {
    CIS_CHECK(count > 0, "a page with more behind it has a row");
    const size_t last = candidates[count - 1];
    PageCursor cursor{order->PositionOf(source.rows, last), source.version, source.now};
    CIS_DCHECK(order->IsPosition(cursor.last_key), "the next request can read its position");
    cursor.last_key.push_back(source.name_of(last));
    end.next_page_token = FormatPageToken(fingerprint, cursor);
  }
  return end;
}

}  // namespace cis::server
