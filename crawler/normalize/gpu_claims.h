// SPDX-License-Identifier: Apache-2.0
#pragma once

// What each kind of evidence says about the GPUs of a flavor, before it is weighed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// What one kind of evidence says; fields that it does not mention stay empty.
struct GpuClaim {
  bool present = false;
  std::optional<double> count;
  std::string vendor;
  std::string model;
  std::string base;  // of the model, without size and form: "A100"
  std::string kind;
  std::optional<int64_t> memory_mib;       // of what the machine gets, as written
  std::optional<int64_t> card_memory_mib;  // of a whole card of this model
  Confidence confidence = Confidence::kGuess;
  Confidence model_confidence = Confidence::kGuess;
  std::string source;
  std::string value;
};

struct GpuClaims {
  std::vector<GpuClaim> claims;  // strongest kind of evidence first
  bool unknown_device = false;   // a device of unknown kind is passed through
  double unknown_count = 0;      // how many of those
  std::string unknown_source;    // where the device was found
  std::string unknown_value;
};

// Reads placement resources, the site's own keys, PCI aliases, device profiles, traits, SCS names,
// other keys, and last the names.
GpuClaims GatherGpuClaims(const Rules& rules, const Flavor& flavor);

}  // namespace cis::crawler
