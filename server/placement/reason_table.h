// SPDX-License-Identifier: Apache-2.0
#pragma once

// The name of each reason code, its stage, the field of the request that it is about and what its
// numbers count. Used by reason.cc and reason_text.cc only.

#include "absl/strings/string_view.h"
#include "server/placement/reason.h"

namespace cis::server {

struct ReasonRow {
  ReasonCode code;
  absl::string_view text;
  Stage stage;
  absl::string_view field;  // of the request; empty: no single one
  ReasonUnit unit;          // of quotas: UnitOf
  absl::string_view noun;   // what is counted, where the unit does not say it; of quotas: NounOf
};

const ReasonRow& ReasonRowOf(ReasonCode code);

absl::string_view NounOf(const Reason& reason);

}  // namespace cis::server
