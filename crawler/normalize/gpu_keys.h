// SPDX-License-Identifier: Apache-2.0
#pragma once

// Extra specs in which a site describes a GPU with its own keys (data/gpu_keys.tsv).

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

// The meaning of one key: "Accelerator:Number", "gpu_model", "num-gpus", "capabilities:gpu_vendor".
struct GpuKey {
  enum class Subject { kNone, kAccelerator, kGpu, kVgpu };
  enum class Role { kWhole, kCount, kModel, kVendor, kMemory, kType, kKind, kOther, kHint };

  Subject subject = Subject::kNone;  // kNone only with kHint: ":category"
  Role role = Role::kWhole;          // kWhole: the subject alone, "gpu"
  int64_t memory_unit_mib = 0;       // named in the key; 0 = not
  bool scheduler = false;            // selects hosts of some kind: a hint, not a statement
};

class GpuKeyRules {
 public:
  explicit GpuKeyRules(const Tables& tables);

  // Absent if the key has a word that is not in the table, or none that names a device or a class.
  std::optional<GpuKey> Read(absl::string_view key) const;

 private:
  std::map<std::string, std::string> meanings_;  // by word
};

// A value without the operators of Nova's scheduler filters: "s== gpu", "<in> a100", "s!= gpu".
struct SpecValue {
  std::string text;      // without white space around it
  bool negated = false;  // selects hosts that do not have it
};
SpecValue ReadSpecValue(absl::string_view value);

// Returns "5", "40 GB", "16384", "16384 MiB" in MiB; a bare number is in GiB unless it is too large
// for that. `unit_mib` is the unit in the key, 0 if none. Absent if it is not a size.
std::optional<int64_t> ParseGpuMemoryMib(absl::string_view value, int64_t unit_mib);

}  // namespace cis::crawler
