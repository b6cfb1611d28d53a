// Which network a machine gets, and how it gets a public address.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/placement/describe.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis {
namespace {

using testing::ElementsAre;

PlacementQuery Public() {
  PlacementQuery query = QueryOf();
  query.public_v4 = AddressWish::kRequired;
  return query;
}

CatalogBuilder WithoutNetworks() {
  CatalogBuilder builder = PlainScene();
  builder.share().networks.clear();
  builder.share().routers.clear();
  return builder;
}

const std::string& Project(CatalogBuilder& builder) { return builder.share().share.project_id; }

const Placement& Only(const Answer& answer) {
  static const Placement* const kNone = new Placement;
  EXPECT_EQ(answer->placements.size(), 1u) << BlockingCode(answer);
  return answer->placements.size() == 1 ? answer->placements[0] : *kNone;
}

TEST(PlacementNetwork, TakesADirectNetworkThatGivesPublicAddresses) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kDirect);
  EXPECT_EQ(p.plan->network->name, "provider");
  EXPECT_EQ(p.plan->pool, nullptr);
  EXPECT_EQ(p.bucket, 0);
  EXPECT_THAT(DescribeSteps(p, Public()), ElementsAre("Start the machine on provider"));
}

TEST(PlacementNetwork, MakesARouterWhereOnlyThatIsMissing) {
  CatalogBuilder builder = PlainScene();
  builder.share().routers.clear();
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kFloatingNeedsRouter);
  EXPECT_EQ(p.plan->network->name, "private");
  ASSERT_NE(p.plan->subnet, nullptr);
  EXPECT_EQ(*p.plan->subnet, "subnet-id-private");
  EXPECT_EQ(p.bucket, 2);
  EXPECT_THAT(DescribeSteps(p, Public()),
              ElementsAre("Create a router with a gateway on public00",
                          "Add subnet subnet-id-private to the router",
                          "Start the machine on private", "Create a floating IP from public00",
                          "Attach the floating IP to the machine's port"));
}

// The gateway's address of the subnet is taken by the router that is there.
TEST(PlacementNetwork, GivesTheRouterThatIsThereAGatewayRatherThanMakingASecond) {
  CatalogBuilder builder = PlainScene();
  builder.share().routers = {MakeRouter("inner", "", {"id-private"})};
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kFloatingNeedsRouter);
  ASSERT_NE(p.plan->router, nullptr);
  EXPECT_EQ(p.plan->router->id, "inner");
  EXPECT_EQ(DescribeSteps(p, Public()).front(), "Give router inner a gateway on public00");
}

TEST(PlacementNetwork, MakesANetworkWhereThereIsOnlyAPool) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("public00", NetworkUse::kFloatingPool));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kFloatingNeedsNetwork);
  EXPECT_EQ(p.plan->network, nullptr);
  EXPECT_EQ(p.bucket, 2);
}

TEST(PlacementNetwork, AssumesARouterWhereNoneMayBeSeenAndSaysSo) {
  CatalogBuilder builder = PlainScene();
  builder.share().routers.clear();
  builder.share().routers_known = false;
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kFloating);
  EXPECT_NE(p.unknowns & UnknownBit(Unknown::kRouters), 0u);
  EXPECT_EQ(p.bucket, 1);
  EXPECT_THAT(DescribeNotes(p, Public(), TestTime()),
              testing::Contains(testing::HasSubstr("routed to public00 is assumed")));
}

TEST(PlacementNetwork, NeverPutsARouterOnSomebodyElsesNetwork) {
  CatalogBuilder builder = PlainScene();
  builder.share().routers.clear();
  for (auto& network : builder.share().networks) {
    if (network.record.usable_as != NetworkUse::kTenant) continue;
    network.record.owner = "project-other";
    network.record.shared = true;
  }
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kFloatingNeedsNetwork);
}

TEST(PlacementNetwork, ChoosesThePoolByItsAddressesBeforeItsName) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("net", NetworkUse::kTenant, Project(builder)));
  Network campus = SureNetwork("crongi-public", NetworkUse::kFloatingPool);
  campus.public_v4 = Tristate::kNo;
  Network world = SureNetwork("crongi-private", NetworkUse::kFloatingPool);
  builder.AddNetwork(campus).AddNetwork(world);
  builder.AddRouter(MakeRouter("r1", campus.id, {"id-net"}));
  builder.AddRouter(MakeRouter("r2", world.id, {"id-net"}));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->pool->name, "crongi-private");
  EXPECT_FALSE(p.plan->ambiguous);
}

TEST(PlacementNetwork, GuessesByNameOnlyWhenNothingElseIsKnownAndSaysSo) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("net", NetworkUse::kTenant, Project(builder)));
  for (const char* name : {"crongi-private", "crongi-public", "isabella"}) {
    Network pool = SureNetwork(name, NetworkUse::kFloatingPool);
    pool.public_v4 = Tristate::kUnknown;
    pool.provenance.confidence.clear();
    SetConfidence(pool.provenance, "usable_as", Confidence::kStrong);
    builder.AddNetwork(pool);
    builder.AddRouter(MakeRouter(std::string("router-") + name, pool.id, {"id-net"}));
  }
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->pool->name, "crongi-public");
  EXPECT_TRUE(p.plan->ambiguous);
  EXPECT_EQ(p.plan->alternatives.size(), 2u);
  EXPECT_EQ(p.plan->confidence, Confidence::kGuess);
  EXPECT_EQ(p.bucket, 1);
}

