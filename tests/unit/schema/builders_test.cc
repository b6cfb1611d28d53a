// SPDX-License-Identifier: Apache-2.0

// The catalogs that other tests build must look like those that a store loads.

#include "tests/support/builders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(CatalogBuilder, OrdersAndLinksAsAStoreDoes) {
  const Catalog catalog = CatalogBuilder()
                              .Select("SITE-B", "vo.b")
                              .AddFlavor(MakeFlavor("z"))
                              .AddFlavor(MakeFlavor("a"))
                              .Select("SITE-A", "vo.b")
                              .AddFlavor(MakeFlavor("only-b"))
                              .Select("SITE-A", "vo.a")
                              .AddFlavor(MakeFlavor("common"))
                              .AddImage(MakeImage("u"))
                              .AddQuota(MakeQuota("instances", 2, 1))
                              .AddQuota(MakeQuota("cores", 2, 1))
                              .Select("SITE-A", "vo.b")
                              .AddFlavor(MakeFlavor("common"))
                              .Build(7);
  ASSERT_THAT(catalog.sites, SizeIs(2));
  EXPECT_EQ(catalog.generation, 7);
  const EndpointCatalog& a = catalog.sites[0]->endpoints.at(0);
  EXPECT_EQ(a.endpoint.site_name, "SITE-A");
  ASSERT_THAT(a.flavors, SizeIs(2));
  EXPECT_EQ(a.flavors[0].record.name, "common");
  ASSERT_THAT(a.shares, SizeIs(2));
  EXPECT_EQ(a.shares[0].share.vo, "vo.a");
  EXPECT_THAT(a.shares[0].flavor_indexes, ElementsAre(0));
  EXPECT_THAT(a.shares[0].image_indexes, ElementsAre(0));
  EXPECT_THAT(a.shares[0].quotas,
              ElementsAre(MakeQuota("cores", 2, 1), MakeQuota("instances", 2, 1)));
  EXPECT_THAT(a.shares[1].flavor_indexes, ElementsAre(0, 1));
  EXPECT_THAT(catalog.sites[1]->endpoints.at(0).shares.at(0).flavor_indexes, ElementsAre(0, 1));
}

}  // namespace
}  // namespace cis
