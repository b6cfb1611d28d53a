// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/network_set.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

Document Doc(const std::string& name, const std::string& body, int status = 200) {
  Document document;
  document.name = name;
  document.status = status;
  document.body = body;
  return document;
}

NetworkSet Read(const std::vector<Document>& documents, const std::string& project) {
  std::vector<std::string> skipped;
  const auto set = NormalizeNetworks(CompiledRules(), documents, project, &skipped);
  EXPECT_TRUE(set.ok()) << set.status();
  EXPECT_THAT(skipped, testing::IsEmpty());
  return set.value_or(NetworkSet());
}

TEST(NetworkSet, JoinsRoutersWithTheirInterfaces) {
  const NetworkSet set = Read(
      {Doc("networks", R"({"networks":[{"id":"e","router:external":true,"shared":false},
                                       {"id":"n","router:external":false,"shared":false,"tenant_id":"p"}]})"),
       Doc("routers", R"({"routers":[{"id":"r","name":"rt","status":"active","admin_state_up":true,
              "external_gateway_info":{"network_id":"e","enable_snat":true,"external_fixed_ips":[]}}]})"),
       Doc("router_ports", R"({"ports":[
              {"device_id":"r","device_owner":"network:router_interface","network_id":"n"},
              {"device_id":"r","device_owner":"network:ha_router_replicated_interface","network_id":"n"},
              {"device_id":"r","device_owner":"network:router_gateway","network_id":"e"}]})")},
      "p");
  ASSERT_EQ(set.routers.size(), 1U);
  EXPECT_EQ(set.routers[0].external_network_id, "e");
  EXPECT_EQ(set.routers[0].network_ids, std::vector<std::string>{"n"});
  EXPECT_EQ(set.routers[0].status, "ACTIVE");
  EXPECT_EQ(set.routers_known, true);
  EXPECT_FALSE(set.floating_ips_known.has_value());
}

TEST(NetworkSet, RefusedListsAreKnownToBeUnknown) {
  const NetworkSet set = Read(
      {Doc("networks", R"({"networks":[]})"), Doc("routers", "", 403), Doc("floatingips", "", 404)},
      "p");
  EXPECT_EQ(set.routers_known, false);
  EXPECT_EQ(set.floating_ips_known, false);
}

TEST(NetworkSet, ObjectsOfOtherProjectsAreLeftOut) {
  const NetworkSet set = Read(
      {Doc("networks", R"({"networks":[]})"),
       Doc("routers", R"({"routers":[{"id":"r","project_id":"q"},{"id":"s","project_id":"p"}]})"),
       Doc("floatingips", R"({"floatingips":[{"id":"f","project_id":"q"},
              {"id":"g","project_id":"p","floating_network_id":"e","port_id":"x"}]})")},
      "p");
  ASSERT_EQ(set.routers.size(), 1U);
  EXPECT_EQ(set.routers[0].id, "s");
  ASSERT_EQ(set.floating_ips.size(), 1U);
  EXPECT_TRUE(set.floating_ips[0].attached);
}

TEST(NetworkSet, AddressesOfTheProjectAreEvidenceButNotKept) {
  const NetworkSet set = Read(
      {Doc("networks",
           R"({"networks":[{"id":"e","router:external":true,"shared":false,"subnets":["s"]}]})"),
       Doc("floatingips",
           R"({"floatingips":[{"id":"f","floating_network_id":"e","floating_ip_address":"141.51.7.9"}]})")},
      "p");
  ASSERT_EQ(set.networks.size(), 1U);
  EXPECT_EQ(set.networks[0].public_v4, Tristate::kYes);
  for (const Evidence& evidence : set.networks[0].provenance.evidence) {
    EXPECT_FALSE(absl::StrContains(evidence.value, "141.51")) << evidence.value;
  }
}

