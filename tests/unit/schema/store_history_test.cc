// SPDX-License-Identifier: Apache-2.0

// History and journal: every retained state can be restored, changes are reported in the right
// words, and retention keeps what it must.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "schema/model/field_text.h"
#include "schema/store/history.h"
#include "schema/store/sqlite.h"
#include "schema/store/sqlite_store.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class HandClock : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = TestTime();
};

NetworkSet SetOf(const Network& network) {
  NetworkSet set;
  set.networks = {network};
  return set;
}

class HistoryTest : public StoreTest {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<StoreWriter>> writer = OpenStoreWriter(path(), &clock_);
    ASSERT_TRUE(writer.ok()) << writer.status();
    UseWriter(*std::move(writer));
  }

  // A minute later; each transaction of a test is at a time of its own.
  absl::Time Tick() { return clock_.now += absl::Minutes(1); }

  std::unique_ptr<HistoryReader> Open() {
    absl::StatusOr<std::unique_ptr<HistoryReader>> reader = OpenHistoryReader(path());
    EXPECT_TRUE(reader.ok()) << reader.status();
    return *std::move(reader);
  }
  Catalog LoadAt(absl::Time time) {
    const std::unique_ptr<HistoryReader> reader = Open();
    const absl::StatusOr<int64_t> generation = reader->GenerationAt(time);
    EXPECT_TRUE(generation.ok()) << generation.status();
    absl::StatusOr<Catalog> catalog = reader->LoadAt(generation.value_or(0));
    EXPECT_TRUE(catalog.ok()) << catalog.status();
    return catalog.ok() ? *std::move(catalog) : Catalog();
  }

  // "flavor id-f2 appeared", "flavor id-f1 changed ram_mib 2048 -> 4096 (rules)".
  static std::string Line(const Change& change) {
    std::string line = absl::StrCat(FormatChangeKind(change.kind), " ", change.upstream_id, " ",
                                    FormatChangeEvent(change.event));
    if (!change.field.empty()) absl::StrAppend(&line, " ", change.field);
    if (change.old_value || change.new_value) {
      absl::StrAppend(&line, " ", change.old_value.value_or("-"), " -> ",
                      change.new_value.value_or("-"));
    }
    if (change.cause != ChangeCause::kSite) {
      absl::StrAppend(&line, " (", FormatChangeCause(change.cause), ")");
    }
    return line;
  }
  std::vector<std::string> Lines(ChangeQuery query = {}) {
    query.newest_first = false;
    const absl::StatusOr<std::vector<Change>> changes = Open()->Changes(query);
    EXPECT_TRUE(changes.ok()) << changes.status();
    std::vector<std::string> lines;
    for (const Change& change : changes.value_or(std::vector<Change>())) {
      lines.push_back(Line(change));
    }
    return lines;
  }
  // Lines since the last call.
  std::vector<std::string> NewLines() {
    ChangeQuery query;
    query.after_id = last_id_;
    std::vector<std::string> lines = Lines(query);
    last_id_ = Open()->Bounds()->newest.change_id;
    return lines;
  }

  HandClock clock_;
  const Share share_ = MakeShare("SITE-A", "vo.one");
  const Share peer_ = MakeShare("SITE-A", "vo.two");

 private:
  int64_t last_id_ = 0;
};

TEST_F(HistoryTest, FirstListingRecordsOnlyTheShare) {
  PutFlavors(share_, {MakeFlavor("f1")});
  PutImages(share_, {MakeImage("i1")});
  PutNetworks(share_, SetOf(MakeNetwork("n1", NetworkUse::kDirect)));
  PutQuotas(share_, {MakeQuota("cores", 10, 1)});
  EXPECT_THAT(Lines(), ElementsAre("share project-vo.one configured",
                                   "share project-vo.one changed support unknown -> "
                                   "authenticated"));
}

TEST_F(HistoryTest, EqualContentsWriteNothing) {
  for (int day = 0; day < 3; ++day) {
    const absl::Time time = TestTime() + absl::Hours(24 * day);
    PutFlavors(share_, {MakeFlavor("f1")}, time);
    PutImages(share_, {MakeImage("i1")}, time);
    PutNetworks(share_, SetOf(MakeNetwork("n1", NetworkUse::kDirect)), time);
    PutQuotas(share_, {MakeQuota("cores", 10, day)}, time);
  }
  EXPECT_THAT(Lines(), SizeIs(2));
}

