// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Fills the gpu_* fields of `flavor`, whose name, description and extra_specs are set, from the
// keys that sites use, in this order: placement resources, the site's own keys (Accelerator:*), PCI
// aliases, traits, SCS names, and last the flavor's name, which never gives more than a guess.
// gpu_count stays absent if no GPU is shown, or if a GPU is certain but its number is not.
void InferGpu(const Rules& rules, Flavor* flavor);

}  // namespace cis::crawler
