// SPDX-License-Identifier: Apache-2.0
#pragma once

// Durations as text. One grammar holds for the flags of all programs: a sum of amounts with units,
// such as `90s`, `1h30m`, `1.5h`, `14d` or `500ms`. The units are ns, us, ms, s, m, h, d (24 hours)
// and w (7 days).

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis {

// Longer durations are typing errors.
inline constexpr absl::Duration kMaxDuration = absl::Hours(24 * 100'000);

// Returns the duration that `text` says, from 0 to kMaxDuration; spaces around an amount and a `+`
// before it do not matter.
// Returns INVALID_ARGUMENT with the text and what would be right.
absl::StatusOr<absl::Duration> ParseDurationText(absl::string_view text);

// The same for durations above 0.
absl::StatusOr<absl::Duration> ParsePositiveDuration(absl::string_view text);

// The same for the value of `flag`, which begins the message.
absl::StatusOr<absl::Duration> ParseDurationFlag(absl::string_view flag, absl::string_view text);

// Returns the duration exactly, in days if it is whole days: `14d`, `26h`, `1h30m`, `500ms`.
// ParseDurationText reads it back.
std::string FormatDurationText(absl::Duration duration);

// Returns an age for people, in its largest unit, rounded down: `45 s`, `12 min`, `26 h`, `9 d`.
// A negative age (clocks differ) counts as 0, an infinite one is `never`.
std::string FormatAge(absl::Duration age);

}  // namespace cis