TEST_F(HistoryTest, FlavorsAndImagesAreRecordedOncePerEndpoint) {
  PutFlavors(share_, {MakeFlavor("f1"), MakeFlavor("f2")});
  PutFlavors(peer_, {MakeFlavor("f1"), MakeFlavor("f2")});
  NewLines();
  Flavor larger = MakeFlavor("f1");
  larger.ram_mib = 99;
  const std::string old_ram = absl::StrCat(*MakeFlavor("f1").ram_mib);
  const absl::Time time = TestTime() + absl::Hours(1);
  PutFlavors(share_, {larger, MakeFlavor("f3")}, time);
  EXPECT_THAT(NewLines(), ElementsAre("flavor id-f1 changed ram_mib " + old_ram + " -> 99",
                                      "flavor id-f3 appeared"));
  // The other share still saw f2, and has the new f1 and f3 now.
  PutFlavors(peer_, {larger, MakeFlavor("f3")}, time);
  EXPECT_THAT(NewLines(), ElementsAre("flavor id-f2 gone"));
  PutFlavors(share_, {larger, MakeFlavor("f3"), MakeFlavor("f2")}, time + absl::Hours(1));
  EXPECT_THAT(NewLines(), ElementsAre("flavor id-f2 appeared"));
}

TEST_F(HistoryTest, FirstListingOfAnotherShareRecordsWhatAllSharesSee) {
  PutFlavors(share_, {MakeFlavor("f1")});
  PutImages(share_, {MakeImage("i1")});
  PutImages(peer_, {}, TestTime());  // so that its states are told before
  NewLines();
  Flavor granted = MakeFlavor("granted");
  granted.is_public = false;
  Flavor for_all = MakeFlavor("for-all");
  for_all.is_public = true;
  PutFlavors(peer_, {granted, for_all});
  EXPECT_THAT(NewLines(), ElementsAre("flavor id-for-all appeared"));
  const Share third = MakeShare("SITE-A", "vo.three");
  PutFlavors(third, {});
  NewLines();
  Image own = MakeImage("own");
  own.visibility = "private";
  Image published = MakeImage("published");
  published.visibility = "public";
  PutImages(third, {own, published});
  EXPECT_THAT(NewLines(), ElementsAre("image id-published appeared"));
  // Whatever the next listing has in addition is new, whoever may see it.
  Image another = own;
  another.id = "id-another";
  PutImages(third, {own, published, another}, TestTime() + absl::Hours(1));
  EXPECT_THAT(NewLines(), ElementsAre("image id-another appeared"));
}

TEST_F(HistoryTest, NewerImageOfTheSameReferenceReplaces) {
  Image old_image = MakeImage("i1");
  old_image.egi_ref = "https://appdb.egi.eu/store/vo/image/11-22:100/";
  Image other = MakeImage("i2");
  PutImages(share_, {old_image, other});
  NewLines();
  Image new_image = old_image;
  new_image.id = "i3";
  new_image.egi_ref = "https://appdb.egi.eu/store/vo/image/11-22:101/";
  PutImages(share_, {new_image}, TestTime() + absl::Hours(1));
  EXPECT_THAT(NewLines(),
              ElementsAre("image i3 appeared", "image id-i1 replaced egi_ref id-i1 -> i3",
                          "image id-i2 gone"));
}

// What is in a column is in the journal and in every earlier state, without a line for each.
TEST_F(HistoryTest, RecordsEveryFactOfAnImage) {
  const Image before = MakeImage("i1");
  PutImages(share_, {before});
  const absl::Time then = clock_.now;
  NewLines();
  Tick();
  Image after = before;
  after.bootable = !before.bootable;
  after.expire_date = "2027-01-31";
  PutImages(share_, {after}, TestTime() + absl::Hours(1));
  EXPECT_THAT(NewLines(), ElementsAre(HasSubstr("image id-i1 changed bootable"),
                                      "image id-i1 changed expire_date " +
                                          std::string(before.expire_date) + " -> 2027-01-31"));
  EXPECT_EQ(OnlyEndpoint(LoadAt(then)).images.items().at(0).record, before);
}

