#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "crawler/normalize/network_set.h"

namespace cis {
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
  const auto set = NormalizeNetworks(documents, project, &skipped);
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
      NormalizeNetworks({Doc("networks", R"({"networks":[3,{"status":"ACTIVE"},{"id":"n"}]})"),
                         Doc("routers", R"({"routers":[{"name":"x"}]})"),
                         Doc("subnets", R"({"subnets":[{"id":"s"}]})")},
                        "p", &skipped);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->networks.size(), 1U);
  EXPECT_EQ(skipped.size(), 4U);
}

TEST(NetworkSet, ADamagedDocumentStopsTheKind) {
  std::vector<std::string> skipped;
  const auto set = NormalizeNetworks({Doc("networks", "{}")}, "p", &skipped);
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cis
