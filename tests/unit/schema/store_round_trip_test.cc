// SPDX-License-Identifier: Apache-2.0

// What is written is what is read, for every field and for texts that no one expects.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::ElementsAre;

// Random values of the types that records are made of. The seed makes a failure repeatable.
class Values {
 public:
  explicit Values(uint32_t seed) : random_(seed) {}

  int64_t Below(int64_t limit) {
    return std::uniform_int_distribution<int64_t>(0, limit - 1)(random_);
  }
  bool Flip() { return Below(2) == 1; }
  std::string Text() {
    static const std::vector<std::string> kTexts = {
        "",
        "m1.small",
        "with space",
        "quote\" and \\ back",
        "\n\t\r",
        std::string("nul\0inside", 10),
        "Übuntu 22.04 – ŽŽ 日本",
        "[\"json\",\"inside\"]",
        "'; DROP TABLE flavor; --",
        "\xEF\xBF\xBD was not UTF-8",
        std::string(3000, 'x'),
    };
    return kTexts[static_cast<size_t>(Below(static_cast<int64_t>(kTexts.size())))];
  }
  std::string Id(int number) { return Text() + "#" + std::to_string(number); }
  std::optional<int64_t> Number() {
    if (Flip()) return std::nullopt;
    return Flip() ? Below(100) : Below(int64_t{1} << 62) - (int64_t{1} << 61);
  }
  std::optional<bool> Maybe() {
    if (Flip()) return std::nullopt;
    return Flip();
  }
  absl::Time Time() {
    if (Below(5) == 0) return absl::InfinitePast();
    return absl::FromUnixMicros(Below(int64_t{1} << 52) - (int64_t{1} << 51));
  }
  template <typename Enum>
  Enum OneOf(int count) {
    return static_cast<Enum>(Below(count));
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    for (int64_t i = Below(4); i > 0; --i) texts.push_back(Text());
    return texts;
  }
  std::vector<std::string> SortedTexts() {
    std::vector<std::string> texts = Texts();
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    return texts;
  }
  Provenance Facts() {
    Provenance facts;
    for (int64_t i = Below(4); i > 0; --i) facts.evidence.push_back({Text(), Text(), Text()});
    for (int64_t i = Below(4); i > 0; --i) {
      facts.confidence.push_back({Text(), OneOf<Confidence>(5)});
    }
    facts.warnings = Texts();
    return facts;
  }

 private:
  std::mt19937 random_;
};

Flavor AnyFlavor(Values& v, int number) {
  Flavor f;
  f.id = v.Id(number);
  f.name = v.Text();
  f.description = v.Text();
  f.vcpu_count = v.Number();
  f.ram_mib = v.Number();
  f.disk_gib = v.Number();
  f.ephemeral_gib = v.Number();
  f.swap_mib = v.Number();
  if (v.Flip()) f.gpu_count = static_cast<double>(v.Below(80)) / 7.0;
  f.gpu_vendor = v.Text();
  f.gpu_model = v.Text();
  f.gpu_kind = v.Text();
  f.gpu_memory_mib = v.Number();
  f.arch = v.Text();
  f.cpu_alloc = v.Text();
  f.is_public = v.Maybe();
  f.disabled = v.Maybe();
  f.boot_from_volume = v.Flip();
  f.baremetal = v.Flip();
  if (v.Flip()) {
    f.extra_specs.emplace();
    for (int64_t i = v.Below(4); i > 0; --i) f.extra_specs->Set(v.Text(), v.Text());
  }
  f.provenance = v.Facts();
  return f;
}

Image AnyImage(Values& v, int number) {
  Image i;
  i.id = v.Id(number);
  i.name = v.Text();
  i.status = v.Text();
  i.visibility = v.Text();
  i.hidden = v.Maybe();
  i.owner = v.Text();
  i.os_distro = v.Text();
  i.os_version = v.Text();
  i.os_codename = v.Text();
  i.arch = v.Text();
  i.login_user = v.Text();
  i.purpose = v.Text();
  i.disk_format = v.Text();
  i.container_format = v.Text();
  i.is_snapshot = v.Flip();
  i.usable = v.Flip();
  i.min_ram_mib = v.Number();
  i.min_disk_gib = v.Number();
  i.size_bytes = v.Number();
  i.virtual_size_bytes = v.Number();
  i.create_time = v.Time();
  i.build_date = v.Text();
  i.eol_date = v.Text();
  i.egi_ref = v.Text();
  i.bootable = v.Maybe();
  i.expire_date = v.Flip() ? "2026-05-01" : "";
  i.image_source = v.Text();
  i.uuid_validity = v.Text();
  i.replace_frequency = v.Text();
  i.provided_until = v.Text();
  if (v.Flip()) i.hotfix_hours = v.Below(1000);
  if (v.Flip()) {
    i.boot_properties.emplace();
    for (int64_t n = v.Below(4); n > 0; --n) i.boot_properties->Set(v.Text(), v.Text());
  }
  if (v.Flip()) i.volume_count = v.Below(10);
  if (v.Flip()) i.volume_gib = v.Below(10000);
  i.member_status = v.Text();
  i.tags = v.Texts();
  i.provenance = v.Facts();
  return i;
}

