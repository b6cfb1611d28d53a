#pragma once

namespace cis::crawler {

// Keeps the memory of this process, which holds passwords and tokens, out of core dumps, whatever
// the limits that it was started with and whatever program the machine hands cores to. Also keeps
// other processes of the same user from reading it. Call first in `main`.
void DisableCoreDumps();

}  // namespace cis::crawler
