// SPDX-License-Identifier: Apache-2.0

// Groups of machines that run together, and alternatives.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/placement/describe.h"
#include "tests/unit/server/placement_generator.h"
#include "tests/unit/server/placement_reference.h"
#include "tests/unit/server/placement_scenes.h"
#include "tests/unit/server/placement_ways.h"

namespace cis::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint64_t kRuns = 300;

MachineRequest Machines(const std::string& name, int64_t count, int64_t vcpus) {
  MachineRequest request;
  request.name = name;
  request.count = count;
  request.vcpu_count.min = vcpus;
  return request;
}

// A head of 2 vCPUs and 8 workers of 16.
PlacementQuery Cluster() {
  PlacementQuery query = QueryOf();
  query.groups = {Machines("head", 1, 2), Machines("workers", 8, 16)};
  return query;
}

// One share with flavors of 2 and 16 vCPUs, a routed network and the given quota.
CatalogBuilder ClusterScene(const std::string& resource, int64_t limit) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  builder.AddFlavor(MakeFlavor("m1.huge", 16, 32768, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  AddRoutedNetworks(builder);
  for (const char* one : {"instances", "cores", "ram_mib", "floating_ips", "networks", "subnets",
                          "routers", "ports", "volumes", "volume_gib"}) {
    builder.AddQuota(MakeQuota(one, one == resource ? limit : -1, 0));
  }
  return builder;
}

const Reason& Blocking(const Answer& answer) { return *answer->verdicts.at(0).blocking(); }

TEST(PlacementGroups, RunTogetherIfQuotasSufficeForAll) {
  const Answer answer = Find(ClusterScene("cores", 130), Cluster());
  ASSERT_THAT(answer->placements, SizeIs(1));
  const std::vector<Placement>& groups = answer->placements[0].groups;
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_EQ(groups[0].flavor->name, "m1.medium");
  EXPECT_EQ(groups[0].count, 1);
  EXPECT_EQ(groups[1].flavor->name, "m1.huge");
  EXPECT_EQ(groups[1].count, 8);
  EXPECT_EQ(groups[0].plan->network, groups[1].plan->network);
}

// 128 cores are enough for 8 workers alone, but not together with the head.
TEST(PlacementGroups, AreRefusedByAQuotaForAllWithTheMostThatFits) {
  for (const int64_t cores : {114, 128, 129}) {
    const Answer answer = Find(ClusterScene("cores", cores), Cluster());
    ASSERT_EQ(BlockingCode(answer), "QUOTA_EXHAUSTED cores") << cores;
    const Reason& reason = Blocking(answer);
    EXPECT_EQ(reason.want, 130);
    EXPECT_EQ(reason.best, cores);
    EXPECT_EQ(reason.parts, 3);
    EXPECT_EQ(FormatReason(reason, Cluster()),
              absl::StrCat("the project's quota has ", cores,
                           " cores left; 1 machine of group head and 8 of group workers together "
                           "need at least 130"));
    ASSERT_THAT(answer->relaxations, testing::Not(IsEmpty()));
    const Relaxation& relaxation = answer->relaxations[0];
    EXPECT_THAT(relaxation.changed_fields, ElementsAre("groups"));
    EXPECT_EQ(relaxation.query.groups[0].count, 1);
    EXPECT_EQ(relaxation.query.groups[1].count, 7);
    EXPECT_EQ(relaxation.added_share_count, 1);
  }
}

TEST(PlacementGroups, TakeAnotherFlavorThanAloneWhereQuotasAskForIt) {
  CatalogBuilder builder = ClusterScene("cores", 20);
  // Smaller by its cores, which come first; larger by its RAM.
  builder.AddFlavor(MakeFlavor("m1.wide", 8, 65536, 40));
  builder.AddFlavor(MakeFlavor("m1.cool", 12, 8192, 40));
  builder.AddQuota(MakeQuota("ram_mib", 80000, 0));
  PlacementQuery query = QueryOf();
  query.groups = {Machines("a", 1, 8), Machines("b", 1, 8)};
  const Answer answer = Find(builder, query);
  ASSERT_THAT(answer->placements, SizeIs(1));
  EXPECT_EQ(answer->placements[0].groups[0].flavor->name, "m1.wide");
  EXPECT_EQ(answer->placements[0].groups[1].flavor->name, "m1.cool");
}

TEST(PlacementGroups, CountTheAddressesOfASubnetTogether) {
  CatalogBuilder builder = ClusterScene("cores", -1);
  Subnet& subnet = builder.share().networks[0].record.subnets[0];
  subnet.address_count = 10;
  subnet.used_count = 2;
  PlacementQuery query = Cluster();
  for (MachineRequest& group : query.groups) group.network = "private";
  const Answer answer = Find(builder, query);
  ASSERT_EQ(BlockingCode(answer), "NETWORK_TOO_FEW_ADDRESSES");
  EXPECT_EQ(Blocking(answer).want, 9);
  EXPECT_EQ(Blocking(answer).best, 8);
  EXPECT_THAT(FormatReason(Blocking(answer), query),
              HasSubstr("1 machine of group head and 8 of group workers together need 9"));
  subnet.used_count = 1;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "");
}

