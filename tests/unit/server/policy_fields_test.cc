// SPDX-License-Identifier: Apache-2.0

// The table of server/policy/README.md says of each field who sees it, and the filter follows it.

#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/model/field_text.h"
#include "schema/model/fields.h"
#include "schema/model/resource_name.h"
#include "server/policy/visible_catalog.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

enum class Access { kPublic, kOwn, kOperation };
using Table = std::map<std::string, std::map<std::string, Access>>;  // by record and member

// The rows "| Record | `field`... | `field`... | `field`... | notes |".
Table ReadTable() {
  Table table;
  std::ifstream file(CIS_SOURCE_DIR "/server/policy/README.md");
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "| record | public | own | operation | notes |") {
      inside = std::getline(file, line).good();  // the line below the head
      continue;
    }
    if (line.empty()) inside = false;
    const std::vector<std::string> cells = absl::StrSplit(line, '|');
    if (!inside || cells.size() != 7) continue;
    const std::string record(absl::StripAsciiWhitespace(cells[1]));
    for (const int column : {2, 3, 4}) {
      for (absl::string_view word : absl::StrSplit(cells[static_cast<size_t>(column)],
                                                   absl::ByAnyChar(" `"), absl::SkipEmpty())) {
        const bool is_new =
            table[record].emplace(std::string(word), static_cast<Access>(column - 2)).second;
        EXPECT_TRUE(is_new) << record << "." << word << " is in two columns";
      }
    }
  }
  return table;
}

template <typename Record>
std::set<std::string> MembersOf() {
  std::set<std::string> members;
  DescribeFields(OfRecord<Record>(),
                 [&](const auto& field) { members.emplace(field.info.member); });
  return members;
}

template <typename Record>
void ExpectAllFields(const Table& table, const std::string& record) {
  std::set<std::string> listed;
  if (table.contains(record)) {
    for (const auto& [member, access] : table.at(record)) listed.insert(member);
  }
  EXPECT_EQ(listed, MembersOf<Record>()) << record;
}

TEST(PolicyFields, TheTableHasEachFieldOfEachRecordOnce) {
  const Table table = ReadTable();
  ExpectAllFields<Site>(table, "Site");
  ExpectAllFields<Endpoint>(table, "Endpoint");
  ExpectAllFields<Share>(table, "Share");
  ExpectAllFields<KindState>(table, "KindState");
  ExpectAllFields<Document>(table, "Document");
  ExpectAllFields<Flavor>(table, "Flavor");
  ExpectAllFields<Image>(table, "Image");
  ExpectAllFields<Network>(table, "Network");
  ExpectAllFields<Subnet>(table, "Subnet");
  ExpectAllFields<Router>(table, "Router");
  ExpectAllFields<FloatingIp>(table, "FloatingIp");
  ExpectAllFields<SubnetPool>(table, "SubnetPool");
  ExpectAllFields<AvailabilityZone>(table, "AvailabilityZone");
  ExpectAllFields<VolumeType>(table, "VolumeType");
  ExpectAllFields<Quota>(table, "Quota");
  ExpectAllFields<OfferedProject>(table, "OfferedProject");
  ExpectAllFields<RegistryState>(table, "RegistryState");
  ExpectAllFields<RegistrySite>(table, "RegistrySite");
  ExpectAllFields<RegistryService>(table, "RegistryService");
  ExpectAllFields<Downtime>(table, "Downtime");
  ExpectAllFields<SiteProblem>(table, "SiteProblem");
  ExpectAllFields<Crawl>(table, "Crawl");
  ExpectAllFields<CrawlResult>(table, "CrawlResult");
  EXPECT_EQ(table.size(), 23U);
}

