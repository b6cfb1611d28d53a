// SPDX-License-Identifier: Apache-2.0
#pragma once

// The limits on what a site may do to a crawl, by name. Each is a row of the table in
// net/http/README.md, and every hit is counted: in the line that ends a crawl's log, in the
// store's history and in `cisquery crawls`.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis {

enum class Limit {
  // LimitCounter::kTransport
  kBodyBytes,
  kGzipRatio,
  kHeaderBytes,
  kConnectTime,
  kStallTime,
  kTryTime,
  kTries,
  kRetryAfter,
  kRequestTime,
  kShareTime,
  kRedirects,
  kRedirectOrigin,
  kInwardAddress,
  kSilentPart,
  // LimitCounter::kAnswer
  kJsonDepth,
  kJsonValues,
  kShareBytes,
  // LimitCounter::kListing
  kListBytes,
  kListObjects,
  kListPages,
  kEmptyPages,
  kExtraSpecRequests,
  kCommunityImages,
  kRegions,
  kPlainHttp,
  kForeignHost,
  kInwardHost,
};
inline constexpr Limit kAllLimits[] = {Limit::kBodyBytes,       Limit::kGzipRatio,
                                       Limit::kHeaderBytes,     Limit::kConnectTime,
                                       Limit::kStallTime,       Limit::kTryTime,
                                       Limit::kTries,           Limit::kRetryAfter,
                                       Limit::kRequestTime,     Limit::kShareTime,
                                       Limit::kRedirects,       Limit::kRedirectOrigin,
                                       Limit::kInwardAddress,   Limit::kSilentPart,
                                       Limit::kJsonDepth,       Limit::kJsonValues,
                                       Limit::kShareBytes,      Limit::kListBytes,
                                       Limit::kListObjects,     Limit::kListPages,
                                       Limit::kEmptyPages,      Limit::kExtraSpecRequests,
                                       Limit::kCommunityImages, Limit::kRegions,
                                       Limit::kPlainHttp,       Limit::kForeignHost,
                                       Limit::kInwardHost};

// "body-bytes", "list-pages", ...: stable words.
absl::string_view FormatLimit(Limit limit);

// Which part of the crawler counts a limit, so that no hit is counted twice as the error is passed
// on.
enum class LimitCounter {
  kTransport,  // each attempt or request that exceeds it
  kAnswer,     // the source, for each answer that it does not read
  kListing,    // the source, for each kind or optional listing that fails because of it
};
LimitCounter CounterOf(Limit limit);

// How often each limit was hit, by name; limits without hits are absent.
using LimitHits = std::map<std::string, int64_t>;

// Returns an error with its class and the limit that it comes from.
absl::Status MakeLimitError(absl::StatusCode code, ErrorClass error, Limit limit,
                            absl::string_view message);

// Returns the limit that `status` comes from; nothing for any other status.
std::optional<Limit> GetLimit(const absl::Status& status);

}  // namespace cis
