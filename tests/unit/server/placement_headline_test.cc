// SPDX-License-Identifier: Apache-2.0

// The two failures of the first user, reproduced with his sites: they must not happen again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/placement/image_fit.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

constexpr char kVo[] = "vo.access.egi.eu";

// Many flavors with misleading names, hidden external subnets, another project's network, a used-up
// quota of floating IPs while some are unattached.
CatalogBuilder Cesga() {
  CatalogBuilder builder;
  builder.Select("CESGA", kVo);
  const std::string project = builder.share().share.project_id;
  builder.AddFlavor(MakeFlavor("cor1mem1hd10", 1, 1024, 10));
  builder.AddFlavor(MakeFlavor("cor1mem2hd10", 1, 2048, 10));
  builder.AddFlavor(MakeFlavor("cor2mem4hd20", 2, 4096, 20));
  builder.AddFlavor(MakeFlavor("cor2mem4hd50", 2, 4096, 51));
  builder.AddFlavor(MakeFlavor("cor4mem8hd40", 4, 8192, 40));
  builder.AddFlavor(MakeFlavor("cor16mem32hd20", 16, 32766, 20));
  builder.AddFlavor(MakeFlavor("small", 2, 4096, 0));
  builder.AddImage(
      SureImage("Image for EGI Ubuntu 20.04 [Ubuntu/20.04/VirtualBox]", "ubuntu", "20.04"));
  builder.AddImage(
      SureImage("Image for EGI Ubuntu 18.04 [Ubuntu/18.04/VirtualBox]", "ubuntu", "18.04"));
  Image snapshot = SureImage("my-snapshot", "ubuntu", "22.04");
  snapshot.is_snapshot = true;
  builder.AddImage(snapshot);
  builder.AddImage(SureImage("cirros", "cirros", "0.4.0"));
  builder.AddNetwork(SureNetwork("net-vo.access.egi.eu", NetworkUse::kTenant, project));
  Network foreign = SureNetwork("belle2-private", NetworkUse::kTenant, "project-belle");
  foreign.shared = true;
  builder.AddNetwork(foreign);
  Network pool = SureNetwork("public00", NetworkUse::kFloatingPool);
  pool.subnets.clear();
  builder.AddNetwork(pool);
  builder.AddRouter(MakeRouter("router-vo", "id-public00", {"id-net-vo.access.egi.eu"}));
  for (const char* id : {"fip-3", "fip-1", "fip-2"}) {
    builder.AddFloatingIp(MakeFloatingIp(id, "id-public00", false));
  }
  builder.AddFloatingIp(MakeFloatingIp("fip-0", "id-public00", true));
  builder.AddQuota(MakeQuota("floating_ips", 4, 4));
  builder.AddQuota(MakeQuota("cores", 100, 10));
  builder.AddQuota(MakeQuota("ram_mib", 204800, 20000));
  builder.AddQuota(MakeQuota("instances", 20, 3));
  builder.AddQuota(MakeQuota("ports", 100, 20));
  return builder;
}

PlacementQuery FirstUser() {
  PlacementQuery query = QueryOf(kVo);
  query.vcpu_count.min = 2;
  query.ram_mib.min = 4096;
  query.os = {*ParseOsRequirement("ubuntu>=20.04")};
  query.public_v4 = AddressWish::kRequired;
  return query;
}

TEST(PlacementHeadline, UsesUnattachedFloatingIpsWhenTheQuotaIsUsedUp) {
  const Answer answer = Find(Cesga(), FirstUser());
  ASSERT_EQ(answer->placements.size(), 1u) << BlockingCode(answer);
  const Placement& p = answer->placements[0];
  EXPECT_EQ(p.flavor->name, "cor2mem4hd20");
  EXPECT_EQ(p.image->image->name, "Image for EGI Ubuntu 20.04 [Ubuntu/20.04/VirtualBox]");
  EXPECT_EQ(p.image->image->login_user, "ubuntu");
  EXPECT_EQ(p.plan->kind, PlanKind::kFloating);
  EXPECT_EQ(p.plan->network->name, "net-vo.access.egi.eu");
  EXPECT_EQ(p.plan->pool->name, "public00");
  EXPECT_EQ(p.plan->router->id, "router-vo");
  EXPECT_FALSE(p.plan->ambiguous);
  ASSERT_NE(p.plan->unattached, nullptr);
  EXPECT_THAT(p.plan->unattached->ids, testing::ElementsAre("fip-1", "fip-2", "fip-3"));
  EXPECT_EQ(p.floating_ip_quota_free, 0);
  EXPECT_EQ(p.tier, PlacementTier::kCertain);
}

