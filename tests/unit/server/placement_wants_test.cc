// SPDX-License-Identifier: Apache-2.0

// Requirements that go beyond sizes: GPU memory in total, a zone, "the same machine elsewhere", and
// excluded placements.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "schema/model/resource_name.h"
#include "server/placement/flavor_fit.h"
#include "server/placement/like.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Flavor GpuFlavor(absl::string_view name, double count, std::optional<int64_t> memory_mib) {
  Flavor flavor = MakeFlavor(name, 8, 65536, 40);
  flavor.gpu_count = count;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = "A100 40GB PCIe";
  flavor.gpu_memory_mib = memory_mib;
  SetConfidence(flavor.provenance, "gpu_count");
  SetConfidence(flavor.provenance, "gpu_model");
  return flavor;
}

std::string ChosenFlavor(const Answer& answer) {
  return std::string(answer->placements.empty() ? "" : answer->placements[0].flavor->name);
}

std::string Sentence(const Answer& answer, const PlacementQuery& query) {
  return FormatReason(*answer->verdicts[0].blocking(), query);
}

TEST(TotalGpuMemory, CountsAllCardsOfAMachine) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(GpuFlavor("one", 1, 81920));
  builder.AddFlavor(GpuFlavor("two", 2, 81920));
  PlacementQuery query = QueryOf();
  query.total_gpu_memory_mib.min = 163840;
  EXPECT_EQ(ChosenFlavor(Find(builder, query)), "two");
  query.total_gpu_memory_mib.min = 163841;
  const Answer none = Find(builder, query);
  EXPECT_EQ(BlockingCode(none), "TOTAL_GPU_MEMORY_TOO_SMALL");
  EXPECT_THAT(Sentence(none, query), HasSubstr("the most is 163840 MiB (two)"));
  query.total_gpu_memory_mib = {std::nullopt, 100000};
  EXPECT_EQ(ChosenFlavor(Find(builder, query)), "one");
}

TEST(TotalGpuMemory, ASliceHasTheMemoryOfTheSliceAndWhatIsNotReportedPasses) {
  EXPECT_EQ(TotalGpuMemoryMib(GpuFlavor("slice", 0.5, 20480)), 20480);
  EXPECT_EQ(TotalGpuMemoryMib(GpuFlavor("unknown", 2, std::nullopt)), std::nullopt);
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(GpuFlavor("unknown", 2, std::nullopt));
  PlacementQuery query = QueryOf();
  query.total_gpu_memory_mib.min = 1000000;
  const Answer answer = Find(builder, query);
  ASSERT_EQ(ChosenFlavor(answer), "unknown");
  EXPECT_NE(answer->placements[0].unknowns & UnknownBit(Unknown::kGpu), 0u);
}

// The resource names of the only share and of its flavors.
std::string ShareName(const CatalogBuilder& builder) {
  return FormatShareName(builder.Build().sites[0]->endpoints[0].shares[0].share);
}
std::string FlavorName(const CatalogBuilder& builder, absl::string_view id) {
  return FormatFlavorName(builder.Build().sites[0]->endpoints[0].endpoint, id);
}

TEST(ExcludedPlacements, LeaveTheNextBest) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("m1.large", 4, 8192, 80));
  PlacementQuery query = QueryOf();
  ASSERT_EQ(ChosenFlavor(Find(builder, query)), "m1.medium");
  query.excluded_placements = {{ShareName(builder), FlavorName(builder, "id-m1.medium")}};
  EXPECT_EQ(ChosenFlavor(Find(builder, query)), "m1.large");
  query.excluded_placements.push_back({ShareName(builder), FlavorName(builder, "id-m1.large")});
  const Answer none = Find(builder, query);
  EXPECT_EQ(BlockingCode(none), "PLACEMENT_EXCLUDED");
  EXPECT_THAT(Sentence(none, query), HasSubstr("the request excludes all 2 flavors"));
  EXPECT_THAT(none->relaxations, testing::IsEmpty()) << "what failed is not offered again";
}

