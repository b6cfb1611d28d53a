#include <gtest/gtest.h>

#include "crawler/normalize/gpu_model.h"

namespace cis {
namespace {

std::string Model(absl::string_view text) {
  const auto model = FindGpuModel(Tokenize(text).tokens);
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

TEST(GpuModel, PciIds) {
  ASSERT_TRUE(FindGpuByPciId("10DE", "20b0").has_value());
  EXPECT_EQ(FindGpuByPciId("10de", "20B0")->model, "A100 SXM4");
  EXPECT_FALSE(FindGpuByPciId("8086", "10fb").has_value());
}

TEST(GpuModel, DeviceWords) {
  const auto word = [](absl::string_view text) { return FindDeviceWord(Tokenize(text).tokens); };
  EXPECT_EQ(word("gpu"), DeviceWord::kGpu);
  EXPECT_EQ(word("nvidia-vgpu"), DeviceWord::kVgpu);
  EXPECT_EQ(word("mig-1g.5gb"), DeviceWord::kMig);
  EXPECT_EQ(word("gpu-audio"), DeviceWord::kOther);
  EXPECT_EQ(word("nvme"), DeviceWord::kOther);
  EXPECT_EQ(word("large"), DeviceWord::kUnknown);
}

TEST(GpuModel, Vendors) {
  EXPECT_EQ(FormatGpuVendor("NVIDIA Corporation"), "NVIDIA");
  EXPECT_EQ(FormatGpuVendor("Advanced Micro Devices, Inc. [AMD/ATI]"), "AMD");
  EXPECT_EQ(FormatGpuVendor(" Matrox "), "Matrox");
}

}  // namespace
}  // namespace cis
