#pragma once

// Every bound of the OpenStack source, with its reason. Hitting one fails the kind, or loses the
// optional listing, with ErrorClass::kLimit and a message that names the bound, and is counted
// under the name that http/limit.h gives it; nothing is cut silently.

#include <cstdint>

#include "absl/time/time.h"

namespace cis::crawler {

// Levels of arrays and objects in one answer; OpenStack's have up to eight.
inline constexpr int kMaxJsonDepth = 64;
// Values in one answer. A full page of 1,000 images has some 60,000; a parsed value takes up to a
// hundred bytes, so this bounds a parser at about 100 MB where 32 MiB of "[[],[],…" would take 1
// GB.
inline constexpr int64_t kMaxJsonValues = 1'000'000;
// All bodies of one share together; they are held until their kind is complete. The largest share
// seen has 4 MiB.
inline constexpr int64_t kMaxShareBytes = int64_t{96} << 20;
// Objects asked for in one page. Nova and Glance cut anything above 1000 by default.
inline constexpr int kPageSize = 1000;
// Sites with pages of 4 objects exist; 2000 pages of 4 are still far more than any site has.
inline constexpr int kMaxListPages = 2000;
// Pages of a listing that are asked before what leads nowhere; a listing without end must not keep
// the rest of its endpoint waiting.
inline constexpr int kMaxLeadingPages = 20;
// Empty pages in a row that still name a next one. None is usual; one is Nova's after a full page.
inline constexpr int kMaxEmptyPages = 3;
// The largest public clouds have a few thousand images; ten times that is not a listing any more.
inline constexpr int64_t kMaxListObjects = 100'000;
// All pages of one listing together. A full image is 2 KiB, so this is 32,000 of them.
inline constexpr int64_t kMaxListBytes = int64_t{64} << 20;
// Flavors whose extra specs are asked for one by one, which only sites older than 2018 need.
inline constexpr int64_t kMaxExtraSpecRequests = 2000;
// A token answer with a catalog is some 20 KiB; a version list 2 KiB.
inline constexpr int64_t kMaxTokenBytes = int64_t{4} << 20;
// Text of a site that is quoted in an error.
inline constexpr int kMaxQuotedBytes = 200;
// All tries of a request that only few plans rest on (zones, subnet pools, all of Cinder, which
// catalogs are known to announce where there is none).
inline constexpr absl::Duration kOptionalTimeout = absl::Seconds(10);
// All tries of a request for facts whose loss leaves the kind: subnets, routers, ports...
inline constexpr absl::Duration kFactsDeadline = absl::Seconds(45);
// Community images of an endpoint. Anybody may publish one; large public clouds have a few hundred.
inline constexpr int64_t kMaxCommunityImages = 2000;
// Regions that are crawled where none is configured.
inline constexpr int kMaxRegions = 20;

}  // namespace cis::crawler