Subnet AnySubnet(Values& v) {
  static constexpr int kVersions[] = {0, 4, 6};
  Subnet s;
  s.id = v.Text();
  s.name = v.Text();
  s.ip_version = kVersions[v.Below(3)];
  s.cidr = v.Text();
  s.gateway_ip = v.Text();
  s.enable_dhcp = v.Maybe();
  s.service_types = v.Texts();
  if (v.Flip()) s.address_count = v.Flip() ? v.Below(1000) : INT64_MAX;
  s.source = v.Text();
  if (v.Flip()) s.used_count = v.Below(1000);
  s.has_dhcp_port = v.Flip();
  s.gateway_holder = v.Text();
  return s;
}

Network AnyNetwork(Values& v, int number) {
  Network n;
  n.id = v.Id(number);
  n.name = v.Text();
  n.status = v.Text();
  n.admin_state_up = v.Maybe();
  n.is_external = v.Maybe();
  n.shared = v.Maybe();
  n.is_default = v.Maybe();
  n.owner = v.Text();
  n.usable_as = v.OneOf<NetworkUse>(4);
  n.also_floating_pool = v.Flip();
  n.attachable = v.OneOf<Tristate>(3);
  n.public_v4 = v.OneOf<Tristate>(3);
  n.public_v6 = v.OneOf<Tristate>(3);
  for (int64_t i = v.Below(4); i > 0; --i) n.subnets.push_back(AnySubnet(v));
  n.subnet_ids = v.Texts();
  n.address_scope_v4 = v.Text();
  n.address_scope_v6 = v.Text();
  n.provenance = v.Facts();
  return n;
}

Router AnyRouter(Values& v, int number) {
  Router r;
  r.id = v.Id(number);
  r.name = v.Text();
  r.status = v.Text();
  r.admin_state_up = v.Maybe();
  r.external_network_id = v.Text();
  r.enable_snat = v.Maybe();
  r.network_ids = v.SortedTexts();
  r.subnet_ids = v.SortedTexts();
  return r;
}

SubnetPool AnySubnetPool(Values& v, int number) {
  static constexpr int kVersions[] = {0, 4, 6};
  SubnetPool p;
  p.id = v.Id(number);
  p.name = v.Text();
  p.ip_version = kVersions[v.Below(3)];
  p.prefixes = v.Texts();
  p.default_prefix_length = v.Number();
  p.address_scope_id = v.Text();
  p.owner = v.Text();
  p.shared = v.Maybe();
  p.is_default = v.Maybe();
  p.is_public = v.OneOf<Tristate>(3);
  return p;
}

LimitSet AnyLimitSet(Values& v) {
  LimitSet set;
  set.quotas = {{"cores", -1, v.Number()}, {"instances", v.Below(99), 3}};
  for (int64_t i = v.Below(4); i > 0; --i) {
    set.zones.push_back({v.Text(), v.Flip() ? "compute" : "volume", v.Flip()});
    set.volume_types.push_back({v.Text(), v.Text(), v.Flip(), v.Texts()});
  }
  return set;
}

NetworkSet AnyNetworkSet(Values& v) {
  NetworkSet set;
  const int count = static_cast<int>(v.Below(6));
  for (int i = 0; i < count; ++i) {
    set.networks.push_back(AnyNetwork(v, i));
    set.routers.push_back(AnyRouter(v, i));
    set.floating_ips.push_back({v.Id(i), v.Text(), v.Flip(), v.Text(), v.Text()});
    set.subnet_pools.push_back(AnySubnetPool(v, i));
  }
  set.routers_known = v.Flip();
  set.floating_ips_known = v.Flip();
  return set;
}

template <typename Record>
std::vector<Record> SortedById(std::vector<Record> records) {
  std::sort(records.begin(), records.end(),
            [](const Record& a, const Record& b) { return a.id < b.id; });
  return records;
}

template <typename Record>
std::vector<Record> RecordsOf(const std::vector<Stored<Record>>& stored) {
  std::vector<Record> records;
  for (const Stored<Record>& one : stored) records.push_back(one.record);
  return records;
}

class StoreRoundTrip : public StoreTest, public ::testing::WithParamInterface<uint32_t> {};

