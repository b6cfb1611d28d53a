#pragma once

// What each reason code is called, where it stands and what its numbers count. Used by reason.cc
// and reason_text.cc only.

#include "absl/strings/string_view.h"
#include "server/placement/reason.h"

namespace cis {

// What the numbers of a code count.
enum class ReasonUnit { kNone = 0, kVcpu, kMib, kGib, kGpu, kBytes, kSeconds, kInstance, kCount };

struct ReasonRow {
  ReasonCode code;
  absl::string_view text;
  Stage stage;
  ReasonUnit unit;
  absl::string_view noun;  // what is counted, where the unit does not say it
};

const ReasonRow& ReasonRowOf(ReasonCode code);

}  // namespace cis