// The journal reports the facts of a subnet, but not which of its addresses are in use.
TEST_F(HistoryTest, FactsOfASubnetAreTold) {
  Network network = MakeNetwork("n1", NetworkUse::kDirect);
  network.subnets = {MakeSubnet("s1", "192.0.2.0/24")};
  PutNetworks(share_, SetOf(network));
  NewLines();
  // An older version read less: this is not a change of the site.
  network.subnets[0].enable_dhcp = true;
  network.subnets[0].address_count = 253;
  PutNetworks(share_, SetOf(network), TestTime() + absl::Hours(1));
  EXPECT_THAT(NewLines(), IsEmpty());
  const absl::Time then = clock_.now;
  Tick();
  const Network before = network;
  network.subnets[0].enable_dhcp = false;
  network.subnets[0].service_types = {"compute:az1"};
  network.subnets[0].address_count = 100;
  network.subnets[0].used_count = 7;
  network.subnets[0].has_dhcp_port = true;
  network.subnets[0].gateway_holder = "r1";
  PutNetworks(share_, SetOf(network), TestTime() + absl::Hours(2));
  EXPECT_THAT(NewLines(),
              ElementsAre("network id-n1 changed subnets.192.0.2.0/24.enable_dhcp 1 -> 0",
                          "network id-n1 changed subnets.192.0.2.0/24.service_types [] -> "
                          "[\"compute:az1\"]",
                          "network id-n1 changed subnets.192.0.2.0/24.address_count 253 -> 100"));
  EXPECT_EQ(OnlyShare(LoadAt(then)).networks.at(0).record, before);
  EXPECT_EQ(OnlyShare(Load()).networks.at(0).record, network);
}

TEST_F(HistoryTest, RecordsChoicesOfAShare) {
  RecordSet limits = MakeRecords(share_, Kind::kQuotas, TestTime());
  limits.limit_set.zones = {{"az1", "compute", true}, {"az1", "volume", true}};
  limits.limit_set.volume_types = {{"t1", "ssd", true, {}}};
  Put(limits);
  NewLines();
  const absl::Time then = clock_.now;
  Tick();
  RecordSet changed = limits;
  changed.observe_time += absl::Hours(1);
  changed.limit_set.zones[0].available = false;
  changed.limit_set.volume_types.push_back({"t2", "hdd", false, {"az1", "az2"}});
  Put(changed);
  EXPECT_THAT(NewLines(),
              ElementsAre("share project-vo.one changed availability_zones compute az1; volume az1 "
                          "-> compute az1 (not available); volume az1",
                          "share project-vo.one changed volume_types ssd (default) -> hdd in az1, "
                          "az2; ssd (default)"));
  EXPECT_EQ(OnlyShare(LoadAt(then)).zones, limits.limit_set.zones);
  EXPECT_EQ(OnlyShare(LoadAt(then)).volume_types, limits.limit_set.volume_types);
  // A list that could not be read is not an empty list.
  Tick();
  changed.observe_time += absl::Hours(1);
  changed.limit_set.zones.clear();
  changed.remarks = {"nova_zones: HTTP 500; the zones stay unknown"};
  Put(changed);
  EXPECT_THAT(NewLines(), IsEmpty());
  EXPECT_EQ(StateOf(OnlyShare(Load()), Kind::kQuotas).remarks, changed.remarks);
  EXPECT_THAT(StateOf(OnlyShare(LoadAt(then)), Kind::kQuotas).remarks, IsEmpty());
}

TEST_F(HistoryTest, RecordsSubnetPools) {
  NetworkSet set = SetOf(MakeNetwork("n1", NetworkUse::kDirect));
  SubnetPool pool;
  pool.id = "p1";
  pool.name = "shared-v6";
  pool.prefixes = {"2001:db8::/48"};
  set.subnet_pools = {pool};
  PutNetworks(share_, set);
  NewLines();
  const absl::Time then = clock_.now;
  Tick();
  NetworkSet changed = set;
  changed.subnet_pools[0].prefixes.push_back("2001:db8:1::/48");
  PutNetworks(share_, changed, TestTime() + absl::Hours(1));
  EXPECT_THAT(NewLines(),
              ElementsAre("share project-vo.one changed subnet_pools shared-v6 (2001:db8::/48) -> "
                          "shared-v6 (2001:db8::/48, 2001:db8:1::/48)"));
  EXPECT_EQ(OnlyShare(LoadAt(then)).subnet_pools, set.subnet_pools);
}