TEST_P(StoreRoundTrip, KeepsEveryFieldOfEveryRecord) {
  Values v(GetParam());
  Share share = MakeShare("SITE-A", "vo.example.org");
  share.project_key = v.Text();
  share.project_id = v.Text();
  share.project_name = v.Text();
  share.user_domain = v.Text();
  share.configured = v.Flip();
  share.support = v.OneOf<VoSupport>(3);
  share.support_time = v.Time();
  share.endpoint.region = v.Text();
  share.endpoint.resolved_region = v.Text();
  share.endpoint.protocol = v.Text();
  for (int64_t i = v.Below(3); i > 0; --i) share.endpoint.service_bases[v.Text()] = v.Text();
  share.endpoint.configured = v.Flip();
  std::vector<Flavor> flavors;
  std::vector<Image> images;
  for (int i = 0; i < 8; ++i) {
    flavors.push_back(AnyFlavor(v, i));
    images.push_back(AnyImage(v, i));
  }
  const NetworkSet set = AnyNetworkSet(v);
  const LimitSet limits = AnyLimitSet(v);
  PutFlavors(share, flavors);
  PutImages(share, images);
  PutNetworks(share, set);
  RecordSet limit_records = MakeRecords(share, Kind::kQuotas, TestTime());
  limit_records.limit_set = limits;
  limit_records.remarks = v.Texts();
  Put(limit_records);

  const Catalog catalog = Load();
  const EndpointCatalog& endpoint = OnlyEndpoint(catalog);
  EXPECT_EQ(endpoint.endpoint, share.endpoint);
  EXPECT_EQ(RecordsOf(endpoint.flavors.items()), SortedById(flavors));
  EXPECT_EQ(RecordsOf(endpoint.images.items()), SortedById(images));
  const ShareCatalog& stored = OnlyShare(catalog);
  EXPECT_EQ(stored.share, share);
  EXPECT_THAT(stored.flavor_indexes, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_THAT(stored.image_indexes, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(RecordsOf(stored.networks), SortedById(set.networks));
  EXPECT_EQ(stored.routers, set.routers);
  EXPECT_EQ(stored.floating_ips, set.floating_ips);
  EXPECT_EQ(stored.routers_known, set.routers_known);
  EXPECT_EQ(stored.floating_ips_known, set.floating_ips_known);
  EXPECT_EQ(stored.subnet_pools, set.subnet_pools);
  EXPECT_EQ(stored.quotas, limits.quotas);
  EXPECT_EQ(stored.zones, limits.zones);
  EXPECT_EQ(stored.volume_types, limits.volume_types);
  EXPECT_EQ(StateOf(stored, Kind::kQuotas).remarks, limit_records.remarks);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_P(StoreRoundTrip, KeepsEveryFieldOfAnObservation) {
  Values v(GetParam());
  Observation observation = MakeObservation(MakeShare("SITE-A", "vo"), Kind::kImages, TestTime());
  observation.documents.clear();
  for (int64_t i = v.Below(6); i > 0; --i) {
    observation.documents.push_back(
        {v.Text(), v.Text(), static_cast<int>(v.Below(600)), v.Text(), v.Time(), v.Text()});
  }
  const RecordSet records = MakeRecords(observation.share, Kind::kImages, TestTime());
  ASSERT_TRUE(writer().ReplaceRecords(BeginCrawl(), observation, records, 1).ok());

  std::vector<Observation> stored;
  const absl::Status status = writer().ForEachObservation([&](const Observation& one) {
    stored.push_back(one);
    return absl::OkStatus();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(stored, ElementsAre(observation));
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreRoundTrip, ::testing::Range(1u, 21u));

TEST_F(StoreTest, KeepsSitesAndHistory) {
  const Share share = MakeShare("SITE-A", "vo");
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A", "PT")}, {share}).ok());
  const int64_t crawl_id = BeginCrawl(TestTime());
  ASSERT_TRUE(writer()
                  .RecordFailure(crawl_id, share, Kind::kNetworks, ErrorClass::kTls,
                                 "certificate expired", TestTime() + absl::Seconds(2), 4)
                  .ok());
  Crawl crawl;
  crawl.id = crawl_id;
  crawl.end_time = TestTime() + absl::Minutes(3);
  crawl.share_count = 11;
  crawl.refreshed_count = 7;
  crawl.failed_count = 4;
  crawl.request_count = 123;
  ASSERT_TRUE(writer().EndCrawl(crawl).ok());

  crawl.start_time = TestTime();
  CrawlResult result;
  result.crawl_id = crawl_id;
  result.site_name = "SITE-A";
  result.keystone_url = share.endpoint.keystone_url;
  result.vo = "vo";
  result.project_id = share.project_id;
  result.kind = Kind::kNetworks;
  result.end_time = TestTime() + absl::Seconds(2);
  result.error = ErrorClass::kTls;
  result.error_message = "certificate expired";
  result.request_count = 4;
  const Catalog catalog = Load();
  EXPECT_EQ(catalog.sites.at(0)->site, MakeSite("SITE-A", "PT"));
  EXPECT_THAT(catalog.crawls, ElementsAre(crawl));
  EXPECT_THAT(catalog.crawl_results, ElementsAre(result));
}

}  // namespace
}  // namespace cis
