// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/scs_gpus.h"

#include "absl/strings/str_cat.h"

namespace cis::crawler {

ScsGpuRules::ScsGpuRules(const Tables& tables, const Tokenizer& tokenizer,
                         const GpuModelRules& models) {
  for (const auto& row : tables.Rows("scs_gpus")) {
    // The last row of a piece counts.
    cards_[row[0]] = {row[1],
                      models.Find(tokenizer.Tokenize(row[1]).tokens).value_or(GpuModel()).base};
  }
}

const ScsGpu* ScsGpuRules::Find(const ScsName& name) const {
  if (name.gpu_kind != 'G' || !name.gpu_unit_count.has_value() ||
      !name.gpu_memory_gib.has_value()) {
    return nullptr;
  }
  const auto found =
      cards_.find(absl::StrCat(std::string(1, name.gpu_vendor), name.gpu_generation, "-",
                               *name.gpu_unit_count, "-", *name.gpu_memory_gib));
  return found == cards_.end() ? nullptr : &found->second;
}

}  // namespace cis::crawler
