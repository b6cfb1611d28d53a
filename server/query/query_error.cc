// SPDX-License-Identifier: Apache-2.0
#include "server/query/query_error.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cis::server {
namespace {

constexpr char kOffsetPayload[] = "cis.query/offset";

}  // namespace

absl::Status QueryErrorAt(size_t offset, absl::string_view why) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat("at byte ", offset, ": ", why));
  status.SetPayload(kOffsetPayload, absl::Cord(absl::StrCat(offset)));
  return status;
}

std::optional<size_t> QueryErrorOffset(const absl::Status& status) {
  const auto payload = status.GetPayload(kOffsetPayload);
  uint64_t offset = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &offset)) return std::nullopt;
  return offset;
}

}  // namespace cis::server
