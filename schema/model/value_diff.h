// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of records as people see them, and which of two differ: what the journal (change_diff.h)
// and the comparison of stored records (stored_diff.h) have in common.

#include <map>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/change.h"
#include "schema/model/field_text.h"
#include "schema/model/records.h"

namespace cis {

// A value in words; nullopt = not known.
using ShownValue = std::optional<std::string>;
using ReportDifference =
    absl::FunctionRef<void(std::string field, ShownValue before, ShownValue after)>;

inline ChangeKind ChangeKindOf(const Flavor&) { return ChangeKind::kFlavor; }
inline ChangeKind ChangeKindOf(const Image&) { return ChangeKind::kImage; }
inline ChangeKind ChangeKindOf(const Network&) { return ChangeKind::kNetwork; }

// Returns the value of a member as in the history (field_text.h), but with readable times.
template <typename Member>
ShownValue ShownValueOf(const Member& member) {
  FieldTextWriter writer;
  writer("", member);
  return writer.Take().front().text;
}
ShownValue ShownValueOf(absl::Time time);

// Returns at most kMaxChangeValueBytes of the value, "..." included if something was left out.
ShownValue Shorten(ShownValue value);

// Reports each key whose values differ, as "`name`.KEY".
void DiffTexts(absl::string_view name, const TextMap& before, const TextMap& after,
               ReportDifference report);
// If only one of them is known, reports the numbers of keys, as `name`: "3 keys".
void DiffTexts(absl::string_view name, const std::optional<TextMap>& before,
               const std::optional<TextMap>& after, ReportDifference report);

}  // namespace cis
