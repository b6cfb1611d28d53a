// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

#include "crawler/normalize/flavor.h"
#include "tests/support/compiled_rules.h"
#include "tests/support/json_values.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

absl::StatusOr<Flavor> FlavorOf(const json& record, const std::string& path,
                                const std::optional<ExtraSpecs>& extra_specs) {
  const JsonDocument document = ToDocument(record);
  return NormalizeFlavor(CompiledRules(), document.root(), path, extra_specs);
}

TEST(Flavor, ExtraSpecsAskedForApartWinOverInlineOnes) {
  const json record = {{"id", "1"}, {"name", "a"}, {"extra_specs", json::object()}};
  const auto flavor = FlavorOf(record, "flavors/0", ExtraSpecs{{"resources:VGPU", "1"}});
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->gpu_count, 1);
  EXPECT_EQ(flavor->gpu_kind, "vgpu");
}

TEST(Flavor, UnknownExtraSpecsAreNotNone) {
  const auto flavor = FlavorOf({{"id", "1"}, {"name", "a"}}, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_FALSE(flavor->extra_specs.has_value());
  EXPECT_FALSE(flavor->gpu_count.has_value());
  EXPECT_EQ(flavor->cpu_alloc, "");
}

TEST(Flavor, ReadsBaremetalFlavors) {
  const json record = {{"id", "1"},
                       {"name", "bm"},
                       {"extra_specs",
                        {{"resources:CUSTOM_BAREMETAL_GOLD", "1"},
                         {"resources:VCPU", "0"},
                         {"resources:MEMORY_MB", "0"}}}};
  const auto flavor = FlavorOf(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_TRUE(flavor->baremetal);
  EXPECT_EQ(flavor->cpu_alloc, "dedicated");
  EXPECT_FALSE(flavor->gpu_count.has_value()) << "nothing describes the machine's devices";
}

TEST(Flavor, KeepsIdAndNameUnchanged) {
  const json record = {{"id", " Odd Id/1 "}, {"name", "de.NBI GPU V100 medium"}};
  const auto flavor = FlavorOf(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->id, " Odd Id/1 ");
  EXPECT_EQ(flavor->name, "de.NBI GPU V100 medium");
  EXPECT_EQ(flavor->gpu_model, "V100");
}

TEST(Flavor, GpuMemoryIsMib) {
  const json record = {
      {"id", "1"},
      {"extra_specs",
       {{"Accelerator:Type", "GPU"}, {"Accelerator:Memory", "5"}, {"Accelerator:Number", "1"}}}};
  const auto flavor = FlavorOf(record, "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->gpu_memory_mib, 5 * 1024);
}

std::optional<int64_t> GpuMemory(const json& specs) {
  const auto flavor =
      FlavorOf({{"id", "1"}, {"name", "a"}, {"extra_specs", specs}}, "flavors/0", std::nullopt);
  return flavor.ok() ? flavor->gpu_memory_mib : std::nullopt;
}

TEST(Flavor, GpuMemoryIsReadFromUnitsProfilesAndModels) {
  EXPECT_EQ(GpuMemory({{"gpu_number", "1"}, {"gpu_memory_mb", "16384"}}), 16 * 1024);
  EXPECT_EQ(GpuMemory({{"gpu_number", "1"}, {"gpu_memory", "40 GB"}}), 40 * 1024);
  EXPECT_EQ(GpuMemory({{"gpu_number", "1"}, {"gpu_memory", "16384"}}), 16 * 1024);
  EXPECT_EQ(GpuMemory({{"gpu_number", "1"}, {"gpu_memory", "lots"}}), std::nullopt);
  EXPECT_EQ(GpuMemory({{"resources:CUSTOM_MIG_1G_5GB", "1"}}), 5 * 1024);
  EXPECT_EQ(GpuMemory({{"pci_passthrough:alias", "A40-48Q:1"}}), 48 * 1024);
  EXPECT_EQ(GpuMemory({{"resources:VGPU", "1"}, {"trait:CUSTOM_VGPU_L40S_24G", "required"}}),
            24 * 1024);
}

TEST(Flavor, AWholeCardHasTheMemoryOfItsModel) {
  EXPECT_EQ(GpuMemory({{"pci_passthrough:alias", "10de-20b5:1"}}), 80 * 1024);
  EXPECT_EQ(GpuMemory({{"pci_passthrough:alias", "t4:1"}}), 16 * 1024);
  EXPECT_EQ(GpuMemory({{"pci_passthrough:alias", "a100:1"}}), std::nullopt) << "40 or 80";
  EXPECT_EQ(GpuMemory({{"resources:VGPU", "1"}, {"gpu_model", "T4"}}), std::nullopt)
      << "a slice of it";
}

TEST(Flavor, NullOrOddExtraSpecsAreNotShown) {
  for (const json& specs : {json(nullptr), json("GPU"), json::array({1}), json(7)}) {
    const auto flavor =
        FlavorOf({{"id", "1"}, {"name", "a"}, {"extra_specs", specs}}, "flavors/0", std::nullopt);
    ASSERT_TRUE(flavor.ok());
    EXPECT_FALSE(flavor->extra_specs.has_value()) << specs;
    EXPECT_FALSE(flavor->gpu_count.has_value()) << specs;
  }
}

TEST(Flavor, ReadsExtraSpecsThatAClientPrinted) {
  const auto flavor =
      FlavorOf({{"id", "1"}, {"name", "a"}, {"extra_specs", R"({"resources:VGPU": 1})"}},
               "flavors/0", std::nullopt);
  ASSERT_TRUE(flavor.ok());
  EXPECT_EQ(flavor->gpu_count, 1);
  EXPECT_TRUE(flavor->provenance.warnings.empty());
}

TEST(Flavor, NeedsAnIdOrAName) {
  EXPECT_EQ(FlavorOf({{"ram", 1}}, "flavors/7", std::nullopt).status().message(),
            "flavors/7: /id is missing; a flavor needs an id or a name");
  EXPECT_FALSE(FlavorOf(json::array(), "flavors/7", std::nullopt).ok());
}

}  // namespace
}  // namespace cis::crawler