// Sets a member to a value that differs from its default.
struct SetSomething {
  template <typename T>
  void operator()(absl::string_view name, T& value) {
    if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, SharedText>) {
      value = absl::StrCat("a long text of ", name);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = !value;
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = 7;
    } else if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(1);
    } else if constexpr (std::is_same_v<T, absl::Time>) {
      value = TestTime();
    } else if constexpr (std::is_same_v<T, RegistryPart>) {
      value = RegistryPart::kServices;
    } else if constexpr (requires { value.emplace().Set("key", "value"); }) {
      value.emplace().Set("key", "value");
    } else if constexpr (requires { value = 7; }) {
      value = 7;
    } else if constexpr (requires { value.push_back("text"); }) {
      value.push_back("text");
    } else {
      value["key"] = {};
    }
  }
  void Provenance(cis::Provenance& value) { value.Set("name", Confidence::kStrong); }
};

template <typename Record>
Record Something() {
  Record record;
  SetSomething visit;
  VisitFields(visit, record);
  return record;
}

// Compares what is visible of a record with the table: fields of the columns up to `most` as they
// were, others as if they were not known.
template <typename Record>
void ExpectFields(const std::string& name, const Record& whole, const Record& seen, Access most,
                  std::set<std::string> but = {}) {
  const Table table = ReadTable();
  const std::vector<FieldText> known = FieldTextsOf(whole);
  const std::vector<FieldText> visible = FieldTextsOf(seen);
  const std::vector<FieldText> unknown = FieldTextsOf(Record());
  ASSERT_EQ(known.size(), visible.size());
  size_t i = 0;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    const std::string member(field.info.member);
    const size_t at = i++;
    if (but.contains(member)) return;
    const bool is_visible = table.at(name).at(member) <= most;
    EXPECT_NE(known[at].text, unknown[at].text) << name << "." << member << " has no value";
    EXPECT_EQ(visible[at].text, is_visible ? known[at].text : unknown[at].text)
        << name << "." << member;
  });
}

// A site with a share of "vo" that has something of everything. The flavor, the image and the
// network are public.
SiteCatalog WholeSite() {
  SiteCatalog site;
  site.site = Something<Site>();
  EndpointCatalog& endpoint = site.endpoints.emplace_back();
  endpoint.endpoint = Something<Endpoint>();
  endpoint.flavors.Mutable()->push_back({Something<Flavor>()});
  Image image = Something<Image>();
  image.visibility = "public";
  image.is_snapshot = false;
  image.owner = Something<Share>().project_id;
  endpoint.images.Mutable()->push_back({image});
  endpoint.offered_projects.push_back(Something<OfferedProject>());
  ShareCatalog& share = endpoint.shares.emplace_back();
  share.share = Something<Share>();
  share.share.endpoint = endpoint.endpoint;
  share.share.vo = "vo";
  share.kinds.push_back(Something<KindState>());
  share.flavor_indexes = {0};
  share.image_indexes = {0};
  Network network = Something<Network>();
  network.subnets.push_back(Something<Subnet>());
  network.subnets.back().source = "subnets";
  share.networks.push_back({network});
  share.routers.push_back(Something<Router>());
  share.floating_ips.push_back(Something<FloatingIp>());
  share.routers_known = true;
  share.floating_ips_known = true;
  share.subnet_pools.push_back(Something<SubnetPool>());
  share.quotas.push_back(Something<Quota>());
  share.zones.push_back(Something<AvailabilityZone>());
  share.volume_types.push_back(Something<VolumeType>());
  return site;
}

Rights RightsTo(std::set<std::string> vos, bool operation = false) {
  Rights rights;
  rights.may_read = true;
  rights.vos = std::move(vos);
  rights.operation = operation;
  return rights;
}

