// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/fact.h"

namespace cis {

// Whether a field of a record is known: a site that does not report a fact leaves it at the one
// value of its type that means "not known". That is an empty text, no value of an optional,
// Tristate::kUnknown, an infinite time. Zero, false and kNo are facts.
inline bool IsKnown(absl::string_view text) { return !text.empty(); }
inline bool IsKnown(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
}
inline bool IsKnown(Tristate answer) { return answer != Tristate::kUnknown; }
template <typename T>
bool IsKnown(const std::optional<T>& value) {
  return value.has_value();
}

}  // namespace cis
