#pragma once

// Words in names of devices and resource classes (data/gpu_words.tsv, data/gpu_vendor_words.tsv,
// data/resource_words.tsv).

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// The kind of device that a freely chosen name means. kFunction: a function of an unnamed card, in
// most cases a network card ("sriov", "mlx5-vf").
enum class DeviceWord { kUnknown, kGpu, kVgpu, kMig, kOther, kFunction };

// Returns the device word of a name. "other" wins over GPU words: "a100-audio" is not a second GPU.
// "no GPU" means none. A function of a GPU is a virtual GPU: "nvidia-vf".
DeviceWord FindDeviceWord(const std::vector<Token>& tokens);

// Returns the vendor of a device that is known to be a GPU, from the words next to it; empty if
// none or several are named.
std::string FindGpuVendor(const std::vector<Token>& tokens);

// The meaning of the name of a custom resource class that names no GPU.
enum class ResourceWord { kUnknown, kOther };
ResourceWord FindResourceWord(const std::vector<Token>& tokens);
// Returns whether the class counts the memory of a GPU, so that its amount is not a number of
// devices.
bool MeasuresMemory(const std::vector<Token>& tokens);

// Returns whether the table of device words contains `word`.
bool IsDeviceWord(absl::string_view word);

}  // namespace cis::crawler