// Compares what is always visible in part.
void ExpectSite(const SiteCatalog& whole, const SiteCatalog& seen, Access most) {
  ExpectFields("Site", whole.site, seen.site, most);
  const EndpointCatalog& before = whole.endpoints[0];
  const EndpointCatalog& after = seen.endpoints[0];
  ExpectFields("Endpoint", before.endpoint, after.endpoint, most);
  ExpectFields("Flavor", before.flavors[0].record, after.flavors[0].record, most);
  // They decide about the record.
  ExpectFields("Image", before.images[0].record, after.images[0].record, most, {"is_snapshot"});
  ExpectFields("Share", before.shares[0].share, after.shares[0].share, most, {"project_key"});
  ExpectFields("KindState", before.shares[0].kinds[0], after.shares[0].kinds[0], most);
  const Network& network = before.shares[0].networks[0].record;
  const Network& seen_network = after.shares[0].networks[0].record;
  ExpectFields("Network", network, seen_network, most);
  ExpectFields("Subnet", network.subnets[0], seen_network.subnets[0], most);
  ExpectFields("AvailabilityZone", before.shares[0].zones[0], after.shares[0].zones[0], most);
}

TEST(PolicyFields, ACallerWithoutRightsSeesWhatTheTableCallsPublic) {
  const auto site = std::make_shared<const SiteCatalog>(WholeSite());
  const auto seen = VisibleSite(site, RightsTo({}));
  ExpectSite(*site, *seen, Access::kPublic);
  EXPECT_THAT(seen->endpoints[0].offered_projects, IsEmpty());
  const ShareCatalog& share = seen->endpoints[0].shares[0];
  EXPECT_EQ(share.share.project_key, HiddenProjectKey(site->endpoints[0].shares[0].share));
  EXPECT_THAT(share.routers, IsEmpty());
  EXPECT_THAT(share.floating_ips, IsEmpty());
  EXPECT_THAT(share.subnet_pools, IsEmpty());
  EXPECT_THAT(share.quotas, IsEmpty());
  EXPECT_THAT(share.volume_types, IsEmpty());
  EXPECT_FALSE(share.routers_known);
  EXPECT_FALSE(share.floating_ips_known);
  EXPECT_FALSE(share.is_searched);
}

TEST(PolicyFields, AMemberSeesWhatTheTableCallsOwn) {
  const auto site = std::make_shared<const SiteCatalog>(WholeSite());
  const auto seen = VisibleSite(site, RightsTo({"vo"}));
  ExpectSite(*site, *seen, Access::kOwn);
  EXPECT_THAT(seen->endpoints[0].offered_projects, IsEmpty());
  const ShareCatalog& before = site->endpoints[0].shares[0];
  const ShareCatalog& share = seen->endpoints[0].shares[0];
  EXPECT_EQ(share.share.project_key, before.share.project_key);
  EXPECT_EQ(share.routers, before.routers);
  EXPECT_EQ(share.floating_ips, before.floating_ips);
  EXPECT_EQ(share.subnet_pools, before.subnet_pools);
  EXPECT_EQ(share.quotas, before.quotas);
  EXPECT_EQ(share.volume_types, before.volume_types);
  EXPECT_TRUE(share.is_searched);
}

TEST(PolicyFields, ASiteOfWhichNothingIsLeftOutStaysTheSameObject) {
  const auto site = std::make_shared<const SiteCatalog>(WholeSite());
  EXPECT_EQ(VisibleSite(site, AllRights()), site);
  EXPECT_EQ(VisibleSite(site, RightsTo({"vo"}, true)), site);
  EXPECT_NE(VisibleSite(site, RightsTo({}, true)), site);
  const auto plain = Catalog(CatalogBuilder().Select("SITE-A", "vo").Build()).sites[0];
  EXPECT_EQ(VisibleSite(plain, RightsTo({"vo"})), plain);
}