TEST(NetworkSet, KeepsRangesOrderedAndOnce) {
  const NetworkSet set = Read(
      {Doc("networks",
           R"({"networks":[{"id":"e","router:external":true,"shared":true,"subnets":["b","a"]}]})"),
       Doc("subnets",
           R"({"subnets":[{"id":"b","network_id":"e","ip_version":6,"cidr":"2001:620::/64"},
                                     {"id":"a","network_id":"e","ip_version":4,"cidr":"141.51.0.0/24"}]})"),
       Doc("floatingip_pools",
           R"({"floatingip_pools":[{"subnet_id":"a","network_id":"e","cidr":"141.51.0.0/24"}]})")},
      "p");
  ASSERT_EQ(set.networks.size(), 1U);
  const Network& network = set.networks[0];
  ASSERT_EQ(network.subnets.size(), 2U);
  EXPECT_EQ(network.subnets[0].id, "a");
  EXPECT_EQ(network.subnets[0].source, "subnets");
  EXPECT_EQ(network.usable_as, NetworkUse::kDirect);
  EXPECT_TRUE(network.also_floating_pool);
  EXPECT_EQ(network.attachable, Tristate::kYes);
  EXPECT_EQ(network.public_v4, Tristate::kYes);
  EXPECT_EQ(network.public_v6, Tristate::kYes);
}

TEST(NetworkSet, AnExternalNetworkTakesNoPortsUnlessShared) {
  const NetworkSet set = Read(
      {Doc("networks",
           R"({"networks":[{"id":"e","router:external":true,"shared":false,"project_id":"p"}]})")},
      "p");
  EXPECT_EQ(set.networks[0].attachable, Tristate::kNo);
  EXPECT_EQ(set.networks[0].usable_as, NetworkUse::kFloatingPool);
}

TEST(NetworkSet, NamesBrokenRecords) {
  std::vector<std::string> skipped;
  const auto set =
      NormalizeNetworks(CompiledRules(),
                        {Doc("networks", R"({"networks":[3,{"status":"ACTIVE"},{"id":"n"}]})"),
                         Doc("routers", R"({"routers":[{"name":"x"}]})"),
                         Doc("subnets", R"({"subnets":[{"id":"s"}]})")},
                        "p", &skipped);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->networks.size(), 1U);
  EXPECT_EQ(skipped.size(), 4U);
}

TEST(NetworkSet, ADamagedDocumentStopsTheKind) {
  std::vector<std::string> skipped;
  const auto set = NormalizeNetworks(CompiledRules(), {Doc("networks", "{}")}, "p", &skipped);
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
}

const Network& Find(const NetworkSet& set, const std::string& id) {
  for (const Network& network : set.networks) {
    if (network.id == id) return network;
  }
  ADD_FAILURE() << "no network " << id;
  static const Network kNone;
  return kNone;
}

constexpr char kOwnNetwork[] =
    R"({"networks":[{"id":"e","router:external":true,"shared":false},
                    {"id":"n","router:external":false,"shared":false,"tenant_id":"p",
                     "subnets":["s","t"]}]})";

