// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/core_dumps.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cstdlib>

namespace cis::crawler {
namespace {

// Ends the process: 0 if neither a signal nor another process can take a core of it.
void DisableAndExit() {
  DisableCoreDumps();
  rlimit limit = {1, 1};
  const bool is_known = getrlimit(RLIMIT_CORE, &limit) == 0;
  const bool is_off = limit.rlim_cur == 0 && limit.rlim_max == 0;
  std::_Exit(is_known && is_off && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
}

// In a process of its own, for it cannot be undone.
TEST(CoreDumps, AreOffWhateverTheLimitWas) {
  EXPECT_EXIT(DisableAndExit(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cis::crawler