TEST(PolicyFields, ProblemsAndCrawlsAreForOperation) {
  Registry registry;
  registry.problems.push_back(Something<SiteProblem>());
  registry.states.push_back(Something<RegistryState>());
  registry.downtimes.push_back(Something<Downtime>());
  Catalog catalog = CatalogBuilder()
                        .Select("SITE-A", "vo")
                        .SetRegistry(registry)
                        .AddCrawl(Something<Crawl>())
                        .AddCrawlResult(Something<CrawlResult>())
                        .Build(7);
  const Catalog seen = VisibleCatalog(catalog, RightsTo({"vo"}));
  EXPECT_EQ(seen.generation, 7);
  EXPECT_THAT(seen.sites, SizeIs(1));
  EXPECT_THAT(seen.crawls, IsEmpty());
  EXPECT_THAT(seen.crawl_results, IsEmpty());
  EXPECT_THAT(seen.registry->problems, IsEmpty());
  EXPECT_EQ(seen.registry->downtimes, registry.downtimes);
  RegistryState state = registry.states[0];
  state.error_message.clear();
  state.skipped_count = 0;
  EXPECT_EQ(seen.registry->states[0], state);
  const Catalog whole = VisibleCatalog(catalog, RightsTo({}, true));
  EXPECT_EQ(whole.registry, catalog.registry);
  EXPECT_EQ(whole.crawls, catalog.crawls);
  EXPECT_EQ(whole.crawl_results, catalog.crawl_results);
}

TEST(PolicyFields, ACallerWhoMayNotReadSeesNothing) {
  const Catalog seen =
      VisibleCatalog(CatalogBuilder().Select("SITE-A", "vo").AddCrawl({}).Build(7), Rights());
  EXPECT_THAT(seen.sites, IsEmpty());
  EXPECT_THAT(seen.crawls, IsEmpty());
  EXPECT_EQ(seen.generation, 7);
}

TEST(PolicyFields, WhatIsDeclaredPublicIsShownAndNoMore) {
  const auto site = std::make_shared<const SiteCatalog>(WholeSite());
  Rights rights = RightsTo({});
  const auto share_with = [&](PublicKinds kinds) {
    rights.public_facts = {{kinds, {}, {"vo"}}};
    return VisibleSite(site, rights)->endpoints[0].shares[0];
  };
  EXPECT_THAT(share_with(kQuotas).quotas, SizeIs(1));
  EXPECT_THAT(share_with(kQuotas).floating_ips, IsEmpty());
  EXPECT_EQ(share_with(kQuotas).share.project_id, "");
  EXPECT_THAT(share_with(kFloatingIps).floating_ips, SizeIs(1));
  EXPECT_EQ(share_with(kFloatingIps).floating_ips[0].router_id, "");
  EXPECT_THAT(share_with(kFloatingIps).routers, IsEmpty());
  EXPECT_EQ(share_with(kProjectIds).share.project_id,
            site->endpoints[0].shares[0].share.project_id);
  EXPECT_FALSE(share_with(kProjectIds | kQuotas | kFloatingIps | kPrivateFlavors).is_searched);
  EXPECT_TRUE(share_with(kPlacements).is_searched);
  EXPECT_THAT(share_with(kPlacements).routers, SizeIs(1));
  rights.public_facts = {{0xff, {"other"}, {}}};
  EXPECT_THAT(VisibleSite(site, rights)->endpoints[0].shares[0].quotas, IsEmpty());
}

TEST(PolicyFields, APrivateRecordDoesNotNameTheHiddenVosThatSeeIt) {
  Flavor flavor = MakeFlavor("private");
  flavor.is_public = false;
  Image image = MakeImage("private");
  image.visibility = "shared";
  CatalogBuilder builder;
  for (const char* vo : {"vo-a", "vo-b"}) {
    builder.Select("SITE-A", vo)
        .AddFlavor(flavor)
        .AddFlavor(MakeFlavor("public"))
        .AddImage(image)
        .AddImage(MakeImage("public"));
  }
  const auto seen = VisibleSite(builder.Build().sites[0], RightsTo({"vo-a"}));
  const EndpointCatalog& endpoint = seen->endpoints[0];
  EXPECT_THAT(endpoint.flavors, SizeIs(2));
  EXPECT_THAT(endpoint.images, SizeIs(2));
  ASSERT_EQ(endpoint.shares[1].share.vo, "vo-b");
  EXPECT_THAT(endpoint.shares[0].flavor_indexes, SizeIs(2));
  EXPECT_THAT(endpoint.shares[0].image_indexes, SizeIs(2));
  ASSERT_THAT(endpoint.shares[1].flavor_indexes, SizeIs(1));
  ASSERT_THAT(endpoint.shares[1].image_indexes, SizeIs(1));
  const auto first = [](const std::vector<int32_t>& indexes) {
    return static_cast<size_t>(indexes.front());
  };
  EXPECT_EQ(endpoint.flavors[first(endpoint.shares[1].flavor_indexes)].record.name, "public");
  EXPECT_EQ(endpoint.images[first(endpoint.shares[1].image_indexes)].record.name, "public");
}

