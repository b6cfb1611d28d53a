// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "crawler/normalize/rules.h"

namespace cis::crawler {

// The compiled rules, made once for all tests of a program.
inline const Rules& CompiledRules() {
  static const std::unique_ptr<const Rules> rules = Rules::Compiled();
  return *rules;
}

}  // namespace cis::crawler
