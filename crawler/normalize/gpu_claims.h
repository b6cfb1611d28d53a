#pragma once

// What each kind of evidence says about the GPUs of a flavor, read but not yet weighed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/model/records.h"

namespace cis {

class Rules;

// What one kind of evidence says; fields it does not know stay empty.
struct GpuClaim {
  bool present = false;
  std::optional<double> count;
  std::string vendor;
  std::string model;
  std::string base;  // of the model, without size and form: "A100"
  std::string kind;
  std::optional<int64_t> memory_mib;       // of what the machine gets, as said
  std::optional<int64_t> card_memory_mib;  // of a whole card of this model
  Confidence confidence = Confidence::kGuess;
  Confidence model_confidence = Confidence::kGuess;
  std::string source;
  std::string value;
};

struct GpuClaims {
  std::vector<GpuClaim> claims;  // in the order of the keys' authority
  bool unknown_device = false;   // a device of unknown kind is passed through
  double unknown_count = 0;      // how many of those
  std::string unknown_source;    // evidence of it
  std::string unknown_value;
};

// Reads placement resources, the site's own words, PCI aliases, device profiles, traits, SCS names,
// other keys, and last the names.
GpuClaims GatherGpuClaims(const Rules& rules, const Flavor& flavor);

}  // namespace cis
