// SPDX-License-Identifier: Apache-2.0
#include "net/http/transport.h"

#include "absl/strings/match.h"

namespace cis {

absl::string_view HttpResponse::Header(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return "";
}

}  // namespace cis
