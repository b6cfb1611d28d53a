// SPDX-License-Identifier: Apache-2.0
#pragma once

// Page tokens (AIP-158): opaque to clients, safe in a URL. A token contains the position after
// which the next page continues, not an index, so that it survives a new snapshot; the request that
// it belongs to, so that it cannot be used with another one; and the time of the first page,
// because scores and states, and with them the order, change with the age of the data.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "schema/model/catalog.h"

namespace cis::server {

// This server makes no longer tokens.
inline constexpr size_t kMaxPageTokenBytes = 8192;

struct PageCursor {
  std::vector<std::string> last_key;  // of the last row of the previous page
  CatalogVersion version;             // of the snapshot that answered; without its revision
  absl::Time time;                    // of the first page; whole nanoseconds, not 1970 itself

  friend bool operator==(const PageCursor&, const PageCursor&) = default;
};

// Returns the same number for two requests of one type that differ in page_size and page_token
// only.
uint64_t FingerprintRequest(const google::protobuf::Message& request);

std::string FormatPageToken(uint64_t fingerprint, const PageCursor& cursor);

// Returns INVALID_ARGUMENT if `text` is not a token or has no time, and FAILED_PRECONDITION if it
// belongs to another request, or to a database that is not `database_id`. Tokens of versions before
// 0.3.0 name no database and belong to any.
absl::StatusOr<PageCursor> ParsePageToken(absl::string_view text, uint64_t fingerprint,
                                          int64_t database_id);

// Returns the time of the first page, whatever request the token belongs to; `now` if `text` is
// empty or not a token, which ParsePageToken then reports.
absl::Time TimeOfFirstPage(absl::string_view text, absl::Time now);

// Returns INVALID_ARGUMENT with the sentence for a token that this server did not make.
absl::Status NotAPageToken();

}  // namespace cis::server
