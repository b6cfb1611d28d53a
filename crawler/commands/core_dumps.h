// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace cis::crawler {

// Keeps the memory of this process, which holds passwords and tokens, out of core dumps, whatever
// limits it was started with and whatever program the machine passes cores to. Also keeps other
// processes of the same user from reading it. Call first in `main`.
void DisableCoreDumps();

}  // namespace cis::crawler
