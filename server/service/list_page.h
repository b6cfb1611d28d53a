// SPDX-License-Identifier: Apache-2.0
#pragma once

// What all list methods have in common: filter, order, position, size of a page.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "schema/base/status_macros.h"
#include "schema/model/catalog.h"
#include "server/query/field.h"
#include "server/service/request_context.h"

namespace cis::server {

inline constexpr int32_t kDefaultPageSize = 100;
inline constexpr int32_t kMaxPageSize = 1000;
// A page ends before it exceeds this size: by default, clients reject messages above 4 MiB.
inline constexpr size_t kMaxPageBytes = size_t{3} << 20;

// Returns how many rows a page may have: `usual` if the request does not say. Returns
// NEGATIVE_PAGE_SIZE if it is negative.
absl::StatusOr<size_t> PageSize(int32_t page_size, int32_t usual = kDefaultPageSize);

// The list arguments of a request. Views are valid as long as the request.
struct ListArguments {
  const google::protobuf::Message* request = nullptr;
  absl::string_view filter;
  absl::string_view order_by;
  int32_t page_size = 0;
  absl::string_view page_token;
  const google::protobuf::FieldMask* read_mask = nullptr;
};

// Returns all fields of a list request except its parent.
template <typename Request>
ListArguments ListArgumentsOf(const Request& request) {
  return {&request,
          request.filter(),
          request.order_by(),
          request.page_size(),
          request.page_token(),
          &request.read_mask()};
}

// The rows that can be listed, in the order of their names.
struct ListSource {
  const Rows& rows;
  const google::protobuf::Descriptor* type = nullptr;  // of the messages, for the read mask
  // Returns a text that orders the row among `rows`; the resource name, if that does.
  absl::FunctionRef<std::string(size_t row)> name_of;
  CatalogVersion version;
  absl::Time now;  // of the first page, for the token of the next one
};

struct ListEnd {
  std::string next_page_token;
  int32_t total_size = 0;
};

// Calls `emit` for each row of the page. `emit` makes the row's message and returns it; the read
// mask is applied to it here, so `emit` is called only once per message. Returns INVALID_ARGUMENT
// (errors.h) for a bad filter, order, page size, page token or read mask.
absl::StatusOr<ListEnd> ListPage(const ListArguments& arguments, const ListSource& source,
                                 absl::FunctionRef<google::protobuf::Message&(size_t row)> emit);

// Lists `rows`, which are in the order of what `name_of` returns (see ListSource), into the
// messages that `add` adds to `response`; `convert` fills the messages. Returns the result of
// ListPage.
template <typename Row, typename Request, typename Response, typename Item, typename NameOf,
          typename Convert>
absl::Status RunList(const RequestContext& context, const Request& request,
                     const CatalogVersion& version, const FieldTable<Row>& fields,
                     std::vector<const Row*> rows, NameOf name_of, Response& response,
                     Item* (Response::*add)(), Convert convert) {
  const TypedRows<Row> typed(fields, std::move(rows));
  const auto name_of_row = [&](size_t row) -> std::string { return name_of(typed[row]); };
  const auto emit = [&](size_t row) -> google::protobuf::Message& {
    Item& item = *(response.*add)();
    convert(typed[row], &item);
    return item;
  };
  const ListSource source{typed, Item::descriptor(), name_of_row, version, context.now};
  CIS_ASSIGN_OR_RETURN(ListEnd end, ListPage(ListArgumentsOf(request), source, emit));
  response.set_next_page_token(std::move(end.next_page_token));
  response.set_total_size(end.total_size);
  return absl::OkStatus();
}

// Pointers to the elements of `items`.
template <typename Row>
std::vector<const Row*> PointersTo(const std::vector<Row>& items) {
  std::vector<const Row*> rows;
  rows.reserve(items.size());
  for (const Row& item : items) rows.push_back(&item);
  return rows;
}

// Returns UNKNOWN_MASK_PATH if `mask` names a field that messages of `type` do not have.
absl::Status CheckReadMask(const google::protobuf::FieldMask& mask,
                           const google::protobuf::Descriptor& type);

}  // namespace cis::server
