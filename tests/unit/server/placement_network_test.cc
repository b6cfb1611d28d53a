// SPDX-License-Identifier: Apache-2.0

// Which network a machine gets, and how it gets a public address.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "server/placement/describe.h"
#include "server/placement/network_fit.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
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
  // Users cannot see how many addresses other projects have left on a shared network.
  EXPECT_EQ(p.confidence, Confidence::kProbable);
  EXPECT_EQ(p.tier, PlacementTier::kUncertain);
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
  EXPECT_EQ(p.tier, PlacementTier::kNeedsSteps);
  EXPECT_THAT(DescribeSteps(p, Public()),
              ElementsAre("Create a router with a gateway on public00",
                          "Add subnet subnet-id-private to the router",
                          "Start the machine on private", "Create a floating IP from public00",
                          "Attach the floating IP to the machine's port"));
}

// The existing router has the gateway address of the subnet.
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
  EXPECT_EQ(p.tier, PlacementTier::kNeedsSteps);
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
  EXPECT_EQ(p.tier, PlacementTier::kUncertain);
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
  EXPECT_EQ(p.tier, PlacementTier::kUncertain);
}

TEST(PlacementNetwork, PrefersOwnRoutedNetworksWhenNoAddressIsRequested) {
  CatalogBuilder builder = PlainScene();
  builder.AddNetwork(SureNetwork("a-unrouted", NetworkUse::kTenant, Project(builder)));
  builder.AddNetwork(SureNetwork("a-direct", NetworkUse::kDirect));
  const Answer answer = Find(builder, QueryOf());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kPrivate);
  EXPECT_EQ(p.plan->network->name, "private");
}

TEST(PlacementNetwork, StartsWithoutANetworkOnlyWhenNoneIsKnownAndNoneIsRequested) {
  const Answer answer = Find(WithoutNetworks(), QueryOf());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_EQ(p.plan->kind, PlanKind::kNone);
  EXPECT_EQ(p.tier, PlacementTier::kNeedsSteps);
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
  dual.subnets.push_back(MakeSubnet("six", "2001:610::/64", 6));
  dual.subnet_ids.push_back("six");
  builder.AddNetwork(dual);
  PlacementQuery query = QueryOf();
  query.public_v6 = AddressWish::kRequired;
  const Answer answer = Find(builder, query);
  EXPECT_EQ(Only(answer).plan->network->name, "dual");
}

TEST(PlacementNetwork, LeavesOutNetworksThatAreDownOrDeleted) {
  CatalogBuilder builder = PlainScene();
  for (auto& network : builder.share().networks) {
    if (network.record.name == "private") network.active = false;
    if (network.record.name == "public00") network.record.status = "DOWN";
  }
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NETWORK_DOWN");
  for (auto& network : builder.share().networks) network.active = false;
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NETWORK_NONE");
}

// Nova: "requires a subnet in order to boot instances on".
TEST(PlacementNetwork, LeavesOutNetworksWithoutSubnets) {
  CatalogBuilder builder = PlainScene();
  Network bare = SureNetwork("a-bare", NetworkUse::kTenant, Project(builder));
  bare.subnets.clear();
  bare.subnet_ids.clear();
  builder.AddNetwork(bare);
  builder.AddRouter(MakeRouter("r", "id-public00", {std::string(bare.id)}));
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
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "QUOTA_EXHAUSTED floating_ips");
  builder.AddFloatingIp(MakeFloatingIp("here", "id-public00", false));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  ASSERT_NE(p.plan, nullptr);
  EXPECT_THAT(p.plan->unattached->ids, ElementsAre("here"));
  EXPECT_THAT(DescribeSteps(p, Public()), testing::Contains("Take floating IP here of public00"));
}

// ------------------------------------------------------------------- subnets, ports, addresses

Network& NetworkNamed(CatalogBuilder& builder, absl::string_view name) {
  for (auto& network : builder.share().networks) {
    if (network.record.name == name) return network.record;
  }
  static Network* const kNone = new Network;
  ADD_FAILURE() << "there is no network " << name;
  return *kNone;
}

