// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/gpu_words.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

std::string Model(absl::string_view text) {
  const auto model =
      CompiledRules().gpu_models.Find(CompiledRules().tokenizer.Tokenize(text).tokens);
  return model.has_value() ? model->model : "";
}

TEST(GpuModel, TakesTheLongestSpelling) {
  EXPECT_EQ(Model("a100"), "A100");
  EXPECT_EQ(Model("nvidia-a100-sxm4"), "A100 SXM4");
  EXPECT_EQ(Model("L40S"), "L40S");
  EXPECT_EQ(Model("l40"), "L40");
  EXPECT_EQ(Model("V100S"), "V100S");
  EXPECT_EQ(Model("NVIDIA1080TI"), "GeForce GTX 1080 Ti");
  EXPECT_EQ(Model("2xK20m"), "Tesla K20m");
  EXPECT_EQ(Model("CUSTOM_VGPU_L40S_24G"), "L40S");
}

TEST(GpuModel, APieceOfANameIsNoModel) {
  EXPECT_EQ(Model("a1000"), "");
  EXPECT_EQ(Model("m1.large"), "");
  EXPECT_EQ(Model("t4x"), "");
  EXPECT_EQ(Model(""), "");
}

TEST(GpuModel, TwoModelsAreNone) { EXPECT_EQ(Model("a100 or h100"), ""); }

TEST(GpuModel, FindsModelsByPciId) {
  ASSERT_TRUE(CompiledRules().gpu_models.FindByPciId("10DE", "20b0").has_value());
  EXPECT_EQ(CompiledRules().gpu_models.FindByPciId("10de", "20B0")->model, "A100 40GB SXM4");
  EXPECT_EQ(CompiledRules().gpu_models.FindByPciId("10de", "20B0")->memory_gib, 40);
  ASSERT_TRUE(CompiledRules().gpu_models.FindByPciId("10de", "25b6").has_value());
  EXPECT_EQ(CompiledRules().gpu_models.FindByPciId("10de", "25b6")->model, "")
      << "two cards share it";
  EXPECT_FALSE(CompiledRules().gpu_models.FindByPciId("8086", "10fb").has_value());
}

// Every way of writing a model that the table and the grammar allow gives its one spelling.
TEST(GpuModel, CaseSeparatorsAndNoiseDoNotMatter) {
  const std::vector<std::pair<std::string, std::string>> spellings = {
      {"a100 80 gb pcie", "A100 80GB PCIe"},
      {"a100 pcie 80 gb", "A100 80GB PCIe"},
      {"a100 sxm4 40 gb", "A100 40GB SXM4"},
      {"v100 sxm2 32 gb", "V100 32GB SXM2"},
      {"v100 32", "V100 32GB"},
      {"h100 80 gb hbm3", "H100 80GB"},
      {"h200 nvl", "H200 NVL"},
      {"h100 sxm", "H100 SXM5"},
      {"v100 sxm", "V100"},
      {"t4 16 gb", "T4"},
      {"rtx 2080 ti", "GeForce RTX 2080 Ti"},
      {"gtx 980", "GeForce GTX 980"},
      {"rtx 4070 ti super", "GeForce RTX 4070 Ti Super"},
      {"rtx 4060", "GeForce RTX 4060"},
      {"quadro rtx 6000", "Quadro RTX 6000"},
      {"rtx 6000 ada", "RTX 6000 Ada"},
      {"l40s", "L40S"},
      {"tesla k20m", "Tesla K20m"},
      {"mi300x", "Instinct MI300X"}};
  for (const auto& [text, model] : spellings) {
    for (const char* separator : {" ", "-", "_", "."}) {
      for (const bool upper : {false, true}) {
        for (const char* noise : {"", "nvidia", "x1", "pool7"}) {
          const std::string spaced = absl::StrCat(noise, *noise == 0 ? "" : " ", text);
          std::string written = absl::StrReplaceAll(spaced, {{" ", separator}});
          if (upper) absl::AsciiStrToUpper(&written);
          EXPECT_EQ(Model(written), model) << written;
        }
      }
    }
  }
}

TEST(GpuModel, ProfilesAreSlices) {
  const auto find = [](absl::string_view text) {
    return CompiledRules().gpu_models.Find(CompiledRules().tokenizer.Tokenize(text).tokens);
  };
  ASSERT_TRUE(find("GRID A100-10C").has_value());
  EXPECT_EQ(find("GRID A100-10C")->kind, "vgpu");
  EXPECT_EQ(find("GRID A100-10C")->slice_gib, 10);
  ASSERT_TRUE(find("A100-1-5C").has_value());
  EXPECT_EQ(find("A100-1-5C")->slice_gib, 5);
  EXPECT_EQ(FindMigProfile(CompiledRules().tokenizer.Tokenize("1g.5gb").tokens), 5);
  EXPECT_EQ(FindMigProfile(CompiledRules().tokenizer.Tokenize("CUSTOM_MIG_3G_20GB").tokens), 20);
  EXPECT_EQ(FindMigProfile(CompiledRules().tokenizer.Tokenize("8g.20gb").tokens), std::nullopt);
}

TEST(GpuModel, FindsModelsInWordsForDevices) {
  const auto word = [](absl::string_view text) {
    return CompiledRules().gpu_words.FindDeviceWord(
        CompiledRules().tokenizer.Tokenize(text).tokens);
  };
  EXPECT_EQ(word("gpu"), DeviceWord::kGpu);
  EXPECT_EQ(word("nvidia-vgpu"), DeviceWord::kVgpu);
  EXPECT_EQ(word("mig-1g.5gb"), DeviceWord::kMig);
  EXPECT_EQ(word("gpu-audio"), DeviceWord::kOther);
  EXPECT_EQ(word("nvme"), DeviceWord::kOther);
  EXPECT_EQ(word("large"), DeviceWord::kUnknown);
  EXPECT_EQ(word("no GPU"), DeviceWord::kUnknown);
  EXPECT_EQ(word("non-gpu"), DeviceWord::kUnknown);
  EXPECT_EQ(word("grid"), DeviceWord::kUnknown);
}

TEST(GpuModel, FindsTheVendor) {
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "NVIDIA Corporation"), "NVIDIA");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "Advanced Micro Devices, Inc. [AMD/ATI]"),
            "AMD");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "nVidia Corp."), "NVIDIA");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "10de"), "NVIDIA");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "amd/ati"), "AMD");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, "INTEL"), "Intel");
  EXPECT_EQ(FormatGpuVendor(CompiledRules().tokenizer, " Matrox "), "Matrox");
}

}  // namespace
}  // namespace cis::crawler
