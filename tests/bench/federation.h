// SPDX-License-Identifier: Apache-2.0
#pragma once

// A federation of today's size: 40 endpoints and 150 shares, of which each sees 25 flavors, 15
// images and two networks (7,000 rows).

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {

// All shares are of `vo.example.org`, or every seventh; `times` today's size.
inline std::shared_ptr<const Snapshot> Federation(bool one_vo, int times = 1) {
  constexpr int kSites = 40;
  constexpr int kShares = 150;
  CatalogBuilder builder;
  for (int i = 0; i < kShares * times; ++i) {
    const std::string vo = one_vo || i % 7 == 0 ? "vo.example.org" : absl::StrCat("vo-", i % 70);
    Share share = MakeShare(absl::StrCat("SITE-", i % (kSites * times)), vo);
    share.project_id = share.project_key = absl::StrCat("project-", i);
    builder.Select(share);
    for (int f = 0; f < 25; ++f) {
      builder.AddFlavor(MakeFlavor(absl::StrCat("f", f), 1 << (f % 6), int64_t{1024} << (f % 7),
                                   f % 5 == 0 ? 0 : 20 * (f % 4 + 1)));
    }
    for (int n = 0; n < 15; ++n) {
      builder.AddImage(SureImage(absl::StrCat("image ", n), n % 2 == 0 ? "ubuntu" : "debian",
                                 absl::StrCat(16 + n, ".04")));
    }
    AddRoutedNetworks(builder);
    for (const char* resource : {"instances", "cores", "ram_mib", "floating_ips"}) {
      builder.AddQuota(MakeQuota(resource, i % 5 == 0 ? 0 : 100000, 10));
    }
  }
  return Snapshot::Build(builder.Build());
}

}  // namespace cis::server