// One project has accepted a shared image, another one has not.
TEST_F(HistoryTest, AcceptedImageStaysAcceptedWhileAnotherShareHasItPending) {
  Image accepted = MakeImage("i1");
  accepted.visibility = "shared";
  Image pending = accepted;
  pending.member_status = "pending";
  PutImages(share_, {pending});
  EXPECT_EQ(OnlyEndpoint(Load()).images.items().at(0).record.member_status, "pending");
  PutImages(peer_, {accepted});
  NewLines();
  for (int day = 1; day < 3; ++day) {
    const absl::Time time = TestTime() + absl::Hours(24 * day);
    PutImages(share_, {pending}, time);
    PutImages(peer_, {accepted}, time);
    EXPECT_EQ(OnlyEndpoint(Load()).images.items().at(0).record.member_status, "");
  }
  EXPECT_THAT(NewLines(), IsEmpty());
  PutImages(peer_, {}, TestTime() + absl::Hours(90));
  PutImages(share_, {pending}, TestTime() + absl::Hours(90));
  EXPECT_EQ(OnlyEndpoint(Load()).images.items().at(0).record.member_status, "pending");
}

// The registry has no history; its transactions have a time, so that those before and after are
// found.
TEST_F(HistoryTest, RegistryAndOffersAreOfNowOnly) {
  PutFlavors(share_, {MakeFlavor("f1")});
  const absl::Time then = clock_.now;
  RegistryUpdate update;
  update.part = RegistryPart::kSites;
  update.time = Tick();
  update.sites.emplace_back().name = "SITE-A";
  ASSERT_TRUE(writer().ReplaceRegistry(update).ok());
  ASSERT_TRUE(writer().PutOffers(share_, {{"p1", "project", "vo.one"}}, Tick()).ok());
  PutFlavors(share_, {MakeFlavor("f2")}, Tick());
  EXPECT_EQ(OnlyEndpoint(LoadAt(clock_.now)).flavors.size(), 2u);
  const Catalog past = LoadAt(then);
  EXPECT_THAT(OnlyEndpoint(past).flavors, SizeIs(1));
  EXPECT_THAT(past.registry->sites, IsEmpty());
  EXPECT_THAT(OnlyEndpoint(past).offered_projects, IsEmpty());
  EXPECT_THAT(Load().registry->sites, SizeIs(1));
  CloseWriter();
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_F(HistoryTest, RecordsNetworksQuotasAndStatesPerShare) {
  Network external = MakeNetwork("n1", NetworkUse::kFloatingPool);
  external.name = "public00";
  PutNetworks(share_, SetOf(external));
  PutQuotas(share_, {MakeQuota("cores", 10, 1)});
  NewLines();
  external.name = "external";
  const absl::Time later = TestTime() + absl::Hours(1);
  PutNetworks(share_, SetOf(external), later);
  PutQuotas(share_, {MakeQuota("cores", 20, 1), MakeQuota("volumes", 3, 0)}, later);
  EXPECT_THAT(NewLines(), ElementsAre("network id-n1 renamed name public00 -> external",
                                      "quota cores changed limit 10 -> 20",
                                      "quota volumes appeared limit - -> 3"));
  Share refused = share_;
  refused.support = VoSupport::kRefused;
  refused.support_time = later;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        writer()
            .RecordFailure(crawl_id(), refused, Kind::kAuth, ErrorClass::kForbidden, "no", later, 1)
            .ok());
  }
  ASSERT_TRUE(writer().RecordLogin(crawl_id(), share_, later, 1).ok());
  EXPECT_THAT(NewLines(),
              ElementsAre("share project-vo.one changed support authenticated -> refused",
                          "share project-vo.one failing auth - -> forbidden",
                          "share project-vo.one changed support refused -> authenticated",
                          "share project-vo.one recovered auth forbidden -> -"));
}

TEST_F(HistoryTest, ChangesOfTheConfigurationAreTheOperators) {
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share_, peer_}).ok());
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share_}).ok());
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share_}).ok());
  EXPECT_THAT(Lines({.vos = {"vo.two"}}),
              ElementsAre("share project-vo.two configured (configuration)", HasSubstr("support"),
                          "share project-vo.two unconfigured (configuration)"));
}