// All ports on the subnet are visible, and this many addresses are left.
void SetRoom(Subnet& subnet, int64_t count, int64_t used) {
  subnet.address_count = count;
  subnet.used_count = used;
  subnet.has_dhcp_port = true;
}

// PlainScene with known ports and one unattached floating IP.
CatalogBuilder SureScene() {
  CatalogBuilder builder = PlainScene();
  SetRoom(NetworkNamed(builder, "private").subnets[0], 250, 10);
  builder.AddFloatingIp(MakeFloatingIp("lies-free", "id-public00", false));
  return builder;
}

TEST(PlacementNetwork, IsVerifiedOnlyWhereEveryAddressIsKnownToBeThere) {
  const Answer sure = Find(SureScene(), Public());
  EXPECT_EQ(Only(sure).confidence, Confidence::kVerified);
  EXPECT_EQ(Only(sure).tier, PlacementTier::kCertain);
  PlacementQuery two = Public();
  two.count = 2;  // one floating IP must be made, and who knows whether the pool has one
  EXPECT_EQ(Only(Find(SureScene(), two)).confidence, Confidence::kProbable);
  CatalogBuilder ports_unseen = SureScene();
  NetworkNamed(ports_unseen, "private").subnets[0].used_count.reset();
  EXPECT_EQ(Only(Find(ports_unseen, Public())).confidence, Confidence::kProbable);
  CatalogBuilder quota_unseen = SureScene();
  quota_unseen.share().quotas.clear();
  EXPECT_EQ(Only(Find(quota_unseen, Public())).confidence, Confidence::kProbable);
}

TEST(PlacementNetwork, PutsThePortIntoTheSubnetThatTheRouterServes) {
  CatalogBuilder builder = SureScene();
  Network& network = NetworkNamed(builder, "private");
  network.subnet_ids.push_back("a-second");
  network.subnets.insert(network.subnets.begin(), MakeSubnet("a-second", "10.1.0.0/24"));
  SetRoom(network.subnets[0], 250, 0);
  builder.share().routers[0].subnet_ids = {"subnet-id-private"};
  for (const PlacementQuery& query : {Public(), QueryOf()}) {
    const Answer answer = Find(builder, query);
    const NetworkPlan& plan = *Only(answer).plan;
    EXPECT_EQ(*plan.subnet, "subnet-id-private");
    ASSERT_EQ(plan.port_subnets.size(), 1u);
    EXPECT_EQ(*plan.port_subnets[0], "subnet-id-private");
    EXPECT_EQ(Only(answer).confidence, Confidence::kVerified);
  }
  EXPECT_THAT(DescribeSteps(Only(Find(builder, Public())), Public()),
              testing::Contains("Start the machine with a port on private that has an address in "
                                "subnet subnet-id-private"));
}

TEST(PlacementNetwork, LeavesThePortToNovaWhereTheNetworkHasOneSubnet) {
  const Answer answer = Find(SureScene(), Public());
  EXPECT_TRUE(Only(answer).plan->port_subnets.empty());
}

TEST(PlacementNetwork, KeepsIpv6BesideThePinnedSubnet) {
  CatalogBuilder builder = SureScene();
  Network& network = NetworkNamed(builder, "private");
  for (const auto& [id, version] : {std::pair("other", 4), std::pair("six", 6)}) {
    network.subnet_ids.push_back(id);
    network.subnets.push_back(MakeSubnet(id, "", version));
  }
  builder.share().routers[0].subnet_ids = {"subnet-id-private"};
  const Answer answer = Find(builder, Public());
  ASSERT_EQ(Only(answer).plan->port_subnets.size(), 2u);
  EXPECT_EQ(*Only(answer).plan->port_subnets[1], "six");
}

