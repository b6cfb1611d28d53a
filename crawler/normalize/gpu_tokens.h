#pragma once

// Splits names of devices into words, also if a vendor and a model are written together.

#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// Returns the tokens of `text`; a word that consists of device words is split between them:
// "TeslaT4", "gpuA40", "QuadroRTX6000" and "nvidiagpu" give "tesla t 4", "gpu a 40", "quadro rtx
// 6000" and "nvidia gpu". The pieces have no gap between them.
std::vector<Token> DeviceTokens(absl::string_view text);

}  // namespace cis::crawler
