// SPDX-License-Identifier: Apache-2.0
#pragma once

// The cards behind the GPU part of SCS names (data/scs_gpus.tsv).

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/scs_name.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

struct ScsGpu {
  std::string model;  // "A100 80GB"
  std::string base;   // without size and form, "A100"
};

class ScsGpuRules {
 public:
  ScsGpuRules(const Tables& tables, const Tokenizer& tokenizer, const GpuModelRules& models);

  // Returns the card that is passed through as a whole; null if the name does not identify it.
  const ScsGpu* Find(const ScsName& name) const;

 private:
  absl::flat_hash_map<std::string, ScsGpu> cards_;  // by "Na-108-80"
};

}  // namespace cis::crawler
