#pragma once

// Names of devices cut into words, also where a maker and a model are written together.

#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// The tokens of `text`; a word that consists of device words is cut between them: "TeslaT4",
// "gpuA40", "QuadroRTX6000" and "nvidiagpu" give "tesla t 4", "gpu a 40", "quadro rtx 6000" and
// "nvidia gpu". The pieces have no gap between them.
std::vector<Token> DeviceTokens(absl::string_view text);

}  // namespace cis::crawler
