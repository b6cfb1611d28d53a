// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every limit of the OpenStack source, with its reason. Exceeding one fails the kind, or loses the
// optional listing, with ErrorClass::kLimit and a message that names the limit, and is counted
// under its name in http/limit.h; nothing is cut silently.

#include <cstdint>

#include "absl/time/time.h"

namespace cis::crawler {

// Nesting levels of arrays and objects in one answer; OpenStack's answers have up to eight.
inline constexpr int kMaxJsonDepth = 64;
// Values in one answer. A full page of 1,000 images has some 60,000; a parsed value takes up to a
// hundred bytes, so this bounds a parser at about 100 MB where 32 MiB of "[[],[],…" would take 1
// GB.
inline constexpr int64_t kMaxJsonValues = 1'000'000;
// All bodies of one share together; they are kept in memory until their kind is complete. The
// largest share seen has 4 MiB.
inline constexpr int64_t kMaxShareBytes = int64_t{96} << 20;
// Objects per page in requests. Nova and Glance limit pages to 1000 by default.
inline constexpr int kPageSize = 1000;
// Sites with pages of 4 objects exist; 2000 pages of 4 are still far more than any site has.
inline constexpr int kMaxListPages = 2000;
// Pages of a listing that are requested before requests that lead to no others; an endless listing
// must not block the rest of its endpoint.
inline constexpr int kMaxLeadingPages = 20;
// Consecutive empty pages that still name a next one. None is usual; Nova returns one after a full
// page.
inline constexpr int kMaxEmptyPages = 3;
// The largest public clouds have a few thousand images; ten times that is not a real listing.
inline constexpr int64_t kMaxListObjects = 100'000;
// All pages of one listing together. A full image is 2 KiB, so this is 32,000 of them.
inline constexpr int64_t kMaxListBytes = int64_t{64} << 20;
// Flavors whose extra specs are requested one by one, which only sites older than 2018 need.
inline constexpr int64_t kMaxExtraSpecRequests = 2000;
// A token answer with a catalog is some 20 KiB; a version list 2 KiB.
inline constexpr int64_t kMaxTokenBytes = int64_t{4} << 20;
// Text of a site that is quoted in an error.
inline constexpr int kMaxQuotedBytes = 200;
// All attempts of a request whose facts only few plans need (zones, subnet pools, everything of
// Cinder, which some catalogs list although there is none).
inline constexpr absl::Duration kOptionalTimeout = absl::Seconds(10);
// All attempts of a request for facts that a kind can do without: subnets, routers, ports...
inline constexpr absl::Duration kFactsDeadline = absl::Seconds(45);
// Community images of an endpoint. Anyone may publish one; large public clouds have a few hundred.
inline constexpr int64_t kMaxCommunityImages = 2000;
// Regions that are crawled if none is configured.
inline constexpr int kMaxRegions = 20;

}  // namespace cis::crawler
