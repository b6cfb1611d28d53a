// SPDX-License-Identifier: Apache-2.0
#pragma once

// Devices with freely chosen names, and what a site's own keys and a flavor's name say about a GPU.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/gpu_claims.h"
#include "crawler/normalize/gpu_keys.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/gpu_words.h"

namespace cis::crawler {

class Rules;

// What a device's name says, without deciding whether it is a GPU.
struct Device {
  DeviceWord word = DeviceWord::kUnknown;
  std::optional<GpuModel> model;
  std::string vendor;   // from the words next to it; empty = not named
  bool is_mig = false;  // a MIG profile is named
  int slice_gib = 0;    // of a virtual GPU or MIG instance; 0 = not named

  bool is_gpu() const {
    const bool by_word =
        word == DeviceWord::kGpu || word == DeviceWord::kVgpu || word == DeviceWord::kMig;
    return word != DeviceWord::kOther && (by_word || model.has_value() || is_mig);
  }
};

Device ReadDevice(const Rules& rules, absl::string_view text);

// Returns whether the word means a GPU of any kind.
bool SaysGpu(DeviceWord word);

// Returns "vgpu", "mig" or "".
std::string GpuKindOf(DeviceWord word);

// Copies vendor, model, kind and memory of a model that is known to be a GPU.
void TakeModel(const GpuModel& model, GpuClaim* claim);
void TakeDevice(const Device& device, GpuClaim* claim);

// Parses a count of GPUs, 0 to 1024, fractions allowed; absent for anything else.
std::optional<double> ParseGpuCount(absl::string_view text);

// Reads one value of the site's own keys into `claim`. Returns false if it switches the GPU off.
bool ReadGpuValue(const Rules& rules, const GpuKey& key, const std::string& value, GpuClaim* claim);

// Returns what a flavor's name or description says; absent if it does not mention a GPU.
std::optional<GpuClaim> ReadGpuName(const Rules& rules, absl::string_view text);

}  // namespace cis::crawler
