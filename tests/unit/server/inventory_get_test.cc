// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/resource_name.h"
#include "server/service/errors.h"
#include "server/service/inventory_handlers.h"
#include "tests/unit/server/service_fixture.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InventoryGet : public ::testing::Test {
 protected:
  template <typename Request, typename Response>
  absl::Status Get(absl::Status (*handler)(const RequestContext&, const Snapshot&, const Request&,
                                           Response&),
                   const std::string& name, Response& response, const std::string& mask = "") {
    Request request;
    request.set_name(name);
    if (!mask.empty()) request.mutable_read_mask()->add_paths(mask);
    return handler(TestContext(), *snapshot_, request, response);
  }

  const std::shared_ptr<const Snapshot> snapshot_ = TestSnapshot();
};

TEST_F(InventoryGet, ReturnsASite) {
  v1::Site site;
  ASSERT_TRUE(Get(GetSite, FormatSiteName("CESGA-CLOUD"), site).ok());
  EXPECT_EQ(site.name(), FormatSiteName("CESGA-CLOUD"));
  EXPECT_EQ(site.display_name(), "CESGA-CLOUD");
  EXPECT_EQ(site.country_code(), "ES");
  EXPECT_EQ(site.state(), v1::DATA_STATE_FRESH);
  EXPECT_EQ(site.share_count(), 2);
  EXPECT_THAT(site.vos(), ElementsAre("ops", "vo.access.egi.eu"));
  EXPECT_THAT(site.problems(), IsEmpty());
}

// What a list gives, Get gives too.
TEST_F(InventoryGet, FindsEverythingThatListsName) {
  v1::ListFlavorsRequest flavors;
  flavors.set_parent("sites/-");
  v1::ListFlavorsResponse listed;
  ASSERT_TRUE(ListFlavors(TestContext(), *snapshot_, flavors, listed).ok());
  ASSERT_EQ(listed.flavors_size(), 3);
  for (const v1::Flavor& flavor : listed.flavors()) {
    v1::Flavor found;
    ASSERT_TRUE(Get(GetFlavor, flavor.name(), found).ok()) << flavor.name();
    EXPECT_EQ(found.SerializeAsString(), flavor.SerializeAsString());
  }
  v1::ListNetworksRequest networks;
  networks.set_parent("sites/-");
  v1::ListNetworksResponse listed_networks;
  ASSERT_TRUE(ListNetworks(TestContext(), *snapshot_, networks, listed_networks).ok());
  ASSERT_EQ(listed_networks.networks_size(), 3);
  for (const v1::Network& network : listed_networks.networks()) {
    v1::Network found;
    ASSERT_TRUE(Get(GetNetwork, network.name(), found).ok()) << network.name();
    EXPECT_EQ(found.display_name(), network.display_name());
    EXPECT_EQ(found.vo(), network.vo());
    v1::Share share;
    EXPECT_TRUE(Get(GetShare, network.share(), share).ok()) << network.share();
    EXPECT_EQ(share.vo(), network.vo());
    v1::Endpoint endpoint;
    EXPECT_TRUE(Get(GetEndpoint, share.endpoint(), endpoint).ok());
    EXPECT_EQ(endpoint.share_count(), 2);
  }
}

TEST_F(InventoryGet, ReturnsAVoAndAnImage) {
  v1::Vo vo;
  ASSERT_TRUE(Get(GetVo, FormatVoName("vo.access.egi.eu"), vo).ok());
  EXPECT_EQ(vo.display_name(), "vo.access.egi.eu");
  EXPECT_EQ(vo.share_count(), 2);
  EXPECT_EQ(vo.authenticated_share_count(), 2);
  EXPECT_THAT(vo.sites(),
              ElementsAre(FormatSiteName("CESGA-CLOUD"), FormatSiteName("INFN-PADOVA")));
  v1::Image image;
  ASSERT_TRUE(
      Get(GetImage, FormatImageName(MakeEndpoint("INFN-PADOVA"), "id-Rocky 9"), image).ok());
  EXPECT_EQ(image.display_name(), "Rocky 9");
}

