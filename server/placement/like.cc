// SPDX-License-Identifier: Apache-2.0
#include "server/placement/like.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace cis::server {
namespace {

void RequireAtLeast(const std::optional<int64_t>& value, Int64Bounds* bounds) {
  if (bounds->any() || !value || *value <= 0) return;
  bounds->min = value;
}

// Returns the word of a model that names the device: "A100" for "A100 80GB PCIe". The words after
// it give memory and form, which other sites write differently.
std::string DeviceOf(absl::string_view model) {
  for (const absl::string_view word : absl::StrSplit(model, ' ')) {
    if (std::any_of(word.begin(), word.end(), absl::ascii_isdigit)) return std::string(word);
  }
  return std::string(model);
}

}  // namespace

void RequireLike(const Flavor& flavor, MachineRequest* query) {
  RequireAtLeast(flavor.vcpu_count, &query->vcpu_count);
  RequireAtLeast(flavor.ram_mib, &query->ram_mib);
  RequireAtLeast(flavor.disk_gib, &query->disk_gib);
  RequireAtLeast(flavor.ephemeral_gib, &query->ephemeral_gib);
  if (query->arch.empty()) query->arch = std::string(flavor.arch);
  if (!flavor.gpu_count || *flavor.gpu_count <= 0) return;
  // A slice of a card is matched by a slice or by a card.
  if (*flavor.gpu_count >= 1) {
    RequireAtLeast(static_cast<int64_t>(std::floor(*flavor.gpu_count)), &query->gpu_count);
  }
  if (query->gpu_model.empty()) query->gpu_model = DeviceOf(flavor.gpu_model);
  if (query->gpu_vendor.empty()) query->gpu_vendor = std::string(flavor.gpu_vendor);
  RequireAtLeast(flavor.gpu_memory_mib, &query->gpu_memory_mib);
}

}  // namespace cis::server
