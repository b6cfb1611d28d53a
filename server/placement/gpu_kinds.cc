// SPDX-License-Identifier: Apache-2.0
#include "server/placement/gpu_kinds.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace cis::server {
namespace {

// Cards with MIG, by the first words of their model: NVIDIA Multi-Instance GPU User Guide r590 and
// r610, "Supported GPUs" (2026), and the A100X, A30X, A800, H800 and B100, which are built on the
// same chips. No other card has it: neither Turing and older ones nor the graphics chips of Ampere,
// Ada and consumer Blackwell cards.
constexpr std::array<absl::string_view, 18> kWithMig{
    "A100", "A100X", "A30",   "A30X",         "A800",         "H100",
    "H20",  "H200",  "H800",  "GH200",        "B100",         "B200",
    "B300", "GB200", "GB300", "RTX PRO 4500", "RTX PRO 5000", "RTX PRO 6000"};

// Cards without vGPU: those for consumers, and the Fermi and Kepler computing cards ("NVIDIA
// Virtual GPU Software Supported Products" begins with the GRID K1 and K2 and the Tesla M6, M10 and
// M60).
constexpr std::array<absl::string_view, 10> kWithoutVgpu{
    "GeForce",    "TITAN",       "K10",        "K80",       "Tesla K20",
    "Tesla K20X", "Tesla K20Xm", "Tesla K20m", "Tesla K40", "Tesla K40m"};

template <std::size_t kSize>
bool StartsWithOneOf(absl::string_view model, const std::array<absl::string_view, kSize>& words) {
  return std::any_of(words.begin(), words.end(), [model](absl::string_view word) {
    absl::string_view rest = model;
    return absl::ConsumePrefix(&rest, word) && (rest.empty() || rest.front() == ' ');
  });
}

}  // namespace

bool MayBeOfGpuKind(const Flavor& flavor, const std::string& kind) {
  if (!flavor.gpu_kind.empty()) return flavor.gpu_kind == kind;
  const absl::string_view vendor = flavor.gpu_vendor;
  if (kind == "mig") {
    if (!vendor.empty() && !absl::EqualsIgnoreCase(vendor, "NVIDIA")) return false;
    return flavor.gpu_model.empty() || StartsWithOneOf(flavor.gpu_model, kWithMig);
  }
  if (kind == "vgpu") return !StartsWithOneOf(flavor.gpu_model, kWithoutVgpu);
  // A part of a card cannot be passed through.
  return !flavor.gpu_count || *flavor.gpu_count == std::floor(*flavor.gpu_count);
}

bool IsGpuKindAssumed(const Flavor& flavor, const std::string& kind) {
  return !kind.empty() && flavor.gpu_kind.empty();
}

}  // namespace cis::server