TEST(PlacementHeadline, RefusesOnceUnattachedFloatingIpsDoNotReachEither) {
  PlacementQuery query = FirstUser();
  query.count = 4;
  const Answer answer = Find(Cesga(), query);
  EXPECT_EQ(BlockingCode(answer), "QUOTA_EXHAUSTED floating_ips");
  const Reason& reason = *answer->verdicts[0].blocking();
  EXPECT_EQ(reason.want, 1);
  EXPECT_EQ(reason.best, 0);
  EXPECT_EQ(FormatReason(reason, query),
            "the project's quota has 0 floating IPs left; 1 is needed");
  ASSERT_FALSE(answer->relaxations.empty());
  EXPECT_EQ(answer->relaxations[0].query.count, 3);
}

// A flavor of 1 GiB of disk and an image of 2361393152 bytes.
CatalogBuilder Padova() {
  CatalogBuilder builder;
  builder.Select("INFN-PADOVA-STACK", kVo);
  const std::string project = builder.share().share.project_id;
  builder.AddFlavor(MakeFlavor("m1.tiny", 1, 512, 1));
  builder.AddFlavor(MakeFlavor("m1.small", 1, 2048, 20));
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  Image image = SureImage("Ubuntu 18.04", "ubuntu", "18.04");
  image.size_bytes = 2361393152;
  image.virtual_size_bytes.reset();
  builder.AddImage(image);
  builder.AddNetwork(SureNetwork("ext-net", NetworkUse::kFloatingPool));
  builder.AddNetwork(SureNetwork("int-vo.access.egi.eu", NetworkUse::kTenant, project));
  builder.AddRouter(MakeRouter("r", "id-ext-net", {"id-int-vo.access.egi.eu"}));
  return builder;
}

TEST(PlacementHeadline, NeverPairsAFlavorWithAnImageLargerThanItsDisk) {
  PlacementQuery query = QueryOf(kVo);
  query.ram_mib.min = 512;
  const Answer answer = Find(Padova(), query);
  ASSERT_EQ(answer->placements.size(), 1u);
  const Placement& p = answer->placements[0];
  EXPECT_EQ(p.flavor->name, "m1.small");
  ASSERT_NE(p.smaller_flavor, nullptr);
  const std::optional<Reason> refusal = WhyNotPair(*p.smaller_flavor, *p.image->image, query);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(FormatReason(*refusal, query),
            "image Ubuntu 18.04 has a size of 2.20 GiB and flavor m1.tiny has 1.00 GiB");
  Work work;
  const std::vector<ShareDetails> details =
      ExplainShares(answer.state, query, TestTime() + absl::Hours(1), FreshnessPolicy(),
                    {answer->verdicts[0].share}, &work);
  ASSERT_EQ(details[0].refused_pairs.size(), 1u);
  EXPECT_EQ(details[0].refused_pairs[0].code, ReasonCode::kImageSizeGtDisk);
}

TEST(PlacementHeadline, SaysWhyWhenTheTooSmallFlavorIsAllThereIs) {
  PlacementQuery query = QueryOf(kVo);
  query.flavor_globs = {"m1.t*"};
  const Answer answer = Find(Padova(), query);
  EXPECT_EQ(BlockingCode(answer), "IMAGE_SIZE_GT_DISK");
  const Reason& reason = *answer->verdicts[0].blocking();
  EXPECT_EQ(reason.want, 2361393152);
  EXPECT_EQ(reason.best, 1073741824);
}

}  // namespace
}  // namespace cis::server