TEST_F(HistoryTest, ChangesByNewRulesAreNotTheSites) {
  const Image guessed = MakeImage("i1");
  PutImages(share_, {guessed});
  NewLines();
  RecordSet records = MakeRecords(share_, Kind::kImages, TestTime());
  records.images = {guessed};
  records.images[0].login_user = "someone";
  const Observation observation = MakeObservation(share_, Kind::kImages, TestTime());
  ASSERT_TRUE(writer().Renormalize(observation, records).ok());
  const std::string before(guessed.login_user);
  EXPECT_THAT(NewLines(),
              ElementsAre("image id-i1 changed login_user " + before + " -> someone (rules)"));
  // A crawl with other rules that gets the same answer as before says so too.
  records.images[0].login_user = "nobody";
  ASSERT_TRUE(writer().ReplaceRecords(crawl_id(), observation, records, 1).ok());
  EXPECT_THAT(NewLines(), ElementsAre("image id-i1 changed login_user someone -> nobody (rules)"));
  // How a fact was inferred is not a fact.
  records.images[0].provenance.warnings = {"OTHER: words"};
  ASSERT_TRUE(writer().ReplaceRecords(crawl_id(), observation, records, 1).ok());
  EXPECT_THAT(NewLines(), IsEmpty());
}

TEST_F(HistoryTest, QueriesSelectBySiteVoKindAndTime) {
  PutFlavors(share_, {MakeFlavor("f1")});
  PutFlavors(MakeShare("SITE-B", "vo.three"), {MakeFlavor("f1")});
  clock_.now += absl::Hours(1);
  const absl::Time later = clock_.now;
  PutFlavors(share_, {}, later);
  PutFlavors(MakeShare("SITE-B", "vo.three"), {}, later);
  EXPECT_THAT(Lines({.kinds = {ChangeKind::kFlavor}}), SizeIs(2));
  EXPECT_THAT(Lines({.site_names = {"SITE-B"}, .kinds = {ChangeKind::kFlavor}}), SizeIs(1));
  EXPECT_THAT(Lines({.vos = {"vo.three"}, .kinds = {ChangeKind::kFlavor}}), SizeIs(1));
  EXPECT_THAT(Lines({.start_time = later}), SizeIs(2));
  EXPECT_THAT(Lines({.end_time = later}), SizeIs(4));
  EXPECT_THAT(Lines({.limit = 3}), SizeIs(3));
  const std::vector<Change> newest = *Open()->Changes({.limit = 1});
  ASSERT_THAT(newest, SizeIs(1));
  EXPECT_EQ(newest[0].share.endpoint.site_name, "SITE-B");
  EXPECT_FALSE(newest[0].of_share);
  EXPECT_EQ(newest[0].time, later);
  EXPECT_THAT(*Open()->Changes({.before_id = newest[0].id, .limit = 100}), SizeIs(5));
}

