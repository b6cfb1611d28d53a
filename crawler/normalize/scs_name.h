// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "schema/base/text_map.h"

namespace cis::crawler {

// A flavor name in the grammar of SCS-0100 v3. The name may understate what the flavor provides, so
// it is used only for facts that the API does not report.
struct ScsName {
  int cpu_count = 0;
  char cpu_suffix = 'V';  // C dedicated core, T dedicated thread, V shared, L oversubscribed
  double ram_gib = 0;
  std::optional<int> disk_count;
  std::optional<int> disk_gib;        // absent: not stated
  char disk_kind = 0;                 // n network, h hard disk, s SSD, p NVMe; 0 = not stated
  bool has_disk = false;              // false: boots from a volume
  char cpu_vendor = 0;                // i Intel, z AMD, a Arm, r RISC-V; 0 = not stated
  char gpu_kind = 0;                  // G passthrough, g virtual; 0 = none
  char gpu_vendor = 0;                // N, A, I
  std::string gpu_generation;         // "a", "l", "g"; empty = not stated
  std::optional<int> gpu_unit_count;  // streaming multiprocessors, compute or execution units
  std::optional<int> gpu_memory_gib;
  bool infiniband = false;
  bool baremetal = false;  // hypervisor "bms"
};

// Parses "SCS-4V-16-50s_a1_GNa-72-24_ib", and "SCS-4V:16:50s-a1" as the first version of the
// standard wrote it; absent unless the whole name follows the grammar.
std::optional<ScsName> ParseScsName(absl::string_view name);

// Returns the flavor's name if it follows the grammar, otherwise the newest of the extra specs
// "scs:name-v1", "scs:name-v2" ...
std::optional<ScsName> FindScsName(absl::string_view name,
                                   const std::optional<TextMap>& extra_specs);

}  // namespace cis::crawler
