// SPDX-License-Identifier: Apache-2.0

// Which endpoint a service or a downtime of the registry is about.

#include "schema/model/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cis {
namespace {

RegistryService Cloud(absl::string_view host, std::vector<std::string> keystone_urls) {
  RegistryService service;
  service.site_name = "SITE-A";
  service.service_type = std::string(kCloudServiceType);
  service.hostname = std::string(host);
  service.keystone_urls = std::move(keystone_urls);
  return service;
}

Downtime Down(absl::string_view host) {
  Downtime downtime;
  downtime.site_name = "SITE-A";
  downtime.service_type = std::string(kCloudServiceType);
  downtime.hostname = std::string(host);
  downtime.is_outage = true;
  downtime.start = absl::FromUnixSeconds(1000);
  downtime.end = absl::FromUnixSeconds(2000);
  return downtime;
}

TEST(HostOfKeystoneUrl, LeavesOutSchemePortAndPath) {
  EXPECT_EQ(HostOfKeystoneUrl("https://keystone.example.org:5000/identity"),
            "keystone.example.org");
  EXPECT_EQ(HostOfKeystoneUrl("https://keystone.example.org"), "keystone.example.org");
  EXPECT_EQ(HostOfKeystoneUrl("https://[2001:db8::1]:5000"), "[2001:db8::1]");
  EXPECT_EQ(HostOfKeystoneUrl("https://[2001:db8::1]"), "[2001:db8::1]");
  EXPECT_EQ(HostOfKeystoneUrl(""), "");
}

TEST(FindCloudService, EqualUrlBeforeSameHost) {
  const std::vector<RegistryService> services = {Cloud("a", {"https://k.example.org"}),
                                                 Cloud("b", {"https://k.example.org:5000"}),
                                                 Cloud("c", {})};
  EXPECT_EQ(FindCloudService(services, "https://k.example.org:5000"), &services[1]);
  EXPECT_EQ(FindCloudService(services, "https://k.example.org:35357/x"), services.data());
  EXPECT_EQ(FindCloudService(services, "https://other.example.org"), nullptr);
}

TEST(FindCloudService, CloudsAtOneAddressAreDistinguishedByPort) {
  const RegistryService service = Cloud("a", {"https://192.0.2.1:5000"});
  EXPECT_EQ(FindCloudService({&service, 1}, "https://192.0.2.1:6000"), nullptr);
  EXPECT_EQ(FindCloudService({&service, 1}, "https://192.0.2.1:5000"), &service);
}

TEST(FindCloudService, ServicesOfOtherTypesAreNotMatched) {
  RegistryService other = Cloud("a", {"https://k.example.org"});
  other.service_type = "org.openstack.swift";
  EXPECT_EQ(FindCloudService({&other, 1}, "https://k.example.org"), nullptr);
}

TEST(AffectsEndpoint, ByAffectedUrlHostOrTheServiceAtThatHost) {
  // Nova's host is not Keystone's at the first; two endpoints under one name.
  const std::vector<RegistryService> services = {
      Cloud("nova.example.org", {"https://keystone.example.org:5000"}),
      Cloud("second.example.org", {"https://second.example.org:5000"})};
  const std::string first = "https://keystone.example.org:5000";
  const std::string second = "https://second.example.org:5000";
  EXPECT_TRUE(AffectsEndpoint(Down("nova.example.org"), services, first));
  EXPECT_FALSE(AffectsEndpoint(Down("nova.example.org"), services, second));
  EXPECT_TRUE(AffectsEndpoint(Down("second.example.org"), services, second));
  EXPECT_FALSE(AffectsEndpoint(Down("second.example.org"), services, first));
  Downtime by_url = Down("nova.example.org");
  by_url.keystone_urls = {second};
  EXPECT_TRUE(AffectsEndpoint(by_url, services, second));
  EXPECT_FALSE(AffectsEndpoint(by_url, services, first));
}

TEST(AffectsEndpoint, UnknownHostIsAboutEndpointsThatNoServiceSpeaksFor) {
  const std::vector<RegistryService> services = {
      Cloud("nova.example.org", {"https://keystone.example.org:5000"})};
  EXPECT_FALSE(
      AffectsEndpoint(Down("x.example.org"), services, "https://keystone.example.org:5000"));
  EXPECT_TRUE(AffectsEndpoint(Down("x.example.org"), services, "https://elsewhere.example.org"));
  EXPECT_TRUE(AffectsEndpoint(Down("x.example.org"), {}, "https://elsewhere.example.org"));
}

TEST(AffectsEndpoint, OtherServicesOfTheSiteDoNot) {
  Downtime downtime = Down("k.example.org");
  downtime.service_type = "org.openstack.horizon";
  EXPECT_FALSE(AffectsEndpoint(downtime, {}, "https://k.example.org"));
}

TEST(IsWorseDowntime, OutageBeforeRiskThenTheLaterEnd) {
  Downtime risk = Down("k.example.org");
  risk.is_outage = false;
  risk.end = absl::FromUnixSeconds(9000);
  const Downtime outage = Down("k.example.org");
  Downtime longer = outage;
  longer.end = absl::FromUnixSeconds(2001);
  EXPECT_TRUE(IsWorseDowntime(outage, risk));
  EXPECT_FALSE(IsWorseDowntime(risk, outage));
  EXPECT_TRUE(IsWorseDowntime(longer, outage));
  EXPECT_FALSE(IsWorseDowntime(outage, outage));
}

TEST(Downtime, RunsFromItsStartToBeforeItsEnd) {
  const Downtime downtime = Down("k.example.org");
  EXPECT_FALSE(downtime.IsRunning(absl::FromUnixSeconds(999)));
  EXPECT_TRUE(downtime.IsRunning(absl::FromUnixSeconds(1000)));
  EXPECT_FALSE(downtime.IsRunning(absl::FromUnixSeconds(2000)));
}

TEST(Registry, SitesAreFoundWithoutRegardToCase) {
  Registry registry;
  for (const char* name : {"beta", "ALPHA", "alpha-2", "Gamma"}) {
    registry.sites.emplace_back().name = name;
    registry.services.emplace_back().site_name = name;
    registry.services.emplace_back().site_name = name;
  }
  SortRegistry(&registry);
  EXPECT_EQ(registry.FindSite("Alpha")->name, "ALPHA");
  EXPECT_EQ(registry.FindSite("alph"), nullptr);
  EXPECT_EQ(registry.ServicesOf("ALPHA-2").size(), 2u);
  EXPECT_EQ(registry.ServicesOf("delta").size(), 0u);
}

}  // namespace
}  // namespace cis
