// SPDX-License-Identifier: Apache-2.0

// Any text as a page token: refused, or a position that a list can go on from; and what the list
// says is an answer or an error for users.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "server/query/page_token.h"
#include "server/service/errors.h"
#include "server/service/inventory_handlers.h"
#include "tests/support/builders.h"

namespace {

void List(const std::string& token, const char* order_by) {
  static const std::shared_ptr<const cis::server::Snapshot> snapshot =
      cis::server::Snapshot::Build(cis::CatalogBuilder()
                                       .AddFlavor(cis::MakeFlavor("f"))
                                       .AddFlavor(cis::MakeFlavor("g"))
                                       .Build());
  cis::v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  request.set_order_by(order_by);
  request.set_page_token(token);
  cis::v1::ListFlavorsResponse response;
  const absl::Status status =
      cis::server::ListFlavors({cis::TestTime(), {}}, *snapshot, request, response);
  if (!status.ok() && !cis::server::IsUserError(status)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto cursor = cis::server::ParsePageToken(text, 7, 5);
  if (cursor.ok()) {
    const auto again = cis::server::ParsePageToken(cis::server::FormatPageToken(7, *cursor), 7, 5);
    if (!again.ok() || !(*again == *cursor)) std::abort();
  }
  List(text, "");
  // The same bytes as a position under a fingerprint that is right.
  cis::v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  request.set_order_by("vcpu_count, display_name desc, is_public");
  cis::server::PageCursor forged;
  forged.time = cis::TestTime();
  for (size_t start = 0; start <= text.size() && forged.last_key.size() < 8; start += 4) {
    forged.last_key.push_back(text.substr(start, 4));
  }
  List(cis::server::FormatPageToken(cis::server::FingerprintRequest(request), forged),
       request.order_by().c_str());
  return 0;
}