TEST(PlacementNetwork, SwitchesARouterOnRatherThanMakingASecond) {
  CatalogBuilder builder = SureScene();
  builder.share().routers[0].admin_state_up = false;
  const Answer answer = Find(builder, Public());
  const NetworkPlan& plan = *Only(answer).plan;
  EXPECT_EQ(plan.kind, PlanKind::kFloatingNeedsRouter);
  ASSERT_NE(plan.router, nullptr);
  EXPECT_TRUE(plan.enables_router);
  EXPECT_FALSE(plan.sets_gateway);
  EXPECT_EQ(DescribeSteps(Only(answer), Public()).front(), "Enable router router-1");
  EXPECT_EQ(PlanNeeds(plan, 1)[static_cast<size_t>(QuotaResource::kRouters)], 0);
}

TEST(PlacementNetwork, GivesASubnetWithoutAFreeGatewayNoRouter) {
  for (const bool is_taken : {false, true}) {
    CatalogBuilder builder = SureScene();
    builder.share().routers.clear();
    Subnet& subnet = NetworkNamed(builder, "private").subnets[0];
    if (is_taken) {
      subnet.gateway_holder = "a-machine";
    } else {
      subnet.gateway_ip = "";
    }
    const Answer answer = Find(builder, Public());
    EXPECT_EQ(Only(answer).plan->kind, PlanKind::kFloatingNeedsNetwork) << is_taken;
  }
}

TEST(PlacementNetwork, LeadsARouterAwayFromAPrivatePoolOnlyIfNothingUsesIt) {
  CatalogBuilder builder = SureScene();
  Network campus = SureNetwork("campus", NetworkUse::kFloatingPool);
  campus.public_v4 = Tristate::kNo;
  builder.AddNetwork(campus);
  builder.share().routers[0].external_network_id = std::string(campus.id);
  // An own network changes nothing for other projects, so it comes first.
  EXPECT_EQ(Only(Find(builder, Public())).plan->kind, PlanKind::kFloatingNeedsNetwork);
  for (Quota& quota : builder.share().quotas) {
    if (quota.resource == "networks") quota = MakeQuota("networks", 1, 1);
  }
  const Answer led = Find(builder, Public());
  const NetworkPlan& plan = *Only(led).plan;
  EXPECT_EQ(plan.kind, PlanKind::kFloatingNeedsRouter);
  EXPECT_TRUE(plan.sets_gateway);
  EXPECT_THAT(DescribeNotes(Only(led), Public(), TestTime()),
              testing::Contains(testing::HasSubstr("can no longer reach")));
  FloatingIp used = MakeFloatingIp("used", campus.id, true);
  used.router_id = "router-1";
  builder.AddFloatingIp(used);
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "QUOTA_EXHAUSTED networks");
}

TEST(PlacementNetwork, PromisesNoMoreMachinesThanTheSubnetHasAddresses) {
  CatalogBuilder builder = SureScene();
  SetRoom(NetworkNamed(builder, "private").subnets[0], 5, 2);
  for (Quota& quota : builder.share().quotas) {
    if (quota.resource == "networks") quota = MakeQuota("networks", 0, 0);
  }
  PlacementQuery query = QueryOf();
  query.count = 3;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "");
  query.count = 12;
  const Answer answer = Find(builder, query);
  EXPECT_EQ(BlockingCode(answer), "QUOTA_ZERO networks");  // a network to make would hold them
  query.network = "private";
  const Answer named = Find(builder, query);
  EXPECT_EQ(BlockingCode(named), "NETWORK_TOO_FEW_ADDRESSES");
  EXPECT_EQ(FormatReason(*named->verdicts[0].blocking(), query),
            "network private has at most 3 addresses left; 12 are needed");
  EXPECT_THAT(named->relaxations,
              testing::Contains(
                  testing::Field(&Relaxation::query, testing::Field(&PlacementQuery::count, 3))));
}

