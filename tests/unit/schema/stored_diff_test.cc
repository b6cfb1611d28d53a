// SPDX-License-Identifier: Apache-2.0
#include "schema/model/stored_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "tests/support/builders.h"

namespace cis {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Field = FieldDifference;
using TextsByField = std::map<std::string, std::string>;

TEST(StoredDiff, EqualRecordsGiveNothing) {
  EXPECT_THAT(DiffStored(MakeFlavor("f"), MakeFlavor("f")), IsEmpty());
  EXPECT_THAT(DiffStored(MakeImage("i"), MakeImage("i")), IsEmpty());
  const Network network = MakeNetwork("n", NetworkUse::kFloatingPool);
  EXPECT_THAT(DiffStored(network, network), IsEmpty());
  EXPECT_THAT(DiffStored(NetworkSet(), NetworkSet()), IsEmpty());
  EXPECT_THAT(DiffStored(LimitSet(), LimitSet()), IsEmpty());
}

TEST(StoredDiff, MembersHaveTheirValuesAndUnknownIsNone) {
  Image before = MakeImage("i");
  Image after = before;
  before.eol_date = "2027-06-01";
  after.eol_date = "2032-04-30";
  after.login_user = "";
  EXPECT_THAT(DiffStored(before, after),
              ElementsAre(Field{"login_user", "ubuntu", std::nullopt},
                          Field{"eol_date", "2027-06-01", "2032-04-30"}));
}

TEST(StoredDiff, MapsAreToldKeyByKeyAlsoWhereTheJournalIsSilent) {
  Image before = MakeImage("i");
  Image after = before;
  before.boot_properties.reset();
  after.boot_properties = TextsByField{{"hw_disk_bus", "scsi"}};
  EXPECT_THAT(DiffStored(before, after),
              ElementsAre(Field{"boot_properties", std::nullopt, "1 keys"}));
  before.boot_properties = TextsByField{{"hw_disk_bus", "ide"}, {"hw_rng_model", "virtio"}};
  EXPECT_THAT(DiffStored(before, after),
              ElementsAre(Field{"boot_properties.hw_disk_bus", "ide", "scsi"},
                          Field{"boot_properties.hw_rng_model", "virtio", std::nullopt}));
}

TEST(StoredDiff, HowAFactWasFoundCounts) {
  Image before = MakeImage("i");
  before.provenance.confidence = {{"os_distro", Confidence::kStrong}};
  before.provenance.evidence = {{"os_distro", "property:os_distro", "ubuntu"}};
  Image after = before;
  after.provenance.confidence = {{"os_distro", Confidence::kVerified}};
  after.provenance.evidence.push_back({"os_distro", "name", "ubuntu-22.04"});
  after.provenance.warnings = {"OS_CONFLICT: name says debian"};
  EXPECT_THAT(
      DiffStored(before, after),
      ElementsAre(Field{"confidence.os_distro", "strong", "verified"},
                  Field{"evidence.os_distro", "property:os_distro: ubuntu",
                        "property:os_distro: ubuntu; name: ubuntu-22.04"},
                  Field{"warnings.OS_CONFLICT", std::nullopt, "OS_CONFLICT: name says debian"}));
}

TEST(StoredDiff, AnOrderThatDiffersIsTold) {
  Image before = MakeImage("i");
  before.provenance.evidence = {{"arch", "name", "x"}, {"os_distro", "name", "y"}};
  Image after = before;
  std::swap(after.provenance.evidence.Mutable()[0], after.provenance.evidence.Mutable()[1]);
  EXPECT_THAT(DiffStored(before, after), SizeIs(1));
}

TEST(StoredDiff, SubnetsAreToldById) {
  Network before = MakeNetwork("n", NetworkUse::kFloatingPool);
  before.subnets = {MakeSubnet("a", "192.0.2.0/24"), MakeSubnet("b", "198.51.100.0/24")};
  before.subnets[0].is_public = Tristate::kNo;
  Network after = before;
  after.subnets[0].is_public = Tristate::kYes;
  after.subnets.pop_back();
  EXPECT_THAT(DiffStored(before, after), ElementsAre(Field{"subnets.a.is_public", "no", "yes"},
                                                     Field{"subnets.b", "listed", std::nullopt}));
}

TEST(StoredDiff, WhatAShareHasBesideNetworks) {
  NetworkSet before;
  before.routers.emplace_back().id = "r";
  before.routers_known = false;
  NetworkSet after = before;
  after.routers[0].subnet_ids = {"s"};
  after.routers_known = true;
  EXPECT_THAT(DiffStored(before, after), ElementsAre(Field{"routers.r.subnet_ids", "[]", "[\"s\"]"},
                                                     Field{"routers_known", "0", "1"}));
  LimitSet old_limits;
  old_limits.quotas = {{"cores", 10, std::nullopt}};
  LimitSet new_limits;
  new_limits.quotas = {{"cores", 20, std::nullopt}};
  EXPECT_THAT(DiffStored(old_limits, new_limits),
              Contains(Field{"quotas.cores.limit", "10", "20"}));
}

TEST(StoredDiff, LongValuesAreCutBetweenCharacters) {
  Flavor before = MakeFlavor("f");
  Flavor after = before;
  std::string description;
  for (int i = 0; i < 300; ++i) description += "é";
  after.description = description;
  const FieldDifferences fields = DiffStored(before, after);
  ASSERT_THAT(fields, SizeIs(1));
  EXPECT_LE(fields[0].after->size(), kMaxChangeValueBytes);
  EXPECT_EQ(fields[0].after->substr(fields[0].after->size() - 5), "é...");
}

}  // namespace
}  // namespace cis
