// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
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

v1::ListFlavorsResponse List(const Snapshot& snapshot, const v1::ListFlavorsRequest& request) {
  v1::ListFlavorsResponse response;
  const absl::Status status = ListFlavors(TestContext(), snapshot, request, response);
  EXPECT_TRUE(status.ok()) << status;
  return response;
}

std::vector<std::string> NamesOf(const v1::ListFlavorsResponse& response) {
  std::vector<std::string> names;
  for (const v1::Flavor& flavor : response.flavors()) names.push_back(flavor.display_name());
  return names;
}

v1::ListFlavorsRequest AllFlavors() {
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  return request;
}

std::string ReasonOf(const Snapshot& snapshot, const v1::ListFlavorsRequest& request) {
  v1::ListFlavorsResponse response;
  return ErrorReason(ListFlavors(TestContext(), snapshot, request, response));
}

// `count` flavors at each of three sites.
std::shared_ptr<const Snapshot> ManyFlavors(int count, int64_t generation = 1) {
  CatalogBuilder builder;
  for (const char* site : {"a", "a-b", "C"}) {
    builder.Select(site, "ops");
    for (int i = 0; i < count; ++i) {
      Flavor flavor = MakeFlavor(absl::StrCat("f", i), i % 3);
      if (i % 5 == 0) flavor.vcpu_count.reset();
      builder.AddFlavor(flavor);
    }
  }
  return Snapshot::Build(builder.Build(generation));
}

TEST(InventoryList, ListsFlavorsOfOneSiteAndOfAll) {
  const auto snapshot = TestSnapshot();
  EXPECT_EQ(List(*snapshot, AllFlavors()).total_size(), 3);
  v1::ListFlavorsRequest request;
  request.set_parent(FormatSiteName("CESGA-CLOUD"));
  const v1::ListFlavorsResponse response = List(*snapshot, request);
  EXPECT_EQ(std::multiset<std::string>({"m1.large", "m1.small"}), [&] {
    const auto n = NamesOf(response);
    return std::multiset<std::string>(n.begin(), n.end());
  }());
  EXPECT_THAT(response.unreachable(), IsEmpty());
  EXPECT_EQ(response.next_page_token(), "");
}

TEST(InventoryList, AFlavorThatTwoVosSeeIsListedOnce) {
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_filter("display_name = \"m1.large\"");
  const v1::ListFlavorsResponse response = List(*TestSnapshot(), request);
  ASSERT_EQ(response.flavors_size(), 1);
  EXPECT_THAT(response.flavors(0).vos(), ElementsAre("ops", "vo.access.egi.eu"));
}

TEST(InventoryList, OrderAndFilterWork) {
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_order_by("vcpu_count desc, ram_mib");
  EXPECT_THAT(NamesOf(List(*TestSnapshot(), request)), ElementsAre("m1.large", "tiny", "m1.small"));
  request.set_filter("ram_mib < 4096");
  EXPECT_THAT(NamesOf(List(*TestSnapshot(), request)), ElementsAre("tiny", "m1.small"));
}

// Every order and page size: each row once, in the order of one large page, whatever the size.
TEST(InventoryList, PagesHoldEachRowOnce) {
  const auto snapshot = ManyFlavors(20);
  for (const char* order : {"", "vcpu_count", "vcpu_count desc, display_name", "site_name desc"}) {
    v1::ListFlavorsRequest request = AllFlavors();
    request.set_order_by(order);
    std::vector<std::string> whole;
    const v1::ListFlavorsResponse all = List(*snapshot, request);
    for (const v1::Flavor& flavor : all.flavors()) whole.push_back(flavor.name());
    ASSERT_EQ(whole.size(), 60u);
    for (const int size : {1, 7, 59, 60}) {
      request.set_page_size(size);
      request.clear_page_token();
      std::vector<std::string> paged;
      int pages = 0;
      do {
        const v1::ListFlavorsResponse page = List(*snapshot, request);
        EXPECT_EQ(page.total_size(), 60);
        EXPECT_LE(page.flavors_size(), size);
        for (const v1::Flavor& flavor : page.flavors()) paged.push_back(flavor.name());
        request.set_page_token(page.next_page_token());
      } while (!request.page_token().empty() && ++pages < 100);
      EXPECT_EQ(paged, whole) << order << " " << size;
    }
  }
}