TEST(PlacementNetwork, PromisesNoMoreFloatingIpsThanThePoolHasAddresses) {
  CatalogBuilder builder = SureScene();
  Subnet& of_pool = NetworkNamed(builder, "public00").subnets[0];
  of_pool.address_count = 3;
  of_pool.used_count = 0;
  PlacementQuery query = Public();
  query.count = 4;  // one lies unattached, three are made
  EXPECT_EQ(BlockingCode(Find(builder, query)), "");
  query.count = 5;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "NETWORK_TOO_FEW_ADDRESSES");
}

TEST(PlacementNetwork, NamesOtherPoolsForWhenOneHasNoAddressLeft) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("public-a", NetworkUse::kFloatingPool));
  builder.AddNetwork(SureNetwork("public-b", NetworkUse::kFloatingPool));
  const Answer answer = Find(builder, Public());
  const Placement& p = Only(answer);
  EXPECT_EQ(p.plan->pool->name, "public-a");
  ASSERT_EQ(p.fallbacks.size(), 1u);
  EXPECT_EQ(p.fallbacks[0]->pool->name, "public-b");
  EXPECT_EQ(p.confidence, Confidence::kProbable);
  EXPECT_THAT(DescribeNotes(p, Public(), TestTime()),
              testing::Contains("Whether public-a has an address left cannot be seen; if it has "
                                "none, use public-b."));
}

TEST(PlacementNetwork, TakesThePoolWhereAFloatingIpLiesFree) {
  CatalogBuilder builder = SureScene();
  builder.AddNetwork(SureNetwork("a-pool", NetworkUse::kFloatingPool));
  builder.AddNetwork(SureNetwork("a-net", NetworkUse::kTenant, builder.share().share.project_id));
  builder.AddRouter(MakeRouter("router-2", "id-a-pool", {"id-a-net"}));
  const Answer answer = Find(builder, Public());
  EXPECT_EQ(Only(answer).plan->pool->name, "public00");
  EXPECT_TRUE(Only(answer).fallbacks.empty());
}

TEST(PlacementNetwork, AnotherProjectsNetworkIsAnAssumptionAndDoesNotCount) {
  CatalogBuilder builder = SureScene();
  builder.share().routers.clear();
  Network& network = NetworkNamed(builder, "private");
  network.owner = "project-other";
  network.shared = true;
  for (Quota& quota : builder.share().quotas) {
    if (quota.resource == "networks") quota = MakeQuota("networks", 0, 0);
  }
  const Answer with_quota_reason = Find(builder, Public());
  EXPECT_EQ(BlockingCode(with_quota_reason), "QUOTA_ZERO networks");
  PlacementQuery query = Public();
  query.network = "private";
  const Answer answer = Find(builder, query);
  const Placement& p = Only(answer);
  EXPECT_TRUE(p.plan->is_assumed);
  EXPECT_EQ(p.confidence, Confidence::kGuess);
  EXPECT_EQ(p.tier, PlacementTier::kAssumed);
  EXPECT_FALSE(answer->verdicts[0].fits);
  EXPECT_EQ(BlockingCode(answer), "NETWORK_ROUTER_UNSEEN");
}

TEST(PlacementNetwork, MakesAPrivateNetworkWhereEveryOtherIsPublic) {
  CatalogBuilder builder = WithoutNetworks();
  builder.AddNetwork(SureNetwork("provider", NetworkUse::kDirect));
  PlacementQuery query = QueryOf();
  query.public_v4 = AddressWish::kNone;
  query.public_v6 = AddressWish::kNone;
  const Answer answer = Find(builder, query);
  const Placement& p = Only(answer);
  EXPECT_EQ(p.plan->kind, PlanKind::kPrivateNeedsNetwork);
  const QuotaNeeds needs = PlanNeeds(*p.plan, 2);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kNetworks)], 1);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kSubnets)], 1);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kRouters)], 0);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kPorts)], 2);
}