TEST(PlacementGroups, ShareUnattachedFloatingIps) {
  CatalogBuilder builder = ClusterScene("floating_ips", 1);
  builder.AddFloatingIp(MakeFloatingIp("fip-1", "id-public00", false));
  PlacementQuery query = QueryOf();
  query.groups = {Machines("a", 1, 2), Machines("b", 1, 2)};
  for (MachineRequest& group : query.groups) group.public_v4 = AddressWish::kRequired;
  const Answer answer = Find(builder, query);
  ASSERT_THAT(answer->placements, SizeIs(1));
  const auto steps = [&](size_t i) {
    return DescribeSteps(answer->placements[0].groups[i], QueriesOfParts(query)[i]);
  };
  EXPECT_THAT(steps(0), testing::Contains("Take floating IP fip-1 of public00"));
  EXPECT_THAT(steps(1), testing::Contains("Create a floating IP from public00"));
  query.groups[1].count = 2;
  const Answer refused = Find(builder, query);
  EXPECT_EQ(BlockingCode(refused), "QUOTA_EXHAUSTED floating_ips");
  EXPECT_EQ(Blocking(refused).want, 2);
}

TEST(PlacementGroups, AreOnTheNetworkThatIsMadeForOneOfThem) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.huge", 16, 32768, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  builder.AddNetwork(SureNetwork("public00", NetworkUse::kFloatingPool));
  builder.AddQuota(MakeQuota("networks", 1, 0));
  builder.AddQuota(MakeQuota("floating_ips", 1, 0));
  PlacementQuery query = Cluster();
  std::swap(query.groups[0], query.groups[1]);
  query.groups[1].public_v4 = AddressWish::kRequired;
  query.groups[0].public_v4 = AddressWish::kNone;
  const Answer answer = Find(builder, query);
  ASSERT_THAT(answer->placements, SizeIs(1)) << BlockingCode(answer);
  const std::vector<Placement>& groups = answer->placements[0].groups;
  EXPECT_EQ(groups[1].plan->kind, PlanKind::kFloatingNeedsNetwork);
  EXPECT_EQ(groups[0].prepared_by, 1u);
  EXPECT_EQ(groups[1].prepared_by, std::nullopt);
  EXPECT_THAT(DescribeSteps(groups[0], QueriesOfParts(query)[0], "head"),
              ElementsAre("Start the machine on the network of group head"));
}

TEST(PlacementGroups, AreOnSeparateNetworksWhereTheyAskForThem) {
  CatalogBuilder builder = ClusterScene("cores", -1);
  builder.AddNetwork(SureNetwork("storage", NetworkUse::kTenant, builder.share().share.project_id));
  PlacementQuery query = Cluster();
  query.groups[0].network = "private";
  query.groups[1].network = "storage";
  const Answer answer = Find(builder, query);
  ASSERT_THAT(answer->placements, SizeIs(1));
  EXPECT_EQ(answer->placements[0].groups[0].plan->network->name, "private");
  EXPECT_EQ(answer->placements[0].groups[1].plan->network->name, "storage");
}

TEST(PlacementGroups, TakeTheQuotasOfVolumeTypesTogether) {
  CatalogBuilder builder = ClusterScene("cores", -1);
  builder.AddFlavor(MakeFlavor("v.huge", 32, 65536, 0));
  VolumeType fast;
  fast.id = fast.name = "fast";
  fast.is_default = true;
  VolumeType slow = fast;
  slow.id = slow.name = "slow";
  slow.is_default = false;
  builder.share().volume_types = {fast, slow};
  builder.AddQuota(MakeQuota("volumes.fast", 3, 0));
  builder.AddQuota(MakeQuota("volumes.slow", 2, 0));
  PlacementQuery query = QueryOf();
  query.groups = {Machines("a", 2, 32), Machines("b", 2, 32)};
  const Answer answer = Find(builder, query);
  ASSERT_THAT(answer->placements, SizeIs(1)) << BlockingCode(answer);
  EXPECT_EQ(answer->placements[0].groups[0].boot.volume_type, "");
  EXPECT_EQ(answer->placements[0].groups[1].boot.volume_type, "slow");
  query.groups[1].count = 4;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "QUOTA_EXHAUSTED volumes");
}