TEST(NetworkSet, SubnetsHaveWhatHoldsForMachines) {
  const NetworkSet set = Read({Doc("networks", kOwnNetwork), Doc("subnets", R"({"subnets":[
              {"id":"s","network_id":"n","cidr":"10.0.0.0/24","ip_version":4,"gateway_ip":"10.0.0.1",
               "enable_dhcp":true,"service_types":["network:dhcp","compute:az1"],
               "allocation_pools":[{"start":"10.0.0.2","end":"10.0.0.9"},
                                   {"start":"10.0.0.20","end":"10.0.0.20"}]},
              {"id":"t","network_id":"n","cidr":"2001:720::/64","ip_version":6,"gateway_ip":"2001:720::1",
               "enable_dhcp":false,
               "allocation_pools":[{"start":"2001:720::2","end":"2001:720::ffff:ffff:ffff:ffff"}]}]})"),
                               Doc("ports", R"({"ports":[
              {"id":"p1","network_id":"n","device_id":"vm","device_owner":"compute:az1","fixed_ips":[
                 {"subnet_id":"s","ip_address":"10.0.0.5"},
                 {"subnet_id":"t","ip_address":"2001:720::5"}]},
              {"id":"p2","network_id":"n","device_id":"d","device_owner":"network:dhcp","fixed_ips":[
                 {"subnet_id":"s","ip_address":"10.0.0.2"}]},
              {"id":"p3","network_id":"n","device_id":"","device_owner":"","fixed_ips":[
                 {"subnet_id":"s","ip_address":"10.0.0.1"}]},
              {"id":"p4","network_id":"n","device_id":"r","device_owner":"network:router_interface",
               "fixed_ips":[{"subnet_id":"t","ip_address":"2001:0720:0:0::1"}]}]})")},
                              "p");
  const Network& network = Find(set, "n");
  ASSERT_EQ(network.subnets.size(), 2U);
  const Subnet& v4 = network.subnets[0];
  EXPECT_EQ(v4.enable_dhcp, true);
  EXPECT_THAT(v4.service_types, testing::ElementsAre("compute:az1", "network:dhcp"));
  EXPECT_EQ(v4.address_count, 9);
  EXPECT_EQ(v4.used_count, 2) << "the gateway is in no pool";
  EXPECT_TRUE(v4.has_dhcp_port);
  EXPECT_EQ(v4.gateway_holder, "p3") << "a port without a device";
  const Subnet& v6 = network.subnets[1];
  EXPECT_EQ(v6.enable_dhcp, false);
  EXPECT_EQ(v6.address_count, INT64_MAX);
  EXPECT_EQ(v6.used_count, 1);
  EXPECT_FALSE(v6.has_dhcp_port);
  EXPECT_EQ(v6.gateway_holder, "r");
}

TEST(NetworkSet, WhatIsNotShownOfASubnetIsUnknown) {
  const NetworkSet set =
      Read({Doc("networks", kOwnNetwork),
            Doc("subnets", R"({"subnets":[{"id":"s","network_id":"n","cidr":"10.0.0.0/24"},
              {"id":"t","network_id":"n","cidr":"10.0.1.0/24",
               "allocation_pools":[{"start":"10.0.1.9","end":"10.0.1.2"}]}]})"),
            Doc("ports", R"({"ports":[]})")},
           "p");
  for (const Subnet& subnet : Find(set, "n").subnets) {
    EXPECT_FALSE(subnet.enable_dhcp.has_value());
    EXPECT_FALSE(subnet.address_count.has_value());
    EXPECT_FALSE(subnet.used_count.has_value());
    EXPECT_EQ(subnet.gateway_holder, "");
  }
}

TEST(NetworkSet, AddressesInUseAreUnknownWithoutPorts) {
  Document unread = Doc("ports", "");
  unread.error = "HTTP 500";
  for (const auto& ports : {std::vector<Document>{}, std::vector<Document>{unread},
                            std::vector<Document>{Doc("router_ports", R"({"ports":[]})")}}) {
    std::vector<Document> documents = {
        Doc("networks", kOwnNetwork),
        Doc("subnets", R"({"subnets":[{"id":"s","network_id":"n","cidr":"10.0.0.0/24",
              "allocation_pools":[{"start":"10.0.0.2","end":"10.0.0.254"}]}]})")};
    documents.insert(documents.end(), ports.begin(), ports.end());
    const NetworkSet set = Read(documents, "p");
    EXPECT_EQ(Find(set, "n").subnets.at(0).address_count, 253);
    EXPECT_FALSE(Find(set, "n").subnets.at(0).used_count.has_value());
  }
}

constexpr char kRouter[] =
    R"({"routers":[{"id":"r","admin_state_up":true,
                    "external_gateway_info":{"network_id":"e","enable_snat":false}}]})";

