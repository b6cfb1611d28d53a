// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers as people write them in flags: `4`, `2..8`, `8G`, `4G..16G`, and points in time.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::client {

// Bounds of a number, both inclusive. Unset = not bounded.
struct Range {
  std::optional<int64_t> min;
  std::optional<int64_t> max;
};

// Parses `N` (at least N), `N..M`, `N..` or `..M`, whole numbers from 0.
// Returns INVALID_ARGUMENT with the text and what would be right.
absl::StatusOr<Range> ParseCountRange(absl::string_view text);

// Parses sizes as ParseCountRange does, in MiB. A number without a unit is in GiB; K, M, G, T with
// an optional `i` and `B` are powers of 1024 (`GB` = `GiB`). Fractions of a MiB are rounded so that
// the bound stays true: a lower bound up, an upper bound down.
absl::StatusOr<Range> ParseSizeRangeMib(absl::string_view text);

// The same in GiB.
absl::StatusOr<Range> ParseSizeRangeGib(absl::string_view text);

// A point in time: an instant, or a duration before now.
struct Moment {
  std::optional<absl::Time> time;
  absl::Duration age;  // if there is no `time`
};

// Parses a duration before now, with or without `ago` after it (`3d`, `3d ago`), an instant of
// RFC 3339 (`2026-01-02T03:04:05Z`) or a date (`2026-01-02`, which is 0:00 UTC).
// Returns INVALID_ARGUMENT with the text and what would be right.
absl::StatusOr<Moment> ParseMoment(absl::string_view text);

absl::Time TimeOf(const Moment& moment, absl::Time now);

}  // namespace cis::client
