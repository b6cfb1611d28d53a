#pragma once

// The bounds on what a site may do to a crawl, by name. Each is a row of the table in
// crawler/http/README.md, and is counted when it is hit: in the line that ends a crawl's log, in
// the store's history and in `cisquery crawls`.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::crawler {

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

// Who counts a limit, so that none is counted twice on its way up.
enum class LimitCounter {
  kTransport,  // each try or request that runs into it
  kAnswer,     // the source, for each answer that it refuses to read
  kListing,    // the source, for each kind that fails by it and each optional listing it loses
};
LimitCounter CounterOf(Limit limit);

// How often each limit was hit, by name; those that were not are absent.
using LimitHits = std::map<std::string, int64_t>;

// An error with its class that says which limit it comes from.
absl::Status MakeLimitError(absl::StatusCode code, ErrorClass error, Limit limit,
                            absl::string_view message);

// The limit that `status` comes from; nothing for any other status.
std::optional<Limit> GetLimit(const absl::Status& status);

}  // namespace cis::crawler
