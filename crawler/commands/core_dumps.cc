// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/core_dumps.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace cis::crawler {

void DisableCoreDumps() {
  // Neither call can fail with these values. The limit alone has no effect if core_pattern is a
  // pipe.
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace cis::crawler