TEST(NetworkSet, RoutersHaveTheSubnetsThatTheyServe) {
  const NetworkSet set =
      Read({Doc("networks", kOwnNetwork), Doc("routers", kRouter), Doc("ports", R"({"ports":[
              {"id":"p","network_id":"n","device_id":"r","device_owner":"network:router_interface_distributed",
               "fixed_ips":[{"subnet_id":"t","ip_address":"10.0.1.1"},{"subnet_id":"s","ip_address":"10.0.0.1"}]},
              {"id":"q","network_id":"n","device_id":"r","device_owner":"network:router_centralized_snat",
               "fixed_ips":[{"subnet_id":"u","ip_address":"10.0.2.7"}]},
              {"id":"g","network_id":"e","device_id":"r","device_owner":"network:router_gateway",
               "fixed_ips":[{"subnet_id":"x","ip_address":"192.0.2.1"}]}]})")},
           "p");
  ASSERT_EQ(set.routers.size(), 1U);
  EXPECT_THAT(set.routers[0].network_ids, testing::ElementsAre("n"));
  EXPECT_THAT(set.routers[0].subnet_ids, testing::ElementsAre("s", "t"));
}

// Without its interfaces, it is unknown where a router leads.
TEST(NetworkSet, RoutersAreUnknownWithoutPorts) {
  Document unread = Doc("ports", "");
  unread.error = "no answer within 30s";
  const NetworkSet set =
      Read({Doc("networks", kOwnNetwork), Doc("routers", kRouter), unread,
            Doc("subnets", R"({"subnets":[{"id":"s","network_id":"n","cidr":"193.144.35.0/24"},
                                                             {"id":"t","network_id":"n","cidr":"193.144.36.0/24"}]})")},
           "p");
  EXPECT_EQ(set.routers_known, false);
  EXPECT_EQ(Find(set, "n").public_v4, Tristate::kUnknown);
}

// A router that serves another subnet of the network does not make this one public.
TEST(NetworkSet, PublicIsWhatItsRouterServes) {
  const auto publicness = [](const std::string& served) {
    return Find(
        Read({Doc("networks", kOwnNetwork), Doc("routers", kRouter),
              Doc("subnets", R"({"subnets":[{"id":"s","network_id":"n","cidr":"193.144.35.0/24"},
                                                    {"id":"t","network_id":"n","cidr":"2001:720::/64"}]})"),
              Doc("ports", R"({"ports":[{"id":"p","network_id":"n","device_id":"r",
                            "device_owner":"network:router_interface","fixed_ips":[{"subnet_id":")" +
                               served + R"(","ip_address":"10.0.0.1"}]}]})")},
             "p"),
        "n");
  };
  EXPECT_EQ(publicness("s").public_v4, Tristate::kYes);
  EXPECT_EQ(publicness("s").public_v6, Tristate::kNo);
  EXPECT_EQ(publicness("t").public_v4, Tristate::kNo);
  EXPECT_EQ(publicness("t").public_v6, Tristate::kYes);
}

TEST(NetworkSet, FloatingIpsThatForwardPortsAreInUse) {
  const NetworkSet set =
      Read({Doc("networks", R"({"networks":[{"id":"e","router:external":true}]})"),
            Doc("floatingips", R"({"floatingips":[
              {"id":"a","floating_network_id":"e","port_id":null,"router_id":null,"port_forwardings":[]},
              {"id":"b","floating_network_id":"e","port_id":null,"port_forwardings":[{"protocol":"tcp"}]},
              {"id":"c","floating_network_id":"e","port_id":null,"router_id":"r"},
              {"id":"d","floating_network_id":"e","port_id":"x","router_id":"r"}]})")},
           "p");
  ASSERT_EQ(set.floating_ips.size(), 4U);
  EXPECT_FALSE(set.floating_ips[0].attached);
  EXPECT_EQ(set.floating_ips[0].router_id, "");
  EXPECT_TRUE(set.floating_ips[1].attached);
  EXPECT_TRUE(set.floating_ips[2].attached) << "forwardings that are not shown";
  EXPECT_EQ(set.floating_ips[2].router_id, "r");
  EXPECT_TRUE(set.floating_ips[3].attached);
}

