// SPDX-License-Identifier: Apache-2.0

// In which zones machine and boot volume are put, and of which type the volume is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/placement/describe.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Placement& OnlyPlacement(const Answer& answer) {
  static const Placement* const kNone = new Placement;
  EXPECT_EQ(answer->placements.size(), 1u) << BlockingCode(answer);
  return answer->placements.size() == 1 ? answer->placements[0] : *kNone;
}

VolumeType MakeVolumeType(absl::string_view name, bool is_default = false) {
  VolumeType type;
  type.id = absl::StrCat("id-", name);
  type.name = std::string(name);
  type.is_default = is_default;
  return type;
}

// The only flavor has no root disk. Everything is known, and there is one zone.
CatalogBuilder VolumeScene() {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 0));
  for (auto& network : builder.share().networks) {
    for (Subnet& subnet : network.record.subnets) {
      subnet.address_count = 250;
      subnet.used_count = 0;
      subnet.has_dhcp_port = true;
    }
  }
  builder.share().zones = {{"nova", "compute", true}, {"nova", "volume", true}};
  builder.share().volume_types = {MakeVolumeType("ssd", true)};
  return builder;
}

TEST(PlacementBoot, NamesNothingWhereThereIsNothingToChoose) {
  const Answer answer = Find(VolumeScene(), QueryOf());
  const BootChoice& boot = OnlyPlacement(answer).boot;
  EXPECT_EQ(boot.zone + boot.volume_zone + boot.volume_type, "");
  EXPECT_THAT(boot.fallback_zones, IsEmpty());
  EXPECT_EQ(OnlyPlacement(answer).confidence, Confidence::kVerified);
}

TEST(PlacementBoot, NamesAZoneWhereThereAreSeveralAndNeverOneThatIsDown) {
  CatalogBuilder builder = PlainScene();
  builder.share().zones = {{"a", "compute", false}, {"b", "compute", true}, {"c", "compute", true}};
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(OnlyPlacement(answer).boot.zone, "b");
  EXPECT_THAT(OnlyPlacement(answer).boot.fallback_zones, ElementsAre("c"));
  builder.share().zones = {{"a", "compute", false}};
  EXPECT_EQ(BlockingCode(Find(builder, QueryOf())), "ZONE_UNAVAILABLE");
}

TEST(PlacementBoot, TakesTheZoneThatTheFlavorIsFor) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("m1.medium", 2, 4096, 40);
  flavor.extra_specs = {{{"aggregate_instance_extra_specs:availability_zone", "c"}}};
  builder.AddFlavor(flavor);
  builder.share().zones = {{"b", "compute", true}, {"c", "compute", true}};
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(OnlyPlacement(answer).boot.zone, "c");
  EXPECT_THAT(OnlyPlacement(answer).boot.fallback_zones, ElementsAre("b"));
}

TEST(PlacementBoot, PutsMachineAndVolumeIntoAZoneThatBothServicesHave) {
  CatalogBuilder builder = VolumeScene();
  builder.share().zones = {
      {"a", "compute", true}, {"b", "compute", true}, {"b", "volume", true}, {"z", "volume", true}};
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(OnlyPlacement(answer).boot.zone, "b");
  EXPECT_EQ(OnlyPlacement(answer).boot.volume_zone, "b");
  EXPECT_THAT(OnlyPlacement(answer).boot.fallback_zones, IsEmpty());
  EXPECT_EQ(OnlyPlacement(answer).confidence, Confidence::kVerified);
}

TEST(PlacementBoot, SaysWhereMachineAndVolumeCannotBeInOneZone) {
  CatalogBuilder builder = VolumeScene();
  builder.share().zones = {{"a", "compute", true}, {"z", "volume", true}};
  const Answer answer = Find(builder, QueryOf());
  EXPECT_TRUE(OnlyPlacement(answer).boot.zones_differ);
  EXPECT_EQ(OnlyPlacement(answer).confidence, Confidence::kProbable);
  EXPECT_THAT(DescribeNotes(OnlyPlacement(answer), QueryOf(), TestTime()),
              testing::Contains(testing::HasSubstr("no availability zone in common")));
  builder.share().zones[1].available = false;
  EXPECT_EQ(BlockingCode(Find(builder, QueryOf())), "ZONE_UNAVAILABLE");
}

TEST(PlacementBoot, IsAtMostProbableWhereCinderSaysNothing) {
  CatalogBuilder builder = VolumeScene();
  builder.share().zones.clear();
  EXPECT_EQ(OnlyPlacement(Find(builder, QueryOf())).confidence, Confidence::kProbable);
}

TEST(PlacementBoot, PutsAVolumeWhereItsTypeCanBe) {
  CatalogBuilder builder = VolumeScene();
  builder.share().zones = {
      {"a", "compute", true}, {"b", "compute", true}, {"a", "volume", true}, {"b", "volume", true}};
  builder.share().volume_types[0].zones = {"b"};
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(OnlyPlacement(answer).boot.zone, "b");
  EXPECT_EQ(OnlyPlacement(answer).boot.volume_zone, "b");
}

TEST(PlacementBoot, NamesAnotherTypeWhereTheDefaultHasNoQuota) {
  CatalogBuilder builder = VolumeScene();
  builder.share().volume_types.push_back(MakeVolumeType("hdd"));
  EXPECT_EQ(OnlyPlacement(Find(builder, QueryOf())).boot.volume_type, "");
  builder.AddQuota(MakeQuota("volumes.ssd", 0, 0));
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(OnlyPlacement(answer).boot.volume_type, "hdd");
  EXPECT_EQ(OnlyPlacement(answer).confidence, Confidence::kProbable);
  builder.AddQuota(MakeQuota("volume_gib.hdd", 10, 9));
  const Answer refused = Find(builder, QueryOf());
  EXPECT_EQ(BlockingCode(refused), "QUOTA_ZERO volumes");
  EXPECT_EQ(
      FormatReason(*refused->verdicts[0].blocking(), QueryOf()),
      "the project's quota for volumes of type ssd is 0; a machine of flavor m1.medium needs 1");
}

TEST(PlacementBoot, ObeysTheGreatestSizeOfAVolume) {
  CatalogBuilder builder = VolumeScene();
  builder.AddQuota(MakeQuota("volume_gib_per_volume", 20, 0));
  PlacementQuery query = QueryOf();
  query.disk_gib.min = 20;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "");
  query.disk_gib.min = 21;
  const Answer answer = Find(builder, query);
  EXPECT_EQ(BlockingCode(answer), "QUOTA_VOLUME_TOO_LARGE");
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "the project's quota allows volumes of at most 20 GiB; one of 21 GiB is needed");
}

}  // namespace
}  // namespace cis::server