TEST(InventoryList, DefaultOrderIsByName) {
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_page_size(1000);
  std::vector<std::string> names;
  const v1::ListFlavorsResponse response = List(*ManyFlavors(20), request);
  for (const v1::Flavor& flavor : response.flavors()) names.push_back(flavor.name());
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(InventoryList, PagesGoOnInANewSnapshot) {
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_page_size(30);
  const v1::ListFlavorsResponse first = List(*ManyFlavors(20, 1), request);
  request.set_page_token(first.next_page_token());
  // The row that the first page ended with, and all before it, have gone or new ones have come.
  const v1::ListFlavorsResponse second = List(*ManyFlavors(25, 2), request);
  std::set<std::string> seen;
  for (const v1::Flavor& flavor : first.flavors()) seen.insert(flavor.name());
  for (const v1::Flavor& flavor : second.flavors()) {
    EXPECT_TRUE(seen.insert(flavor.name()).second) << flavor.name();
  }
  EXPECT_GE(seen.size(), 60u);
}

TEST(InventoryList, HasADefaultPageSizeAndRefusesNegativeOnes) {
  const auto snapshot = ManyFlavors(50);
  v1::ListFlavorsRequest request = AllFlavors();
  EXPECT_EQ(List(*snapshot, request).flavors_size(), 100);
  request.set_page_size(5000);
  EXPECT_EQ(List(*snapshot, request).flavors_size(), 150);
  request.set_page_size(-3);
  EXPECT_EQ(ReasonOf(*snapshot, request), "NEGATIVE_PAGE_SIZE");
}

TEST(InventoryList, APageEndsBeforeItIsTooLarge) {
  CatalogBuilder builder;
  for (int i = 0; i < 10; ++i) {
    Flavor flavor = MakeFlavor(absl::StrCat("f", i));
    flavor.description = std::string(size_t{1} << 20, 'x');
    builder.AddFlavor(flavor);
  }
  const auto snapshot = Snapshot::Build(builder.Build());
  const v1::ListFlavorsResponse page = List(*snapshot, AllFlavors());
  EXPECT_LT(page.flavors_size(), 5);
  EXPECT_NE(page.next_page_token(), "");
  v1::ListFlavorsRequest masked = AllFlavors();
  masked.mutable_read_mask()->add_paths("name");
  EXPECT_EQ(List(*snapshot, masked).flavors_size(), 10);
}

TEST(InventoryList, RefusesTokensOfOtherRequestsAndGarbage) {
  const auto snapshot = ManyFlavors(20);
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_page_size(5);
  request.set_page_token(List(*snapshot, request).next_page_token());
  EXPECT_EQ(ReasonOf(*snapshot, request), "");
  request.set_filter("vcpu_count = 1");
  EXPECT_EQ(ReasonOf(*snapshot, request), "PAGE_TOKEN_MISMATCH");
  request.clear_filter();
  request.set_parent("sites/a");
  EXPECT_EQ(ReasonOf(*snapshot, request), "PAGE_TOKEN_MISMATCH");
  request.set_page_token("garbage!");
  EXPECT_EQ(ReasonOf(*snapshot, request), "INVALID_PAGE_TOKEN");
}

TEST(InventoryList, RefusesWhatItDoesNotUnderstand) {
  const auto snapshot = TestSnapshot();
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_filter("vcpus >= 4");
  v1::ListFlavorsResponse response;
  const absl::Status status = ListFlavors(TestContext(), *snapshot, request, response);
  EXPECT_EQ(ErrorReason(status), "INVALID_FILTER");
  EXPECT_THAT(std::string(status.message()), HasSubstr("did you mean vcpu_count?"));
  request = AllFlavors();
  request.set_order_by("vos");
  EXPECT_EQ(ReasonOf(*snapshot, request), "INVALID_ORDER_BY");
  request = AllFlavors();
  request.mutable_read_mask()->add_paths("vcpus");
  EXPECT_EQ(ReasonOf(*snapshot, request), "UNKNOWN_MASK_PATH");
  request = AllFlavors();
  request.set_parent("sites/nowhere");
  EXPECT_EQ(ReasonOf(*snapshot, request), "SITE_NOT_FOUND");
  for (const char* parent : {"", "-", "sites", "CESGA-CLOUD", "sites/a/flavors"}) {
    request.set_parent(parent);
    EXPECT_EQ(ReasonOf(*snapshot, request), "INVALID_RESOURCE_NAME") << parent;
  }
}

TEST(InventoryList, DeletedRecordsAreListedOnRequestOnly) {
  Catalog catalog = TestCatalog().Build();
  auto site = std::make_shared<SiteCatalog>(*catalog.sites[0]);
  for (auto& stored : *site->endpoints[0].flavors.Mutable()) {
    if (stored.record.name == "m1.small") stored.active = false;
  }
  for (auto& share : site->endpoints[0].shares) {
    if (share.share.vo == "ops") share.share.configured = false;
  }
  catalog.sites[0] = site;
  const auto snapshot = Snapshot::Build(catalog);
  v1::ListFlavorsRequest flavors = AllFlavors();
  EXPECT_EQ(List(*snapshot, flavors).total_size(), 2);
  flavors.set_show_inactive(true);
  EXPECT_EQ(List(*snapshot, flavors).total_size(), 3);

  v1::ListSharesRequest shares;
  shares.set_parent("sites/-");
  v1::ListSharesResponse response;
  ASSERT_TRUE(ListShares(TestContext(), *snapshot, shares, response).ok());
  EXPECT_EQ(response.total_size(), 2);
  shares.set_show_inactive(true);
  response.Clear();
  ASSERT_TRUE(ListShares(TestContext(), *snapshot, shares, response).ok());
  EXPECT_EQ(response.total_size(), 3);

  v1::ListNetworksRequest networks;
  networks.set_parent("sites/-");
  v1::ListNetworksResponse listed;
  ASSERT_TRUE(ListNetworks(TestContext(), *snapshot, networks, listed).ok());
  EXPECT_EQ(listed.total_size(), 2);  // not that of `ops`
}

TEST(InventoryList, NamesSitesWithoutUsableDataAndStaleDataAreUsable) {
  KindState never;
  never.kind = Kind::kFlavors;
  never.error = ErrorClass::kDns;
  never.attempt_time = TestTime();
  CatalogBuilder builder = TestCatalog();
  builder.Select("INFN-PADOVA", "vo.access.egi.eu").SetKind(never);
  const auto snapshot = Snapshot::Build(builder.Build());
  const std::string padova = FormatSiteName("INFN-PADOVA");
  EXPECT_THAT(List(*snapshot, AllFlavors()).unreachable(), ElementsAre(padova));

  v1::ListImagesRequest images;
  images.set_parent("sites/-");
  v1::ListImagesResponse listed;
  ASSERT_TRUE(ListImages(TestContext(), *snapshot, images, listed).ok());
  EXPECT_THAT(listed.unreachable(), IsEmpty());

  RequestContext later = TestContext();
  later.now = TestTime() + absl::Hours(24 * 3);  // stale
  listed.Clear();
  ASSERT_TRUE(ListImages(later, *snapshot, images, listed).ok());
  EXPECT_THAT(listed.unreachable(), IsEmpty());
  later.now = TestTime() + absl::Hours(24 * 15);  // expired
  listed.Clear();
  ASSERT_TRUE(ListImages(later, *snapshot, images, listed).ok());
  EXPECT_EQ(listed.unreachable_size(), 2);
}

TEST(InventoryList, ListsSitesVosEndpointsAndCrawls) {
  const auto snapshot = TestSnapshot();
  v1::ListSitesResponse sites;
  v1::ListSitesRequest site_request;
  site_request.set_filter("vos:\"ops\"");
  ASSERT_TRUE(ListSites(TestContext(), *snapshot, site_request, sites).ok());
  ASSERT_EQ(sites.sites_size(), 1);
  EXPECT_EQ(sites.sites(0).display_name(), "CESGA-CLOUD");

  v1::ListVosResponse vos;
  v1::ListVosRequest vo_request;
  vo_request.set_order_by("share_count desc");
  ASSERT_TRUE(ListVos(TestContext(), *snapshot, vo_request, vos).ok());
  ASSERT_EQ(vos.vos_size(), 2);
  EXPECT_EQ(vos.vos(0).display_name(), "vo.access.egi.eu");

  v1::ListEndpointsResponse endpoints;
  v1::ListEndpointsRequest endpoint_request;
  endpoint_request.set_parent("sites/-");
  endpoint_request.set_filter("keystone_url = \"*padova.example.org:5000/v3\"");
  ASSERT_TRUE(ListEndpoints(TestContext(), *snapshot, endpoint_request, endpoints).ok());
  ASSERT_EQ(endpoints.endpoints_size(), 1);
  EXPECT_EQ(endpoints.endpoints(0).site_name(), "INFN-PADOVA");

  v1::ListCrawlsResponse crawls;
  v1::ListCrawlsRequest crawl_request;
  crawl_request.set_page_size(2);
  ASSERT_TRUE(ListCrawls(TestContext(), *snapshot, crawl_request, crawls).ok());
  ASSERT_EQ(crawls.crawls_size(), 2);
  EXPECT_EQ(crawls.crawls(0).name(), "crawls/8");
  EXPECT_EQ(crawls.crawls(1).name(), "crawls/9");
  crawl_request.set_page_token(crawls.next_page_token());
  crawls.Clear();
  ASSERT_TRUE(ListCrawls(TestContext(), *snapshot, crawl_request, crawls).ok());
  ASSERT_EQ(crawls.crawls_size(), 1);
  EXPECT_EQ(crawls.crawls(0).name(), "crawls/10");
}

TEST(InventoryList, AnEmptyCatalogHasEmptyLists) {
  const auto snapshot = Snapshot::Build(Catalog());
  EXPECT_EQ(List(*snapshot, AllFlavors()).total_size(), 0);
  v1::ListSitesResponse sites;
  EXPECT_TRUE(ListSites(TestContext(), *snapshot, {}, sites).ok());
  EXPECT_EQ(sites.total_size(), 0);
}

}  // namespace
}  // namespace cis::server
