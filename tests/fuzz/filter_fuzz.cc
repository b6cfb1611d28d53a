// SPDX-License-Identifier: Apache-2.0

// Any text as a filter and as an order: parsed or refused with an offset inside it, and what is
// parsed can be asked of a row.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "server/query/filter.h"
#include "server/query/order_by.h"
#include "server/query/query_error.h"
#include "server/service/field_tables.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"

namespace {

const cis::server::Snapshot& OneOfEach() {
  static const std::shared_ptr<const cis::server::Snapshot> snapshot =
      cis::server::Snapshot::Build(cis::CatalogBuilder()
                                       .AddFlavor(cis::MakeFlavor("f"))
                                       .AddImage(cis::MakeImage("i"))
                                       .AddNetwork(cis::MakeNetwork("n", cis::NetworkUse::kDirect))
                                       .Build());
  return *snapshot;
}

void Check(bool good) {
  if (!good) std::abort();
}

void CheckError(const absl::Status& status, absl::string_view text) {
  const auto offset = cis::server::QueryErrorOffset(status);
  Check(status.code() == absl::StatusCode::kInvalidArgument && offset && *offset <= text.size());
}

template <typename View>
void Try(absl::string_view text, const cis::server::FieldTable<View>& fields, const View& row) {
  const cis::server::TypedRows<View> rows(fields, {&row});
  const auto filter = cis::server::ParseFilter(text, fields.specs());
  if (filter.ok()) {
    const bool once = filter->Matches(rows, 0);
    Check(filter->Matches(rows, 0) == once);
  } else {
    CheckError(filter.status(), text);
  }
  const auto order = cis::server::ParseOrderBy(text, fields.specs());
  if (order.ok()) {
    const auto position = order->PositionOf(rows, 0);
    Check(order->IsPosition(position) && order->CompareToPosition(rows, 0, position) == 0);
  } else {
    CheckError(order.status(), text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const cis::server::SiteIndex& site = *OneOfEach().sites()[0];
  Try(text, cis::server::FlavorFields(), site.flavors()[0]);
  Try(text, cis::server::ImageFields(), site.images()[0]);
  Try(text, cis::server::NetworkFields(), site.networks()[0]);
  return 0;
}