SubnetPool MakeSubnetPool(int ip_version, absl::string_view scope) {
  SubnetPool pool;
  pool.id = absl::StrCat("pool-", ip_version);
  pool.name = pool.id;
  pool.ip_version = ip_version;
  pool.address_scope_id = std::string(scope);
  pool.shared = true;
  pool.is_public = Tristate::kYes;
  pool.default_prefix_length = ip_version == 6 ? 64 : 28;
  return pool;
}

TEST(PlacementNetwork, TakesPublicIpv6FromASharedSubnetPool) {
  CatalogBuilder builder = SureScene();
  Network& external = NetworkNamed(builder, "public00");
  external.public_v6 = Tristate::kYes;
  external.address_scope_v6 = "scope";
  PlacementQuery query = QueryOf();
  query.public_v6 = AddressWish::kRequired;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "NETWORK_NO_PUBLIC_V6");
  builder.share().subnet_pools = {MakeSubnetPool(6, "scope")};
  const Answer answer = Find(builder, query);
  const Placement& p = Only(answer);
  EXPECT_EQ(p.plan->kind, PlanKind::kRoutedNeedsNetwork);
  EXPECT_EQ(p.plan->new_ip_version, 6);
  EXPECT_EQ(p.plan->public_v6, Tristate::kYes);
  EXPECT_EQ(p.confidence, Confidence::kProbable);
  const QuotaNeeds needs = PlanNeeds(*p.plan, 1);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kFloatingIps)], 0);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kRouters)], 1);
  EXPECT_EQ(needs[static_cast<size_t>(QuotaResource::kPorts)], 2);
  // Both families: floating IPs on a first subnet, the pool's addresses on a second.
  query.public_v4 = AddressWish::kRequired;
  const Answer both = Find(builder, query);
  EXPECT_EQ(Only(both).plan->kind, PlanKind::kFloatingNeedsNetwork);
  ASSERT_NE(Only(both).plan->subnet_pool, nullptr);
  EXPECT_EQ(PlanNeeds(*Only(both).plan, 1)[static_cast<size_t>(QuotaResource::kSubnets)], 2);
}

TEST(PlacementNetwork, TakesPublicIpv4OfASubnetPoolInTheScopeOfTheExternalNetworkOnly) {
  CatalogBuilder builder = WithoutNetworks();
  Network external = SureNetwork("campus", NetworkUse::kFloatingPool);
  external.public_v4 = Tristate::kNo;
  external.address_scope_v4 = "scope";
  builder.AddNetwork(external);
  builder.share().subnet_pools = {MakeSubnetPool(4, "another")};
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NETWORK_NO_PUBLIC_V4");
  builder.share().subnet_pools = {MakeSubnetPool(4, "scope")};
  const Answer answer = Find(builder, Public());
  EXPECT_EQ(Only(answer).plan->kind, PlanKind::kRoutedNeedsNetwork);
  PlacementQuery many = Public();
  many.count = 14;  // a /28 has 16 addresses, three of them taken
  EXPECT_EQ(BlockingCode(Find(builder, many)), "NETWORK_TOO_FEW_ADDRESSES");
}

TEST(PlacementNetwork, SaysThatANetworkIsSwitchedOff) {
  CatalogBuilder builder = PlainScene();
  NetworkNamed(builder, "private").admin_state_up = false;
  PlacementQuery query = QueryOf();
  query.network = "private";
  const Answer answer = Find(builder, query);
  EXPECT_EQ(BlockingCode(answer), "NETWORK_DOWN");
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "network private is disabled (admin state down)");
  NetworkNamed(builder, "public00").admin_state_up = false;
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NETWORK_DOWN");
}

TEST(PlacementNetwork, TakesAFloatingIpBeforeAPublicNetworkWithoutDhcp) {
  CatalogBuilder builder = SureScene();
  builder.share().floating_ips.clear();
  Network provider = SureNetwork("provider", NetworkUse::kDirect);
  provider.subnets[0].enable_dhcp = false;
  builder.AddNetwork(provider);
  EXPECT_EQ(Only(Find(builder, Public())).plan->kind, PlanKind::kFloating);
  PlacementQuery query = Public();
  query.network = "provider";
  const Answer answer = Find(builder, query);
  EXPECT_TRUE(Only(answer).plan->needs_config_drive);
  EXPECT_THAT(DescribeNotes(Only(answer), query, TestTime()),
              testing::Contains(testing::HasSubstr("has no DHCP")));
}

