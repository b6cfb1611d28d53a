// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every limit of the registry's readers, with its reason. Exceeding one fails the part of the
// registry that it is about, with a message that names the limit; nothing is cut silently, except
// long texts, which end in "...".

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace cis::crawler {

// A page of 500 services is some 800 KiB.
inline constexpr int64_t kMaxRegistryPageBytes = int64_t{16} << 20;
// The whole of EGI has some 6,000 services: 12 pages of 500.
inline constexpr int kMaxRegistryPages = 200;
// EGI has some 350 sites, closed ones included some 900.
inline constexpr size_t kMaxRegistrySites = 10'000;
inline constexpr size_t kMaxRegistryServices = 100'000;
// One entry per service of a downtime; a hundred downtimes are in progress at most times.
inline constexpr size_t kMaxRegistryDowntimes = 100'000;
// URLs of one service.
inline constexpr size_t kMaxServiceUrls = 50;
// Names, types, keys; longer texts are not names.
inline constexpr size_t kMaxNameBytes = 200;
inline constexpr size_t kMaxUrlBytes = 2000;
// Reasons of downtimes: people write whole pages.
inline constexpr size_t kMaxDowntimeTextBytes = 1000;
// Files of a folder given as the registry.
inline constexpr size_t kMaxRegistryFiles = 1000;
// All requests to the registry together, from the start of the crawl. The registry is not worth a
// longer wait than the sites.
inline constexpr absl::Duration kRegistryDeadline = absl::Minutes(5);

}  // namespace cis::crawler