TEST(PlacementGroups, AReasonOfOneGroupNamesIt) {
  PlacementQuery query = Cluster();
  query.groups[1].vcpu_count.min = 64;
  const Answer answer = Find(ClusterScene("cores", -1), query);
  EXPECT_EQ(Blocking(answer).parts, 2);
  EXPECT_EQ(FormatReason(Blocking(answer), query),
            "for group workers: none of the 2 flavors has at least 64 vCPUs; the most is 16 vCPUs "
            "(m1.huge)");
  ASSERT_THAT(answer->relaxations, testing::Not(IsEmpty()));
  EXPECT_EQ(answer->relaxations[0].query.groups[1].vcpu_count.min, 16);
  EXPECT_THAT(answer->relaxations[0].changed_fields, ElementsAre("groups"));
}

TEST(PlacementAlternatives, TheFirstThatIsPossibleIsPlaced) {
  PlacementQuery query = QueryOf();
  query.alternatives = {Machines("large", 1, 64), Machines("middle", 2, 16),
                        Machines("small", 1, 1)};
  const Answer answer = Find(ClusterScene("cores", -1), query);
  ASSERT_THAT(answer->placements, SizeIs(1));
  EXPECT_EQ(answer->placements[0].alternative, 1u);
  EXPECT_EQ(answer->placements[0].flavor->name, "m1.huge");
}

TEST(PlacementAlternatives, ABlockingReasonIsOfTheOneThatGetsFurthest) {
  PlacementQuery query = QueryOf();
  query.alternatives = {Machines("large", 1, 64), Machines("many", 8, 16)};
  const Answer answer = Find(ClusterScene("cores", 112), query);
  EXPECT_EQ(BlockingCode(answer), "QUOTA_EXHAUSTED cores");
  EXPECT_THAT(FormatReason(Blocking(answer), query), HasSubstr("for alternative many: "));
  ASSERT_THAT(answer->verdicts[0].reasons, SizeIs(2));
  EXPECT_THAT(FormatReason(answer->verdicts[0].reasons[1], query),
              HasSubstr("for alternative large: "));
  EXPECT_TRUE(std::any_of(answer->relaxations.begin(), answer->relaxations.end(),
                          [](const Relaxation& r) { return r.query.alternatives[1].count == 7; }));
  EXPECT_TRUE(std::any_of(
      answer->relaxations.begin(), answer->relaxations.end(),
      [](const Relaxation& r) { return r.query.alternatives[0].vcpu_count.min == 16; }));
}

// ---------------------------------------------------------------------------- by brute force

using ShareKey = std::pair<std::string, std::string>;

ShareKey KeyOf(const ShareVerdict& verdict) {
  return {verdict.share->view.site->site.name, verdict.share->share().vo};
}

TEST(PlacementGroupsProperty, BruteForceFindsTheSameShares) {
  size_t fitting = 0;
  size_t refused = 0;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(4), seed);
    const PlacementQuery query = generator.QueryOfGroups();
    const Catalog catalog = builder.Build();
    const Answer answer = Find(builder, query);
    for (const ShareVerdict& verdict : answer->verdicts) {
      const auto [site, vo] = KeyOf(verdict);
      ASSERT_EQ(verdict.fits, TryGroups(catalog, query, site, vo, {}))
          << site << " " << vo << " seed " << seed << " "
          << (verdict.reasons.empty() ? "" : FormatReason(verdict.reasons.front(), query));
      ASSERT_EQ(verdict.fits, verdict.reasons.empty());
      ++(verdict.fits ? fitting : refused);
    }
  }
  EXPECT_GT(fitting, 40u);
  EXPECT_GT(refused, 100u);
}

