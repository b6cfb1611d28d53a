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

namespace cis {

// What kind of device a free name speaks of. kFunction: a function of a card that is not named, of
// which most are network cards ("sriov", "mlx5-vf").
enum class DeviceWord { kUnknown, kGpu, kVgpu, kMig, kOther, kFunction };

// What the name of a custom resource class speaks of, where it names no GPU.
enum class ResourceWord { kUnknown, kOther };

class GpuWordRules {
 public:
  explicit GpuWordRules(const Tables& tables);

  // "other" wins over GPU words: "a100-audio" is no second GPU. "no GPU" speaks of none. A function
  // of a GPU is a virtual GPU: "nvidia-vf".
  DeviceWord FindDeviceWord(const std::vector<Token>& tokens) const;

  // The vendor of a device that is known to be a GPU, by the words beside it; empty if none or
  // several are named.
  std::string FindVendor(const std::vector<Token>& tokens) const;

  ResourceWord FindResourceWord(const std::vector<Token>& tokens) const;

  // Whether the table of device words has `word`.
  bool IsDeviceWord(absl::string_view word) const { return devices_.contains(word); }

 private:
  using Words = std::map<std::string, std::string, std::less<>>;

  std::map<std::string, DeviceWord, std::less<>> devices_;
  Words vendors_;
  Words resources_;
};

// Whether the class measures a GPU's memory, so that its amount is no number of devices.
bool MeasuresMemory(const std::vector<Token>& tokens);

}  // namespace cis
