#pragma once

// GPU models and device words in names that sites choose freely (aliases, traits, flavor names).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis {

struct GpuModel {
  std::string vendor;
  std::string model;
  bool clear = false;     // the word means nothing else, so that a flavor's name may be read by it
  bool is_slice = false;  // followed by a vGPU profile, "A40-48Q"
  std::size_t begin = 0;  // tokens it stands at
  std::size_t end = 0;
};

// What kind of device a free name speaks of.
enum class DeviceWord { kUnknown, kGpu, kVgpu, kMig, kOther };

// The longest model spelled in `tokens`; absent if none or if two different ones are.
std::optional<GpuModel> FindGpuModel(const std::vector<Token>& tokens);

// "other" wins over GPU words: "a100-audio" is no second GPU.
DeviceWord FindDeviceWord(const std::vector<Token>& tokens);

// The model with these PCI ids, e.g. "10de" and "20b0"; absent if unknown.
std::optional<GpuModel> FindGpuByPciId(absl::string_view vendor_id, absl::string_view product_id);

// "NVIDIA Corporation" -> "NVIDIA"; other texts are returned trimmed.
std::string FormatGpuVendor(absl::string_view vendor);

}  // namespace cis