TEST(NetworkSet, ReadsSubnetPools) {
  const NetworkSet set =
      Read({Doc("networks", R"({"networks":[]})"), Doc("subnetpools", R"({"subnetpools":[
              {"id":"b","name":"v6","prefixes":["2001:720:1::/48","2001:720::/48"],"ip_version":6,
               "default_prefixlen":"64","address_scope_id":"a","shared":true,"is_default":true,
               "project_id":"admin"},
              {"id":"a","prefixes":["10.0.0.0/8"]},{"id":"a","prefixes":[]},
              {"id":"c","prefixes":["10.0.0.0/8","193.144.0.0/16"]},{"id":"d","prefixes":[]}]})")},
           "p");
  ASSERT_EQ(set.subnet_pools.size(), 4U);
  EXPECT_EQ(set.subnet_pools[0].is_public, Tristate::kNo);
  EXPECT_EQ(set.subnet_pools[0].ip_version, 4);
  const SubnetPool& pool = set.subnet_pools[1];
  EXPECT_EQ(pool.name, "v6");
  EXPECT_THAT(pool.prefixes, testing::ElementsAre("2001:720:1::/48", "2001:720::/48"));
  EXPECT_EQ(pool.default_prefix_length, 64);
  EXPECT_EQ(pool.address_scope_id, "a");
  EXPECT_EQ(pool.owner, "admin");
  EXPECT_EQ(pool.shared, true);
  EXPECT_EQ(pool.is_default, true);
  EXPECT_EQ(pool.is_public, Tristate::kYes);
  EXPECT_EQ(set.subnet_pools[2].is_public, Tristate::kUnknown);
  EXPECT_EQ(set.subnet_pools[3].is_public, Tristate::kUnknown);
}

// Neutron gives floating IPs and machines addresses from the subnets with their service type.
TEST(NetworkSet, ServiceTypesSayWhoseAddressesCount) {
  const auto read = [](const char* shared, const char* first, const char* second) {
    return Find(
        Read(
            {Doc("networks",
                 absl::StrCat(R"({"networks":[{"id":"e","router:external":)",
                              std::string(shared) == "true" ? "false" : "true", R"(,"shared":)",
                              shared, R"(,"project_id":"admin","subnets":["s","t"]}]})")),
             Doc("subnets",
                 absl::StrCat(R"({"subnets":[{"id":"s","network_id":"e","cidr":"193.144.35.0/24",)",
                              R"("service_types":)", first,
                              R"(},{"id":"t","network_id":"e","cidr":"10.0.0.0/24",)",
                              R"("service_types":)", second, "}]}"))},
            "p"),
        "e");
  };
  const char* kFloating = R"(["network:floatingip"])";
  const char* kGateway = R"(["network:router_gateway"])";
  const char* kMachines = R"(["compute:nova"])";
  EXPECT_EQ(read("false", kFloating, kGateway).public_v4, Tristate::kYes);
  EXPECT_EQ(read("false", kGateway, kFloating).public_v4, Tristate::kNo);
  EXPECT_EQ(read("false", kFloating, "[]").public_v4, Tristate::kYes)
      << "its own before those of all";
  EXPECT_EQ(read("false", "[]", kGateway).public_v4, Tristate::kYes);
  EXPECT_EQ(read("false", "[]", "[]").public_v4, Tristate::kUnknown);
  EXPECT_EQ(read("true", kMachines, R"(["network:dhcp"])").public_v4, Tristate::kYes);
  EXPECT_EQ(read("true", R"(["network:dhcp"])", kMachines).public_v4, Tristate::kNo);
}

TEST(NetworkSet, AGatewayAddressAloneIsNotVerified) {
  const NetworkSet set =
      Read({Doc("networks", R"({"networks":[{"id":"e","router:external":true,"shared":false}]})"),
            Doc("routers", R"({"routers":[{"id":"r","external_gateway_info":{"network_id":"e",
                   "external_fixed_ips":[{"subnet_id":"s","ip_address":"193.144.35.7"}]}}]})")},
           "p");
  EXPECT_EQ(Find(set, "e").public_v4, Tristate::kYes);
  EXPECT_EQ(Find(set, "e").provenance.Of("public_v4"), Confidence::kProbable);
}

}  // namespace
}  // namespace cis::crawler