TEST_F(HistoryTest, TimesBeforeTheOldestAreRefusedWithTheOldest) {
  EXPECT_EQ(Open()->GenerationAt(TestTime()).status().code(), absl::StatusCode::kOutOfRange);
  PutFlavors(share_, {MakeFlavor("f1")});
  EXPECT_TRUE(Open()->GenerationAt(clock_.now).ok());
  const absl::Status status = Open()->GenerationAt(clock_.now - absl::Microseconds(1)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(status.message(), HasSubstr("2026-01-02T03:04:05Z"));
}

// Time stamps follow the clock, the order follows the generation: after a clock is set back,
// everything from before is still reported.
TEST_F(HistoryTest, ClockThatJumpsKeepsTheOrder) {
  PutFlavors(share_, {MakeFlavor("f1")});
  const absl::Time first = clock_.now;
  clock_.now += absl::Hours(1000);
  PutFlavors(share_, {MakeFlavor("f2")}, first + absl::Hours(1));
  clock_.now = first + absl::Hours(2);
  PutFlavors(share_, {MakeFlavor("f3")}, first + absl::Hours(2));
  EXPECT_EQ(OnlyEndpoint(LoadAt(first)).flavors.size(), 1u);
  EXPECT_EQ(OnlyEndpoint(LoadAt(clock_.now)).flavors.size(), 3u);
}

// A catalog as text: everything but revisions, of which the past has none of its own. A row that
// is active was last seen by the newest listing that shows it.
std::string Text(const Catalog& catalog) {
  std::string text = absl::StrCat(catalog.generation, "\n");
  const auto add = [&text](const std::vector<FieldText>& fields) {
    for (const FieldText& field : fields) {
      absl::StrAppend(&text, field.name, "=", field.text.value_or("-"), " ");
    }
    text += "\n";
  };
  const auto add_stored = [&](const auto& stored) {
    add(FieldTextsOf(stored.record));
    absl::StrAppend(&text, stored.active, absl::FormatTime(stored.first_seen),
                    stored.active ? "" : absl::FormatTime(stored.last_seen), "\n");
  };
  for (const auto& site : catalog.sites) {
    add(FieldTextsOf(site->site));
    for (const EndpointCatalog& endpoint : site->endpoints) {
      add(FieldTextsOf(endpoint.endpoint));
      for (const auto& flavor : endpoint.flavors) add_stored(flavor);
      for (const auto& image : endpoint.images) add_stored(image);
      for (const ShareCatalog& share : endpoint.shares) {
        absl::StrAppend(&text, share.share.vo, share.share.endpoint.protocol, "\n");
        add(FieldTextsOf(share.share));
        for (const KindState& state : share.kinds) add(FieldTextsOf(state));
        for (const int32_t i : share.flavor_indexes) absl::StrAppend(&text, i, ",");
        for (const int32_t i : share.image_indexes) absl::StrAppend(&text, i, ";");
        for (const auto& network : share.networks) {
          add_stored(network);
          for (const Subnet& subnet : network.record.subnets) add(FieldTextsOf(subnet));
        }
        for (const Router& router : share.routers) {
          add(FieldTextsOf(router));
          for (const std::string& id : router.network_ids) absl::StrAppend(&text, id, " ");
          for (const std::string& id : router.subnet_ids) absl::StrAppend(&text, id, ";");
        }
        for (const FloatingIp& ip : share.floating_ips) add(FieldTextsOf(ip));
        for (const SubnetPool& pool : share.subnet_pools) add(FieldTextsOf(pool));
        for (const Quota& quota : share.quotas) add(FieldTextsOf(quota));
        for (const AvailabilityZone& zone : share.zones) add(FieldTextsOf(zone));
        for (const VolumeType& type : share.volume_types) add(FieldTextsOf(type));
        absl::StrAppend(&text, share.routers_known, share.floating_ips_known, "\n");
      }
    }
  }
  for (const Crawl& crawl : catalog.crawls) add(FieldTextsOf(crawl));
  for (const CrawlResult& result : catalog.crawl_results) add(FieldTextsOf(result));
  return text;
}

// Random transactions; after each one the catalog is kept. All of them must come back.
class RandomHistory : public HistoryTest, public ::testing::WithParamInterface<uint32_t> {
 protected:
  int Draw(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  bool Chance(int percent) { return Draw(100) < percent; }

  template <typename Record>
  std::vector<Record> Some(Record (*make)(const std::string&, int)) {
    std::vector<Record> records;
    for (int i = 0; i < 6; ++i) {
      if (Chance(60)) records.push_back(make(absl::StrCat("x", i), Draw(3)));
    }
    return records;
  }
  static Flavor SomeFlavor(const std::string& id, int version) {
    Flavor flavor = MakeFlavor(id, version + 1);
    flavor.gpu_count = version == 2 ? std::optional<double>() : version / 3.0;
    if (version == 0) flavor.extra_specs.reset();
    if (version == 1) flavor.extra_specs = {{"a\"b", "\x01\n"}, {"hw:x", ""}};
    return flavor;
  }
  static Image SomeImage(const std::string& id, int version) {
    Image image = MakeImage(id);
    image.tags = std::vector<std::string>(static_cast<size_t>(version), "tag");
    image.hidden = version == 0 ? std::optional<bool>() : version == 1;
    image.create_time = version == 0 ? absl::InfinitePast() : TestTime();
    return image;
  }
  static Network SomeNetwork(const std::string& id, int version) {
    Network network = MakeNetwork(id, version == 0 ? NetworkUse::kTenant : NetworkUse::kDirect);
    network.shared = false;
    network.address_scope_v4 = version == 2 ? "scope" : "";
    if (version == 1) return network;
    Subnet subnet = MakeSubnet("s", "192.0.2.0/24");
    subnet.enable_dhcp = version == 0;
    subnet.service_types = std::vector<std::string>(static_cast<size_t>(version), "compute:az1");
    if (version == 0) subnet.address_count = 250;
    subnet.used_count = version + 1;
    subnet.gateway_holder = version == 0 ? "r1" : "";
    network.subnets = {subnet};
    return network;
  }
  static SubnetPool SomeSubnetPool(const std::string& id, int version) {
    SubnetPool pool;
    pool.id = id;
    pool.ip_version = version == 0 ? 4 : 6;
    pool.prefixes = std::vector<std::string>(static_cast<size_t>(version), "2001:db8::/48");
    pool.is_public = version == 1 ? Tristate::kYes : Tristate::kUnknown;
    return pool;
  }
  static AvailabilityZone SomeZone(const std::string& id, int version) {
    return {id, version == 0 ? "compute" : "volume", version != 2};
  }
  static VolumeType SomeVolumeType(const std::string& id, int version) {
    return {id, id, version == 0, std::vector<std::string>(static_cast<size_t>(version), "az1")};
  }
  LimitSet SomeLimits() {
    LimitSet set;
    set.quotas = {MakeQuota("cores", Draw(3), Draw(3))};
    set.zones = Some<AvailabilityZone>(SomeZone);
    set.volume_types = Some<VolumeType>(SomeVolumeType);
    return set;
  }
  NetworkSet SomeNetworks() {
    NetworkSet set;
    set.networks = Some<Network>(SomeNetwork);
    if (Chance(50))
      set.routers.push_back({"r1", "r", "ACTIVE", true, "x1", {}, {"x2", "x3"}, {"s"}});
    if (Chance(50)) set.floating_ips.push_back({"ip1", "x1", Chance(50), "r1", "DOWN"});
    set.subnet_pools = Some<SubnetPool>(SomeSubnetPool);
    if (Chance(50)) set.routers_known = Chance(50);
    return set;
  }

  void Step() {
    // Its own crawl, as in practice: a crawl tries each kind of a share once.
    SetCrawl(BeginCrawl(Tick()));
    const absl::Time now = Tick();
    Share share = MakeShare(absl::StrCat("SITE-", Draw(2)), absl::StrCat("vo", Draw(3)));
    share.project_name = absl::StrCat("name", Draw(2));
    switch (Draw(8)) {
      case 0:
        return PutFlavors(share, Some<Flavor>(SomeFlavor), now);
      case 1:
        return PutImages(share, Some<Image>(SomeImage), now);
      case 2:
        return PutNetworks(share, SomeNetworks(), now);
      case 3:
        return PutLimits(share, SomeLimits(), now, Chance(50));
      case 4:
        share.support = VoSupport::kRefused;
        share.support_time = now;
        ASSERT_TRUE(
            writer()
                .RecordFailure(crawl_id(), share, Kind::kAuth, ErrorClass::kAuth, "no", now, 1)
                .ok());
        return;
      case 5:
        ASSERT_TRUE(writer().RecordLogin(crawl_id(), share, now, 2).ok());
        return;
      case 6: {
        std::vector<Share> shares;
        for (int i = 0; i < 3; ++i) {
          if (Chance(70)) shares.push_back(MakeShare("SITE-0", absl::StrCat("vo", i)));
        }
        ASSERT_TRUE(writer()
                        .ReplaceConfiguration({MakeSite("SITE-0", Chance(50) ? "ES" : "")}, shares)
                        .ok());
        return;
      }
      default:
        FinishCrawl(now);
    }
  }

  void PutLimits(const Share& share, LimitSet limits, absl::Time now, bool is_remarked) {
    RecordSet records = MakeRecords(share, Kind::kQuotas, now);
    records.limit_set = std::move(limits);
    if (is_remarked) records.remarks = {"cinder_types: HTTP 500; the volume types stay unknown"};
    Put(records);
  }

  void FinishCrawl(absl::Time now) {
    Crawl crawl;
    crawl.id = crawl_id();
    crawl.end_time = now;
    crawl.request_count = 7;
    crawl.error_counts = {{"connect", 2}};
    ASSERT_TRUE(writer().EndCrawl(crawl).ok());
  }

  std::mt19937 random_{GetParam()};
};

TEST_P(RandomHistory, EveryStateComesBack) {
  std::vector<std::pair<absl::Time, std::string>> states;
  for (int i = 0; i < 60; ++i) {
    Step();
    states.emplace_back(clock_.now, Text(Load()));
  }
  for (const auto& [time, text] : states) ASSERT_EQ(Text(LoadAt(time)), text) << time;
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());

  // Retention in the middle: older states are refused, all others stay.
  const absl::Time kept = states[30].first;
  CloseWriter();
  const absl::StatusOr<PruneResult> pruned = PruneHistory(path(), kept);
  ASSERT_TRUE(pruned.ok()) << pruned.status();
  EXPECT_GT(pruned->history_count, 0);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
  EXPECT_EQ(Open()->GenerationAt(states[20].first).status().code(), absl::StatusCode::kOutOfRange);
  for (size_t i = 30; i < states.size(); ++i) {
    const Catalog past = LoadAt(states[i].first);
    EXPECT_EQ(past.generation, Open()->GenerationAt(states[i].first).value_or(-1));
    EXPECT_FALSE(past.sites.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, ::testing::Range(1u, 13u));

TEST_F(HistoryTest, RetentionLeavesWhatIsInForce) {
  PutFlavors(share_, {MakeFlavor("old"), MakeFlavor("f1")});
  PutFlavors(share_, {MakeFlavor("f1")}, Tick());
  const absl::Time gone = clock_.now;
  clock_.now += absl::Hours(24 * 100);
  CloseWriter();
  const absl::StatusOr<PruneResult> result = PruneHistory(path(), clock_.now);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->record_count, 0) << "the journal's last transaction still tells of it";
  Reopen();
  PutFlavors(share_, {MakeFlavor("f1")}, clock_.now);
  PutFlavors(share_, {MakeFlavor("f1")}, clock_.now);
  CloseWriter();
  ASSERT_TRUE(PruneHistory(path(), absl::Now() + absl::Hours(1)).ok());
  const Catalog catalog = Load();
  ASSERT_THAT(OnlyEndpoint(catalog).flavors, SizeIs(1));
  EXPECT_EQ(OnlyEndpoint(catalog).flavors[0].record.id, "id-f1");
  EXPECT_THAT(catalog.crawls, SizeIs(1)) << "the newest crawl is kept whatever its age";
  EXPECT_THAT(Lines(), IsEmpty());
  EXPECT_EQ(Open()->GenerationAt(gone).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_F(HistoryTest, PositionsAreChecked) {
  PutFlavors(share_, {MakeFlavor("f1")});
  const ChangePosition first = Open()->Bounds()->newest;
  EXPECT_EQ(first.change_id, 2);
  EXPECT_TRUE(Open()->CheckPosition(first).ok());
  EXPECT_TRUE(Open()->CheckPosition(ChangePosition()).ok());
  ChangePosition other = first;
  other.generation += 1;
  EXPECT_EQ(Open()->CheckPosition(other).code(), absl::StatusCode::kFailedPrecondition);
  other = first;
  other.change_id = 99;
  EXPECT_EQ(Open()->CheckPosition(other).code(), absl::StatusCode::kFailedPrecondition);
  other = first;
  EXPECT_NE(other.database_id, 0);
  other.database_id += 2;
  EXPECT_EQ(Open()->CheckPosition(other).code(), absl::StatusCode::kFailedPrecondition);
  other.database_id = 0;
  EXPECT_TRUE(Open()->CheckPosition(other).ok());
  PutFlavors(share_, {}, Tick());
  PutFlavors(share_, {}, Tick());
  CloseWriter();
  ASSERT_TRUE(PruneHistory(path(), clock_.now).ok());
  EXPECT_EQ(Open()->CheckPosition(first).code(), absl::StatusCode::kOutOfRange);
  EXPECT_TRUE(Open()->CheckPosition(Open()->Bounds()->newest).ok());
}

TEST_F(HistoryTest, DamagedStepsAreDataLoss) {
  PutFlavors(share_, {MakeFlavor("f1")});
  PutFlavors(share_, {}, Tick());
  const auto db = Connection::Open(path(), Connection::Mode::kReadWrite, kBusyTime);
  ASSERT_TRUE((*db)->Execute("UPDATE history SET undo_bytes = 5 WHERE generation = 3").ok());
  EXPECT_EQ(Open()->LoadAt(2).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(Open()->LoadAt(3).ok());
}

}  // namespace
}  // namespace cis