TEST(ExcludedPlacements, AreOfOneShareOnly) {
  CatalogBuilder builder = PlainScene();
  builder.Select("SITE-B", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
  AddRoutedNetworks(builder);
  PlacementQuery query = QueryOf();
  query.excluded_placements = {{ShareName(builder), ""}};
  const Answer answer = Find(builder, query);
  ASSERT_EQ(answer->placements.size(), 1u);
  EXPECT_EQ(answer->placements[0].share->view.site->site.name, "SITE-B");
  EXPECT_EQ(answer->verdicts[0].blocking()->code, ReasonCode::kShareExcluded);
  query.excluded_placements = {{ShareName(builder), FlavorName(builder, "id-m1.medium")}};
  EXPECT_EQ(Find(builder, query)->placements.size(), 1u);
}

CatalogBuilder WithZones(std::vector<AvailabilityZone> zones) {
  CatalogBuilder builder = PlainScene();
  builder.share().zones = std::move(zones);
  return builder;
}

TEST(Zone, IsTheRequestedOne) {
  PlacementQuery query = QueryOf();
  query.zone = "az2";
  const Answer answer =
      Find(WithZones({{"az1", "compute", true}, {"az2", "compute", true}}), query);
  ASSERT_EQ(answer->placements.size(), 1u);
  EXPECT_EQ(answer->placements[0].boot.zone, "az2");
  EXPECT_THAT(answer->placements[0].boot.fallback_zones, testing::IsEmpty());
}

TEST(Zone, ThatTheSiteLacksOrHasSwitchedOffIsAReason) {
  PlacementQuery query = QueryOf();
  query.zone = "az2";
  const Answer lacks = Find(WithZones({{"az1", "compute", true}}), query);
  EXPECT_EQ(BlockingCode(lacks), "ZONE_NOT_FOUND");
  EXPECT_EQ(Sentence(lacks, query), "the site has no availability zone az2");
  ASSERT_EQ(lacks->relaxations.size(), 1u);
  EXPECT_THAT(lacks->relaxations[0].changed_fields, ElementsAre("machine.availability_zone"));
  const Answer off = Find(WithZones({{"az1", "compute", true}, {"az2", "compute", false}}), query);
  EXPECT_EQ(BlockingCode(off), "ZONE_UNAVAILABLE");
  EXPECT_EQ(Sentence(off, query), "availability zone az2 is not available");
}

TEST(Zone, PassesWhereNoZonesAreReported) {
  PlacementQuery query = QueryOf();
  query.zone = "az2";
  const Answer answer = Find(PlainScene(), query);
  ASSERT_EQ(answer->placements.size(), 1u);
  EXPECT_EQ(answer->placements[0].boot.zone, "az2");
  EXPECT_LE(answer->placements[0].confidence, Confidence::kProbable);
}

TEST(Like, RequiresWhatTheFlavorHasWhereNothingElseIsRequired) {
  Flavor flavor = GpuFlavor("gpu", 2, 40960);
  flavor.arch = "x86_64";
  flavor.ephemeral_gib = 0;
  PlacementQuery query = QueryOf();
  query.ram_mib.max = 1000;
  RequireLike(flavor, &query);
  EXPECT_EQ(query.vcpu_count.min, 8);
  EXPECT_EQ(query.ram_mib.min, std::nullopt) << "the request has bounds of its own";
  EXPECT_EQ(query.ram_mib.max, 1000);
  EXPECT_EQ(query.disk_gib.min, 40);
  EXPECT_FALSE(query.ephemeral_gib.any());
  EXPECT_EQ(query.gpu_count.min, 2);
  EXPECT_EQ(query.gpu_model, "A100");
  EXPECT_EQ(query.gpu_vendor, "NVIDIA");
  EXPECT_EQ(query.gpu_memory_mib.min, 40960);
  EXPECT_EQ(query.arch, "x86_64");
}

TEST(Like, ASliceOfACardIsMatchedByItsKind) {
  PlacementQuery query = QueryOf();
  RequireLike(GpuFlavor("slice", 0.5, 20480), &query);
  EXPECT_FALSE(query.gpu_count.any());
  EXPECT_TRUE(query.WantsGpu());
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(GpuFlavor("slice", 0.5, 20480));
  EXPECT_EQ(ChosenFlavor(Find(builder, query)), "slice");
}

}  // namespace
}  // namespace cis::server
