// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/normalize_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  return cis::crawler::FuzzNormalize(cis::Kind::kNetworks, data, size);
}
