// SPDX-License-Identifier: Apache-2.0
#pragma once

// Words in names of devices and resource classes (data/gpu_words.tsv, data/gpu_vendor_words.tsv,
// data/resource_words.tsv).

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// The kind of device that a freely chosen name means. kFunction: a function of an unnamed card, in
// most cases a network card ("sriov", "mlx5-vf").
enum class DeviceWord { kUnknown, kGpu, kVgpu, kMig, kOther, kFunction };

// The meaning of the name of a custom resource class that names no GPU.
enum class ResourceWord { kUnknown, kOther };

// The tables gpu_words, gpu_vendor_words and gpu_resource_words.
class GpuWordRules {
 public:
  explicit GpuWordRules(const Tables& tables);

  // Returns the device word of a name. "other" wins over GPU words: "a100-audio" is not a second
  // GPU. "no GPU" means none. A function of a GPU is a virtual GPU: "nvidia-vf".
  DeviceWord FindDeviceWord(const std::vector<Token>& tokens) const;

  // Returns the vendor of a device that is known to be a GPU, from the words next to it; empty if
  // none or several are named.
  std::string FindVendor(const std::vector<Token>& tokens) const;

  ResourceWord FindResourceWord(const std::vector<Token>& tokens) const;

  // Returns whether the table of device words contains `word`.
  bool IsDeviceWord(absl::string_view word) const { return devices_.contains(word); }

 private:
  using Words = std::map<std::string, std::string, std::less<>>;

  std::map<std::string, DeviceWord, std::less<>> devices_;
  Words vendors_;
  Words resources_;
};

// Returns whether the class counts the memory of a GPU, so that its amount is not a number of
// devices.
bool MeasuresMemory(const std::vector<Token>& tokens);

}  // namespace cis::crawler
