#pragma once

// Devices by their free names, and what a site's own words and a flavor's name say of a GPU.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/gpu_claims.h"
#include "crawler/normalize/gpu_keys.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/gpu_words.h"

namespace cis {

class Rules;

// What the words of a device's name say, without deciding whether it is a GPU.
struct Device {
  DeviceWord word = DeviceWord::kUnknown;
  std::optional<GpuModel> model;
  std::string vendor;   // by the words beside it; empty = not said
  bool is_mig = false;  // a MIG profile stands there
  int slice_gib = 0;    // of a virtual GPU or MIG instance; 0 = not said

  bool is_gpu() const {
    const bool by_word =
        word == DeviceWord::kGpu || word == DeviceWord::kVgpu || word == DeviceWord::kMig;
    return word != DeviceWord::kOther && (by_word || model.has_value() || is_mig);
  }
};

Device ReadDevice(const Rules& rules, absl::string_view text);

// Whether the word is one for a GPU of any kind.
bool SaysGpu(DeviceWord word);

// "vgpu", "mig" or empty.
std::string GpuKindOf(DeviceWord word);

// Takes vendor, model, kind and memory of what is known to be a GPU.
void TakeModel(const GpuModel& model, GpuClaim* claim);
void TakeDevice(const Device& device, GpuClaim* claim);

// A count of GPUs, 0 to 1024, fractions allowed; absent for anything else.
std::optional<double> ParseGpuCount(absl::string_view text);

// Reads one value of the site's own keys into `claim`. False if it switches the GPU off.
bool ReadGpuValue(const Rules& rules, const GpuKey& key, const std::string& value, GpuClaim* claim);

// What a flavor's name or description says; absent if it does not speak of a GPU.
std::optional<GpuClaim> ReadGpuName(const Rules& rules, const std::string& text);

}  // namespace cis