TEST(PolicyFields, AnOwnerIsShownUnlessItIsTheProjectOfAHiddenVo) {
  CatalogBuilder builder;
  Image of_site = MakeImage("of-site");
  Image of_other = MakeImage("of-vo-b");
  of_other.owner = "project-vo-b";
  Network network = MakeNetwork("net", NetworkUse::kDirect);
  network.owner = "project-vo-b";
  builder.Select("SITE-A", "vo-a").AddImage(of_site).AddImage(of_other).AddNetwork(network);
  builder.share().subnet_pools.resize(1);
  builder.share().subnet_pools[0].owner = "project-vo-b";
  builder.Select("SITE-A", "vo-b");
  const Catalog catalog = builder.Build();
  const auto owners = [&catalog](const Rights& rights) {
    const EndpointCatalog endpoint = VisibleSite(catalog.sites[0], rights)->endpoints[0];
    const ShareCatalog& share = endpoint.shares[0];
    std::vector<std::string> out;
    for (const auto& image : endpoint.images) out.emplace_back(image.record.owner);
    for (const auto& seen : share.networks) out.emplace_back(seen.record.owner);
    for (const auto& pool : share.subnet_pools) out.push_back(pool.owner);
    return out;
  };
  EXPECT_THAT(owners(RightsTo({"vo-a"})), ElementsAre("project-images", "", "", ""));
  EXPECT_THAT(owners(RightsTo({"vo-a", "vo-b"})),
              ElementsAre("project-images", "project-vo-b", "project-vo-b", "project-vo-b"));
  EXPECT_THAT(owners(RightsTo({"vo-b"})), ElementsAre("project-images", "project-vo-b"));
  EXPECT_THAT(owners(RightsTo({})), ElementsAre("project-images", ""));
}

TEST(PolicyFields, ListsOfWhichNothingIsLeftOutAreShared) {
  CatalogBuilder builder;
  Image image = MakeImage("i");
  builder.Select("SITE-A", "vo-a").AddFlavor(MakeFlavor("f")).AddImage(image);
  const auto whole = builder.Build().sites[0];
  const auto seen = VisibleSite(whole, RightsTo({}));
  EXPECT_EQ(&seen->endpoints[0].flavors.items(), &whole->endpoints[0].flavors.items());
  EXPECT_EQ(&seen->endpoints[0].images.items(), &whole->endpoints[0].images.items());
  image.owner = "project-vo-a";
  builder.AddImage(image);
  const auto other = builder.Build().sites[0];
  EXPECT_NE(&VisibleSite(other, RightsTo({}))->endpoints[0].images.items(),
            &other->endpoints[0].images.items());
  EXPECT_EQ(other->endpoints[0].images[0].record.owner, "project-vo-a");
}

TEST(PolicyFields, TheQuotaOfAVolumeTypeNamesIt) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo")
      .AddQuota(MakeQuota("volumes", 5, 1))
      .AddQuota(MakeQuota("volumes.secret", 5, 1));
  Rights rights = RightsTo({});
  rights.public_facts = {{kQuotas, {}, {}}};
  const auto quotas = VisibleSite(builder.Build().sites[0], rights)->endpoints[0].shares[0].quotas;
  ASSERT_THAT(quotas, SizeIs(1));
  EXPECT_EQ(quotas[0].resource, "volumes");
}

}  // namespace
}  // namespace cis::server
