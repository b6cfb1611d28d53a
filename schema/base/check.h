// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks of what must hold because of our own code. CONTRIBUTING.md ("Invariants") says where they
// belong.

#include "absl/base/internal/raw_logging.h"

// Ends the process with SIGABRT if `condition` does not hold, after a line on stderr with the file,
// the line, the condition and `message`. `message`, a literal, says what holds. A condition with a
// comma outside of parentheses needs parentheses around it.
#define CIS_CHECK(condition, message) ABSL_RAW_CHECK(condition, message)

// Like CIS_CHECK, but release builds (NDEBUG) do not evaluate `condition`: for checks that cost
// more than what they check.
#ifdef NDEBUG
#define CIS_DCHECK(condition, message) \
  do {                                 \
    if (false) {                       \
      CIS_CHECK(condition, message);   \
    }                                  \
  } while (false)
#else
#define CIS_DCHECK(condition, message) CIS_CHECK(condition, message)
#endif
