// SPDX-License-Identifier: Apache-2.0
#pragma once

// GPU models and device words in names that sites choose freely (aliases, traits, flavor names).

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/gpu_words.h"
#include "crawler/normalize/table.h"
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

// The tables gpu_models, vgpu_forms and gpu_pci_ids.
class GpuModelRules {
 public:
  // `tokenizer` and `words` must outlive this object.
  GpuModelRules(const Tables& tables, const Tokenizer& tokenizer, const GpuWordRules& words);
  GpuModelRules(const GpuModelRules&) = delete;
  GpuModelRules& operator=(const GpuModelRules&) = delete;

  // Returns the longest model spelled in `tokens`; absent if there is none or if two different
  // ones are named.
  std::optional<GpuModel> Find(const std::vector<Token>& tokens,
                               GpuText text = GpuText::kDevice) const;

  // Returns the model with these PCI ids, e.g. "10de" and "20b0"; absent if unknown.
  std::optional<GpuModel> FindByPciId(absl::string_view vendor_id,
                                      absl::string_view product_id) const;

 private:
  struct Product {
    GpuModel model;
    std::vector<int> sizes;          // GiB
    std::vector<std::string> forms;  // "PCIe", "SXM4"
  };
  struct Spelling {
    std::vector<std::string> words;
    std::vector<bool> glued;  // to the word before, as "a" and "100" of "a100"
    std::size_t product = 0;

    bool StandsAt(const std::vector<Token>& tokens, std::size_t at) const;
  };
  struct PciId {
    std::string vendor;
    std::string product;
    GpuModel model;
  };
  class DetailReader;

  void ReadProducts(const Tables& tables, const Tokenizer& tokenizer);
  void ReadPciIds(const Tables& tables, const Tokenizer& tokenizer);
  bool IsWholeName(const Spelling& spelling, const std::vector<Token>& tokens,
                   std::size_t at) const;
  std::size_t EndOfForm(const std::vector<Token>& tokens, std::size_t at) const;
  std::optional<GpuModel> ReadModelAt(const std::vector<Token>& tokens, std::size_t at,
                                      GpuText text) const;

  const GpuWordRules& words_;
  std::vector<Product> products_;
  std::multimap<std::string, Spelling> spellings_;  // by first word
  std::set<std::string> vgpu_forms_;                // "dx" of "A100DX-80C"
  std::vector<PciId> pci_ids_;
};

// Returns the GiB of the MIG instance in "1g.5gb", "3G_20GB", "1g.10gb+me"; absent if there is
// none.
std::optional<int> FindMigProfile(const std::vector<Token>& tokens);

// Returns the first "24g" or "24 GB" in `tokens`; absent if there is none.
std::optional<int> FindGigabytes(const std::vector<Token>& tokens);

// Returns whether this vendor makes mostly GPUs, so that a product of unknown id may be one.
bool IsGpuVendorId(absl::string_view vendor_id);

// Returns "NVIDIA" for "nvidia corp." or "10de"; other texts are returned without white space
// around them.
std::string FormatGpuVendor(const Tokenizer& tokenizer, absl::string_view vendor);

}  // namespace cis::crawler