TEST_F(InventoryGet, ReturnsACrawlWithItsResults) {
  CrawlResult result;
  result.crawl_id = 9;
  result.site_name = "CESGA-CLOUD";
  result.keystone_url = "https://k.example.org:5000";
  result.kind = Kind::kImages;
  result.error = ErrorClass::kTimeout;
  result.error_message = "timed out";
  CrawlResult other = result;
  other.crawl_id = 10;
  const auto snapshot =
      Snapshot::Build(TestCatalog().AddCrawlResult(result).AddCrawlResult(other).Build());
  v1::GetCrawlRequest request;
  request.set_name("crawls/9");
  v1::Crawl crawl;
  ASSERT_TRUE(GetCrawl(TestContext(), *snapshot, request, crawl).ok());
  ASSERT_EQ(crawl.results_size(), 1);
  EXPECT_EQ(crawl.results(0).keystone_url(), "https://k.example.org:5000/v3");
  EXPECT_EQ(crawl.results(0).error_class(), v1::ERROR_CLASS_TIMEOUT);
}

TEST_F(InventoryGet, ReadMaskLeavesTheRestOut) {
  v1::Site site;
  ASSERT_TRUE(Get(GetSite, FormatSiteName("CESGA-CLOUD"), site, "country_code").ok());
  EXPECT_EQ(site.country_code(), "ES");
  EXPECT_EQ(site.name(), "");
  const absl::Status status = Get(GetSite, FormatSiteName("CESGA-CLOUD"), site, "country");
  EXPECT_EQ(ErrorReason(status), "UNKNOWN_MASK_PATH");
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean country_code?"));
}

TEST_F(InventoryGet, NamesWhatDoesNotExist) {
  v1::Site site;
  absl::Status status = Get(GetSite, "sites/cesga", site);
  EXPECT_EQ(ErrorReason(status), "SITE_NOT_FOUND");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr(FormatSiteName("CESGA-CLOUD")));

  v1::Flavor flavor;
  const std::string site_name = FormatSiteName("CESGA-CLOUD");
  EXPECT_EQ(ErrorReason(Get(GetFlavor, site_name + "/flavors/x", flavor)), "FLAVOR_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get(GetFlavor, "sites/x/flavors/x", flavor)), "SITE_NOT_FOUND");
  v1::Image image;
  EXPECT_EQ(ErrorReason(Get(GetImage, site_name + "/images/x", image)), "IMAGE_NOT_FOUND");
  v1::Network network;
  EXPECT_EQ(ErrorReason(Get(GetNetwork, site_name + "/networks/x", network)), "NETWORK_NOT_FOUND");
  v1::Share share;
  EXPECT_EQ(ErrorReason(Get(GetShare, site_name + "/shares/x", share)), "SHARE_NOT_FOUND");
  v1::Endpoint endpoint;
  EXPECT_EQ(ErrorReason(Get(GetEndpoint, site_name + "/endpoints/x", endpoint)),
            "ENDPOINT_NOT_FOUND");
  v1::Vo vo;
  EXPECT_EQ(ErrorReason(Get(GetVo, "vos/x", vo)), "VO_NOT_FOUND");
  v1::Crawl crawl;
  EXPECT_EQ(ErrorReason(Get(GetCrawl, "crawls/11", crawl)), "CRAWL_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get(GetCrawl, "crawls/009", crawl)), "CRAWL_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get(GetCrawl, "crawls/99999999999999999999", crawl)), "CRAWL_NOT_FOUND");
}

TEST_F(InventoryGet, TakesOnlyWellFormedNames) {
  v1::Site site;
  for (const char* name : {"", "sites", "sites/", "sites/-", "CESGA-CLOUD", "sites/CESGA-CLOUD",
                           "sites/a/b", "vos/a", "/sites/a", "sites/a/"}) {
    EXPECT_EQ(ErrorReason(Get(GetSite, name, site)), "INVALID_RESOURCE_NAME") << name;
  }
  v1::Flavor flavor;
  for (const char* name : {"sites/-/flavors/x", "sites/a/flavors/-", "sites/a/images/x",
                           "sites/a/flavors/x/y", "flavors/x"}) {
    const absl::Status status = Get(GetFlavor, name, flavor);
    EXPECT_EQ(ErrorReason(status), "INVALID_RESOURCE_NAME") << name;
    EXPECT_THAT(std::string(status.message()), HasSubstr("sites/{site}/flavors/{flavor}"));
  }
}

}  // namespace
}  // namespace cis::server