TEST(PlacementGroupsProperty, WhatIsPlacedGoesTogether) {
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(4), seed);
    const PlacementQuery query = generator.QueryOfGroups();
    const Catalog catalog = builder.Build();
    const Answer answer = Find(builder, query);
    for (const Placement& placement : answer->placements) {
      ASSERT_THAT(placement.groups, SizeIs(query.groups.size()));
      std::vector<GroupCombination> chosen;
      for (const Placement& group : placement.groups) {
        chosen.push_back({std::string(group.flavor->id), std::string(group.image->image->id),
                          WayOf(*group.plan)});
      }
      ASSERT_TRUE(TryGroups(catalog, query, placement.share->view.site->site.name,
                            placement.share->share().vo, chosen))
          << "seed " << seed;
    }
  }
}

TEST(PlacementGroupsProperty, RelaxationsAddTheSharesThatTheyCountAndChangeNoMoreThanNeeded) {
  size_t fewer = 0;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(4), seed);
    const PlacementQuery query = generator.QueryOfGroups();
    const Catalog catalog = builder.Build();
    const Answer answer = Find(builder, query);
    const auto added_by = [&](const PlacementQuery& changed) {
      int32_t added = 0;
      for (const ShareVerdict& verdict : answer->verdicts) {
        const auto [site, vo] = KeyOf(verdict);
        if (!verdict.fits && TryGroups(catalog, changed, site, vo, {})) ++added;
      }
      return added;
    };
    for (const Relaxation& r : answer->relaxations) {
      ASSERT_EQ(added_by(r.query), r.added_share_count) << "seed " << seed;
      int64_t lowered = 0;
      PlacementQuery nearer = r.query;
      for (size_t i = 0; i < query.groups.size(); ++i) {
        if (r.query.groups[i].count == query.groups[i].count) continue;
        ++lowered;
        ++nearer.groups[i].count;
      }
      if (lowered != 1) continue;
      ASSERT_LT(added_by(nearer), r.added_share_count) << "seed " << seed;
      ++fewer;
    }
  }
  EXPECT_GT(fewer, 10u);
}

TEST(PlacementGroupsProperty, FunnelsAddUpAndFindCountsTheStagesThatExplainNames) {
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(4), seed);
    for (const PlacementQuery& query :
         {generator.QueryOfGroups(), generator.QueryOfAlternatives()}) {
      const Answer explained = Find(builder, query);
      const PlacementResult found =
          FindPlacements(explained.state, query, TestTime() + absl::Hours(1), FreshnessPolicy());
      ASSERT_EQ(found.verdicts.size(), explained->verdicts.size());
      int32_t fits = 0;
      for (size_t i = 0; i < found.verdicts.size(); ++i) {
        ASSERT_EQ(found.verdicts[i].fits, explained->verdicts[i].fits) << "seed " << seed;
        ASSERT_EQ(found.verdicts[i].blocked_at, explained->verdicts[i].blocked_at)
            << "seed " << seed;
        fits += found.verdicts[i].fits ? 1 : 0;
      }
      ASSERT_EQ(found.funnel.back().out_count, fits) << "seed " << seed;
      ASSERT_EQ(found.placements.size(), explained->placements.size()) << "seed " << seed;
    }
  }
}

TEST(PlacementAlternativesProperty, BruteForceFindsTheSameAlternative) {
  std::set<size_t> placed;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(4), seed);
    const PlacementQuery query = generator.QueryOfAlternatives();
    const Catalog catalog = builder.Build();
    const Answer answer = Find(builder, query);
    std::vector<std::set<ShareKey>> fits;
    for (const PlacementQuery& alternative : QueriesOfParts(query)) {
      std::set<ShareKey>& shares = fits.emplace_back();
      for (const auto& [site, vo, flavor, image, way] : TryEverything(catalog, alternative)) {
        if (!way.is_assumed) shares.insert({site, vo});
      }
    }
    for (const ShareVerdict& verdict : answer->verdicts) {
      std::optional<size_t> first;
      for (size_t i = fits.size(); i-- > 0;) {
        if (fits[i].count(KeyOf(verdict)) > 0) first = i;
      }
      ASSERT_EQ(verdict.fits, first.has_value()) << "seed " << seed;
      if (!first) continue;
      const auto it = std::find_if(
          answer->placements.begin(), answer->placements.end(),
          [&verdict](const Placement& placement) { return placement.share == verdict.share; });
      ASSERT_NE(it, answer->placements.end());
      ASSERT_EQ(it->alternative, first) << "seed " << seed;
      placed.insert(*first);
    }
  }
  EXPECT_THAT(placed, SizeIs(3));
}

}  // namespace
}  // namespace cis::server
