// SPDX-License-Identifier: Apache-2.0
#pragma once

// The query, parsed and with units. The service makes it from a cis.v1.PlacementQuery.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/placement/os_match.h"

namespace cis::server {

// Bounds of one number, inclusive. Absent = not bounded.
struct Int64Bounds {
  std::optional<int64_t> min;
  std::optional<int64_t> max;

  bool any() const { return min.has_value() || max.has_value(); }
  friend bool operator==(const Int64Bounds&, const Int64Bounds&) = default;
};

// Whether an address of one family is required.
enum class AddressWish { kAny = 0, kRequired, kPreferred, kNone };

// Main order of the placements; the default order decides among equals.
enum class PlacementOrder {
  kDefault = 0,
  kWaste,      // least over-provision first
  kVcpuCount,  // fewest first
  kRamMib,     // least first
  kSite,       // by name
  kFreshness,  // youngest data first
  kOsVersion,  // oldest version first, distros by name
};

// What the score is made of, each in [0,1].
enum class Criterion { kFit = 0, kNetwork, kOs, kHealth, kFreshness };
inline constexpr int kCriterionCount = 5;
using CriterionValues = std::array<double, kCriterionCount>;  // by Criterion
inline constexpr CriterionValues kDefaultWeights{0.4, 0.2, 0.2, 0.1, 0.1};

// A placement that the caller excludes, such as one that failed to start.
struct ExcludedPlacement {
  std::string share;   // "sites/{site}/shares/{share}"
  std::string flavor;  // "sites/{site}/flavors/{flavor}"; empty = every flavor

  friend bool operator==(const ExcludedPlacement&, const ExcludedPlacement&) = default;
};

// What is required of one kind of machine, and how many of it.
struct MachineRequest {
  std::string name;  // of a group or an alternative; empty if the query has one kind only

  Int64Bounds vcpu_count;
  Int64Bounds ram_mib;
  Int64Bounds disk_gib;
  Int64Bounds ephemeral_gib;
  Int64Bounds gpu_count;
  std::string gpu_model;             // whole words, any case
  std::string gpu_vendor;            // any case
  std::string arch;                  // canonical: x86_64, aarch64...; empty = any
  Int64Bounds gpu_memory_mib;        // of one GPU
  Int64Bounds total_gpu_memory_mib;  // of all GPUs of a machine
  std::string gpu_kind;              // passthrough, vgpu, mig; lower case
  std::string cpu_alloc;             // dedicated, shared, oversubscribed; lower case
  std::vector<std::string> flavor_globs;
  std::vector<std::string> excluded_flavor_globs;
  bool allow_boot_from_volume = true;
  std::string zone;  // availability zone of Nova; empty = any

  std::vector<OsRequirement> os;  // alternatives, the preferred first
  std::string image;              // name, id, EGI reference or URI
  std::vector<std::string> image_globs;
  std::vector<std::string> excluded_image_globs;

  AddressWish public_v4 = AddressWish::kAny;
  AddressWish public_v6 = AddressWish::kAny;
  std::string network;  // name or id

  int64_t count = 1;  // machines that run at the same time

  // Whether flavors with GPUs are requested.
  bool WantsGpu() const {
    return gpu_count.min.value_or(0) > 0 || !gpu_model.empty() || !gpu_vendor.empty() ||
           !gpu_kind.empty() || gpu_memory_mib.any() || total_gpu_memory_mib.any();
  }
};

// A query is about one kind of machine, which is described by its own fields; about `alternatives`,
// of which each share gets the first that is possible; or about `groups`, which must run at one
// share together. At most one of the two lists is not empty; its own machine, image and count are
// ignored then.
struct PlacementQuery : MachineRequest {
  std::vector<MachineRequest> alternatives;
  std::vector<MachineRequest> groups;

  std::vector<std::string> vos;                 // any case
  std::vector<std::string> sites;               // GOCDB names, any case, or "sites/{site}"
  std::vector<std::string> excluded_sites;      // likewise
  std::vector<std::string> countries;           // ISO 3166-1 alpha-2, upper case
  std::vector<std::string> excluded_countries;  // likewise
  std::vector<ExcludedPlacement> excluded_placements;
  std::optional<absl::Duration> max_age;

  CriterionValues weights = kDefaultWeights;  // their sum is 1
  PlacementOrder order = PlacementOrder::kDefault;
  bool descending = false;
  bool all_combinations = false;  // not with groups

  // The list that is not empty; empty for a query of one kind.
  const std::vector<MachineRequest>& parts() const {
    return groups.empty() ? alternatives : groups;
  }
  std::vector<MachineRequest>& parts() { return groups.empty() ? alternatives : groups; }
  // The path of the field that has the parts.
  absl::string_view parts_field() const { return groups.empty() ? "alternatives" : "groups"; }
};

// The largest number of groups or alternatives of a query.
inline constexpr size_t kMaxParts = 10;

// Returns the query for one part alone: a query of one kind.
PlacementQuery QueryOfPart(const PlacementQuery& query, const MachineRequest& part);

// Returns each part's query, in order; for a query of one kind, the query itself.
std::vector<PlacementQuery> QueriesOfParts(const PlacementQuery& query);

// Returns "x86_64" for "amd64", "x64" or "X86-64", "aarch64" for "arm64", "i686" for "i386"; other
// texts in lower case.
std::string CanonicalArch(absl::string_view text);

}  // namespace cis::server
