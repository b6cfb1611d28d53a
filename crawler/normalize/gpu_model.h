#pragma once

// GPU models and device words in names that sites choose freely (aliases, traits, flavor names).

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

struct GpuModel {
  std::string vendor;     // "NVIDIA"
  std::string base;       // without size and form, "A100"; empty: several cards share the PCI id
  std::string model;      // with what is known of them, "A100 80GB PCIe"
  std::string kind;       // "vgpu" if a vGPU profile follows, "A40-48Q", "A100DX-1-10CME"
  bool clear = false;     // the word has no other meaning, so it counts in a flavor's name too
  int memory_gib = 0;     // of the whole card, as written or as its only size; 0 = unknown
  int slice_gib = 0;      // of the profile; 0 = none
  std::size_t begin = 0;  // the tokens that name it
  std::size_t end = 0;
};

// The kind of text that is searched for a model. Sizes are read only if the text is about nothing
// but the device: the 32 of the flavor "gpu.v100.32g" is its RAM.
enum class GpuText { kDevice, kFlavorName };

// Returns the longest model spelled in `tokens`; absent if there is none or if two different ones
// are named.
std::optional<GpuModel> FindGpuModel(const std::vector<Token>& tokens,
                                     GpuText text = GpuText::kDevice);

// Returns the GiB of the MIG instance in "1g.5gb", "3G_20GB", "1g.10gb+me"; absent if there is
// none.
std::optional<int> FindMigProfile(const std::vector<Token>& tokens);

// Returns the first "24g" or "24 GB" in `tokens`; absent if there is none.
std::optional<int> FindGigabytes(const std::vector<Token>& tokens);

// Returns the model with these PCI ids, e.g. "10de" and "20b0"; absent if unknown.
std::optional<GpuModel> FindGpuByPciId(absl::string_view vendor_id, absl::string_view product_id);

// Returns whether this vendor makes mostly GPUs, so that a product of unknown id may be one.
bool IsGpuVendorId(absl::string_view vendor_id);

// Returns "NVIDIA" for "nvidia corp." or "10de"; other texts are returned without white space
// around them.
std::string FormatGpuVendor(absl::string_view vendor);

}  // namespace cis::crawler
