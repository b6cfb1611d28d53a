#pragma once

#include "schema/model/records.h"

namespace cis {

class Rules;

// Fills the gpu_* fields of `flavor`, whose name, description and extra_specs are set, from the
// ordered keys that sites use: placement resources, the site's own words (Accelerator:*), PCI
// aliases, traits, SCS names, and last of all the flavor's name, which only ever gives a guess.
// gpu_count stays absent when nothing is shown or when a GPU is certain but its number is not.
void InferGpu(const Rules& rules, Flavor* flavor);

}  // namespace cis
