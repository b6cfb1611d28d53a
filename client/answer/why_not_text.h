// SPDX-License-Identifier: Apache-2.0
#pragma once

// Why shares cannot run a machine, and what would help, as text.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "client/answer/place_text.h"
#include "client/format/table.h"

namespace cis::client {

// Returns `3 of 9 shares of VO x can run this (24 sites known, data 2 h old).`
std::string SummarySentence(const v1::FindPlacementsResponse& response, absl::Time now);

// Returns what each rejected share lacks, in lines of at most kLineWidth columns; longer text is
// wrapped. At most `max_lines` of them (0 = all): further shares are counted by reason in the last
// line. Then HintLines.
std::vector<std::string> ReasonLines(const PlaceAnswer& answer, size_t max_lines);

// Returns suggestions, and relaxations as `Try: ...`, wrapped likewise.
std::vector<std::string> HintLines(const PlaceAnswer& answer);
inline constexpr size_t kLineWidth = 100;

// Returns the text for `--explain`: the query as it was understood, the funnel, and everything that
// is known about every share.
std::string ExplainText(const PlaceAnswer& answer, const TableStyle& style, absl::Time now);

}  // namespace cis::client
