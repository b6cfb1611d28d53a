// SPDX-License-Identifier: Apache-2.0
#include "net/http/limit.h"

#include <array>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"
#include "net/http/http_error.h"

namespace cis {
namespace {

constexpr absl::string_view kLimitPayloadUrl = "cis/limit";

constexpr std::array<std::pair<Limit, absl::string_view>, std::size(kAllLimits)> kNames{{
    {Limit::kBodyBytes, "body-bytes"},
    {Limit::kGzipRatio, "gzip-ratio"},
    {Limit::kHeaderBytes, "header-bytes"},
    {Limit::kConnectTime, "connect-time"},
    {Limit::kStallTime, "stall-time"},
    {Limit::kTryTime, "try-time"},
    {Limit::kTries, "tries"},
    {Limit::kRetryAfter, "retry-after"},
    {Limit::kRequestTime, "request-time"},
    {Limit::kShareTime, "share-time"},
    {Limit::kRedirects, "redirects"},
    {Limit::kRedirectOrigin, "redirect-origin"},
    {Limit::kInwardAddress, "inward-address"},
    {Limit::kSilentPart, "silent-part"},
    {Limit::kJsonDepth, "json-depth"},
    {Limit::kJsonValues, "json-values"},
    {Limit::kShareBytes, "share-bytes"},
    {Limit::kListBytes, "list-bytes"},
    {Limit::kListObjects, "list-objects"},
    {Limit::kListPages, "list-pages"},
    {Limit::kEmptyPages, "empty-pages"},
    {Limit::kExtraSpecRequests, "extra-spec-requests"},
    {Limit::kCommunityImages, "community-images"},
    {Limit::kRegions, "regions"},
    {Limit::kPlainHttp, "plain-http"},
    {Limit::kForeignHost, "foreign-host"},
    {Limit::kInwardHost, "inward-host"},
}};

}  // namespace

absl::string_view FormatLimit(Limit limit) {
  for (const auto& [value, name] : kNames) {
    if (value == limit) return name;
  }
  return "";
}

LimitCounter CounterOf(Limit limit) {
  if (limit <= Limit::kSilentPart) return LimitCounter::kTransport;
  return limit <= Limit::kShareBytes ? LimitCounter::kAnswer : LimitCounter::kListing;
}

absl::Status MakeLimitError(absl::StatusCode code, ErrorClass error, Limit limit,
                            absl::string_view message) {
  absl::Status status = MakeError(code, error, message);
  status.SetPayload(kLimitPayloadUrl, absl::Cord(FormatLimit(limit)));
  return status;
}

std::optional<Limit> GetLimit(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kLimitPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  for (const auto& [value, name] : kNames) {
    if (*payload == name) return value;
  }
  return std::nullopt;
}

}  // namespace cis
