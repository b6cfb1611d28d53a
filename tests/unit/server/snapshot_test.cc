// SPDX-License-Identifier: Apache-2.0
#include "server/snapshot/snapshot.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "server/snapshot/holder.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

Catalog TwoSites() {
  return CatalogBuilder()
      .Select("SITE-A", "ops")
      .AddFlavor(MakeFlavor("small"))
      .AddFlavor(MakeFlavor("large"))
      .AddImage(MakeImage("ubuntu"))
      .AddNetwork(MakeNetwork("public", NetworkUse::kFloatingPool))
      .Select("SITE-A", "vo.access.egi.eu")
      .AddFlavor(MakeFlavor("large"))
      .Select("SITE-B", "ops")
      .AddFlavor(MakeFlavor("small"))
      .Build();
}

TEST(Snapshot, FindsSitesByNameInAnyCaseAndById) {
  const auto snapshot = Snapshot::Build(TwoSites());
  ASSERT_NE(snapshot->FindSite("site-a"), nullptr);
  EXPECT_EQ(snapshot->FindSite("site-a")->site.name, "SITE-A");
  EXPECT_EQ(snapshot->FindSiteById(FormatSlug("SITE-B"))->site.name, "SITE-B");
  EXPECT_EQ(snapshot->FindSite("SITE-C"), nullptr);
  EXPECT_EQ(snapshot->FindSiteById("SITE-A"), nullptr);
}

// Every resource is found under the name that the API gives it, and under no other.
TEST(SiteIndex, FindsEveryResourceByItsName) {
  const auto snapshot = Snapshot::Build(TwoSites());
  const SiteIndex& site = *snapshot->FindSiteIndex(FormatSlug("SITE-A"));
  ASSERT_EQ(site.flavors().size(), 2u);
  for (const FlavorView& view : site.flavors()) {
    const auto name =
        ParseResourceName(FormatFlavorName(view.endpoint->endpoint, view.record().id), "flavors");
    ASSERT_TRUE(name.ok());
    EXPECT_EQ(name->site_id, site.site_id());
    EXPECT_EQ(site.FindFlavor(name->id), &view);
  }
  for (const ImageView& view : site.images()) {
    EXPECT_EQ(site.FindImage(ResourceIdOf(view)), &view);
  }
  for (const NetworkView& view : site.networks()) {
    EXPECT_EQ(site.FindNetwork(ResourceIdOf(view)), &view);
  }
  for (const ShareView& view : site.shares()) {
    EXPECT_EQ(site.FindShare(ResourceIdOf(view)), &view);
  }
  for (const EndpointView& view : site.endpoints()) {
    EXPECT_EQ(site.FindEndpoint(ResourceIdOf(view)), &view);
  }
  EXPECT_EQ(site.FindFlavor(""), nullptr);
  EXPECT_EQ(site.FindFlavor("zzzz"), nullptr);
  EXPECT_EQ(site.FindImage(ResourceIdOf(site.flavors()[0])), nullptr);
}

TEST(SiteIndex, KnowsWhichSharesSeeAFlavor) {
  const auto snapshot = Snapshot::Build(TwoSites());
  const SiteIndex& site = *snapshot->FindSiteIndex(FormatSlug("SITE-A"));
  for (const FlavorView& view : site.flavors()) {
    std::set<std::string> vos;
    for (const int32_t index : view.share_indexes) vos.insert(view.share(index).vo);
    if (view.record().name == "small") {
      EXPECT_EQ(vos, std::set<std::string>({"ops"}));
    } else {
      EXPECT_EQ(vos, std::set<std::string>({"ops", "vo.access.egi.eu"}));
    }
  }
}

TEST(SiteIndex, LeavesOutLinksToNothing) {
  auto site = std::make_shared<SiteCatalog>(*TwoSites().sites[0]);
  site->endpoints[0].shares[0].flavor_indexes = {-1, 0, 99};
  const SiteIndex index(site);
  size_t links = 0;
  for (const FlavorView& view : index.flavors()) links += view.share_indexes.size();
  EXPECT_EQ(links, 2u);  // one of each share
}

// "sites/a-b/..." comes before "sites/a/..." because "-" comes before "/".
TEST(Snapshot, OrdersSitesAsTheNamesOfWhatIsInThem) {
  const auto snapshot = Snapshot::Build(
      CatalogBuilder().Select("a", "ops").Select("a-b", "ops").Select("a0", "ops").Build());
  std::vector<std::string> names;
  for (const auto& site : snapshot->sites()) {
    names.push_back(absl::StrCat("sites/", site->site_id(), "/flavors/x"));
  }
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(snapshot->sites()[0]->site_id(), "a-b");
}

TEST(Snapshot, TakesOverIndexesOfUnchangedSites) {
  Catalog catalog = TwoSites();
  const auto before = Snapshot::Build(catalog);
  catalog.sites[1] = std::make_shared<SiteCatalog>(*catalog.sites[1]);
  catalog.generation = 2;
  const auto after = Snapshot::Build(catalog, before.get());
  EXPECT_EQ(after->generation(), 2);
  const std::string a = FormatSlug("SITE-A");
  const std::string b = FormatSlug("SITE-B");
  EXPECT_EQ(after->FindSiteIndex(a), before->FindSiteIndex(a));
  EXPECT_NE(after->FindSiteIndex(b), before->FindSiteIndex(b));
  EXPECT_EQ(after->FindSiteIndex(b)->flavors().size(), 1u);
}

TEST(Snapshot, SharesOfAVoAreTheConfiguredOnes) {
  Share gone = MakeShare("SITE-C", "ops");
  gone.configured = false;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").Select(gone).Select("SITE-B", "other");
  const auto snapshot = Snapshot::Build(builder.Build());
  EXPECT_EQ(snapshot->SharesOfVo("ops").size(), 1u);
  EXPECT_EQ(snapshot->SharesOfVo("nobody").size(), 0u);
  EXPECT_EQ(snapshot->shares().size(), 3u);
  EXPECT_EQ(snapshot->vo_names().size(), 2u);
}

TEST(Snapshot, FindsCrawlsByNumber) {
  Crawl crawl;
  crawl.id = 12;
  const auto snapshot = Snapshot::Build(CatalogBuilder().AddCrawl(crawl).Build());
  ASSERT_NE(snapshot->FindCrawl(12), nullptr);
  EXPECT_EQ(snapshot->FindCrawl(12)->id, 12);
  EXPECT_EQ(snapshot->FindCrawl(13), nullptr);
}

TEST(Holder, HoldsTheNewestAndReadersKeepTheirs) {
  Holder<int> holder;
  EXPECT_EQ(holder.Current(), nullptr);
  holder.Publish(std::make_shared<const int>(1));
  const std::shared_ptr<const int> mine = holder.Current();
  holder.Publish(std::make_shared<const int>(2));
  EXPECT_EQ(*mine, 1);
  EXPECT_EQ(*holder.Current(), 2);
}

}  // namespace
}  // namespace cis::server