TEST(PlacementNetwork, PrefersOwnRoutedNetworksWhenNoAddressIsAskedFor) {
  CatalogBuilder builder = PlainScene();
  builder.AddNetwork(SureNetwork("a-unrouted", NetworkUse::kTenant, Project(builder)));
  builder.AddNetwork(SureNetwork("a-direct", NetworkUse::kDirect));
  const Answer answer = Find(builder, QueryOf());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kPrivate);
  EXPECT_EQ(p.plan->network->name, "private");
}

TEST(PlacementNetwork, StartsWithoutANetworkOnlyWhenNoneIsKnownAndNoneIsAskedFor) {
  const Answer answer = Find(WithoutNetworks(), QueryOf());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kNone);
  EXPECT_EQ(p.bucket, 2);
}

TEST(PlacementNetwork, PreferenceForAnAddressFallsBackToNone) {
  PlacementQuery query = QueryOf();
  query.public_v4 = AddressWish::kPreferred;
  const Answer with_pool = Find(PlainScene(), query);
  EXPECT_EQ(Only(with_pool).plan->kind, PlanKind::kFloating);
  CatalogBuilder builder = PlainScene();
  builder.share().routers.clear();
  const Answer without = Find(builder, query);
  EXPECT_EQ(Only(without).plan->kind, PlanKind::kPrivate);
}

TEST(PlacementNetwork, TakesTheNetworkThatIsNamed) {
  CatalogBuilder builder = PlainScene();
  builder.AddNetwork(SureNetwork("zzz", NetworkUse::kTenant, Project(builder)));
  PlacementQuery query = QueryOf();
  for (const char* name : {"zzz", "id-zzz"}) {
    query.network = name;
    const Answer answer = Find(builder, query);
    EXPECT_EQ(Only(answer).plan->network->name, "zzz");
  }
}

TEST(PlacementNetwork, GivesPublicIpv6WhereTheNetworkHasIt) {
  CatalogBuilder builder = PlainScene();
  Network dual = SureNetwork("dual", NetworkUse::kTenant, Project(builder));
  dual.public_v6 = Tristate::kYes;
  builder.AddNetwork(dual);
  PlacementQuery query = QueryOf();
  query.public_v6 = AddressWish::kRequired;
  const Answer answer = Find(builder, query);
  EXPECT_EQ(Only(answer).plan->network->name, "dual");
}

TEST(PlacementNetwork, LeavesOutNetworksThatAreDownOrGone) {
  CatalogBuilder builder = PlainScene();
  for (auto& network : builder.share().networks) {
    if (network.record.name == "private") network.active = false;
    if (network.record.name == "public00") network.record.status = "DOWN";
  }
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NET_NONE");
}

// Nova: "requires a subnet in order to boot instances on".
TEST(PlacementNetwork, LeavesOutNetworksWithoutSubnets) {
  CatalogBuilder builder = PlainScene();
  Network bare = SureNetwork("a-bare", NetworkUse::kTenant, Project(builder));
  bare.subnets.clear();
  bare.subnet_ids.clear();
  builder.AddNetwork(bare);
  builder.AddRouter(MakeRouter("r", "id-public00", {bare.id}));
  for (const PlacementQuery& query : {QueryOf(), Public()}) {
    const Answer answer = Find(builder, query);
    EXPECT_EQ(Only(answer).plan->network->name, "private");
    EXPECT_FALSE(Only(answer).plan->ambiguous);
  }
}

TEST(PlacementNetwork, GivesNoFloatingIpToANetworkThatIsIpv6Only) {
  CatalogBuilder builder = PlainScene();
  for (auto& network : builder.share().networks) {
    if (network.record.name == "private") network.record.subnets[0].ip_version = 6;
  }
  const Answer answer = Find(builder, Public());
  EXPECT_EQ(Only(answer).plan->kind, PlanKind::kFloatingNeedsNetwork);
}

TEST(PlacementNetwork, CountsUnattachedFloatingIpsOfThatPoolOnly) {
  CatalogBuilder builder = PlainScene();
  for (Quota& quota : builder.share().quotas) {
    if (quota.resource == "floating_ips") quota = MakeQuota("floating_ips", 2, 2);
  }
  builder.AddFloatingIp(MakeFloatingIp("elsewhere", "id-other-pool", false));
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "QUOTA_EXHAUSTED_FIP");
  builder.AddFloatingIp(MakeFloatingIp("here", "id-public00", false));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_THAT(p.plan->unattached->ids, ElementsAre("here"));
  EXPECT_THAT(DescribeSteps(p, Public()), testing::Contains("Take floating IP here of public00"));
}

}  // namespace
}  // namespace cis