TEST(PlacementNetwork, TakesThePublicOfSeveralSubnetsOfASharedNetwork) {
  CatalogBuilder builder = WithoutNetworks();
  Network provider = SureNetwork("provider", NetworkUse::kDirect);
  provider.public_v4 = Tristate::kUnknown;  // partly
  provider.subnets[0].is_public = Tristate::kNo;
  Subnet world = MakeSubnet("world", "45.86.12.0/24");
  world.is_public = Tristate::kYes;
  provider.subnets.push_back(world);
  provider.subnet_ids.push_back("world");
  builder.AddNetwork(provider);
  const Answer answer = Find(builder, Public());
  const NetworkPlan& plan = *Only(answer).plan;
  EXPECT_EQ(plan.kind, PlanKind::kDirect);
  EXPECT_EQ(plan.public_v4, Tristate::kYes);
  ASSERT_EQ(plan.port_subnets.size(), 1u);
  EXPECT_EQ(*plan.port_subnets[0], "world");
}

// Nova names the owner of a port that it makes only after Neutron has chosen the address.
TEST(PlacementNetwork, SubnetsWithServiceTypesServeTheZonesThatTheyName) {
  CatalogBuilder builder = WithoutNetworks();
  Network provider = SureNetwork("provider", NetworkUse::kDirect);
  provider.subnets[0].service_types = {"compute:az2"};
  builder.AddNetwork(provider);
  builder.share().zones = {{"az1", "compute", true}, {"az2", "compute", true}};
  const Answer answer = Find(builder, Public());
  EXPECT_EQ(Only(answer).boot.zone, "az2");
  EXPECT_EQ(Only(answer).plan->port_owner, "compute:az2");
  ASSERT_EQ(Only(answer).plan->port_subnets.size(), 1u);
  EXPECT_EQ(*Only(answer).plan->port_subnets[0], provider.subnets[0].id);
  EXPECT_THAT(DescribeSteps(Only(answer), Public())[0],
              testing::HasSubstr("and device_owner compute:az2 in zone az2"));
  builder.share().zones[1].available = false;
  EXPECT_EQ(BlockingCode(Find(builder, Public())), "NETWORK_NO_PUBLIC_V4");
}

TEST(PlacementNetwork, ASubnetWithoutServiceTypesServesPortsThatNovaMakes) {
  CatalogBuilder builder = WithoutNetworks();
  Network provider = SureNetwork("provider", NetworkUse::kDirect);
  Subnet typed = MakeSubnet("typed", "45.86.12.0/24");
  typed.is_public = Tristate::kYes;
  typed.service_types = {"compute:az1"};
  provider.subnets.push_back(typed);
  provider.subnet_ids.push_back("typed");
  builder.AddNetwork(provider);
  builder.share().zones = {{"az1", "compute", true}, {"az2", "compute", true}};
  const Answer answer = Find(builder, Public());
  EXPECT_EQ(Only(answer).plan->port_owner, "");
  EXPECT_TRUE(Only(answer).plan->port_subnets.empty());
  EXPECT_TRUE(Only(answer).plan->zone.empty());
}

TEST(PlacementNetwork, SubnetsForRoutersServeNoMachines) {
  CatalogBuilder builder = WithoutNetworks();
  Network provider = SureNetwork("provider", NetworkUse::kDirect);
  provider.subnets[0].service_types = {"network:router_gateway"};
  builder.AddNetwork(provider);
  PlacementQuery query = QueryOf();
  query.network = "provider";
  EXPECT_EQ(BlockingCode(Find(builder, query)), "NETWORK_NOT_ATTACHABLE");
}

}  // namespace
}  // namespace cis::server
