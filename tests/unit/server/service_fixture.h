// SPDX-License-Identifier: Apache-2.0
#pragma once

// A small catalog for tests of handlers: two sites, three shares, what they see.

#include <memory>
#include <string>

#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"

namespace cis::server {

inline RequestContext TestContext() { return {TestTime() + absl::Hours(1), {}}; }

inline Crawl MakeCrawl(int64_t id) {
  Crawl crawl;
  crawl.id = id;
  crawl.start_time = TestTime() + absl::Minutes(id);
  crawl.end_time = crawl.start_time + absl::Seconds(30);
  crawl.share_count = 3;
  crawl.refreshed_count = 3;
  return crawl;
}

inline CatalogBuilder TestCatalog() {
  CatalogBuilder builder;
  builder.SetSite(MakeSite("CESGA-CLOUD", "ES"))
      .SetSite(MakeSite("INFN-PADOVA", "IT"))
      .Select("CESGA-CLOUD", "ops")
      .AddFlavor(MakeFlavor("m1.small", 1, 2048, 20))
      .AddFlavor(MakeFlavor("m1.large", 4, 8192, 40))
      .AddImage(MakeImage("Ubuntu 22.04"))
      .AddNetwork(MakeNetwork("public00", NetworkUse::kFloatingPool))
      .Select("CESGA-CLOUD", "vo.access.egi.eu")
      .AddFlavor(MakeFlavor("m1.large", 4, 8192, 40))
      .AddNetwork(MakeNetwork("public00", NetworkUse::kFloatingPool))
      .AddNetwork(MakeNetwork("tenant", NetworkUse::kTenant))
      .Select("INFN-PADOVA", "vo.access.egi.eu")
      .AddFlavor(MakeFlavor("tiny", 1, 512, 1))
      .AddImage(MakeImage("Rocky 9", "rocky", "9", "rocky"))
      .AddCrawl(MakeCrawl(10))
      .AddCrawl(MakeCrawl(9))
      .AddCrawl(MakeCrawl(8));
  return builder;
}

inline std::shared_ptr<const Snapshot> TestSnapshot() {
  return Snapshot::Build(TestCatalog().Build(7));
}

}  // namespace cis::server
