// SPDX-License-Identifier: Apache-2.0
#pragma once

// Instants as text, always in UTC.

#include <string>

#include "absl/time/time.h"

namespace cis {

// `2026-01-02 03:04 UTC`.
std::string FormatMinute(absl::Time time);

// `2026-01-02T03:04:05Z`.
std::string FormatSecond(absl::Time time);

}  // namespace cis
