// SPDX-License-Identifier: Apache-2.0
#pragma once

// Splits names of devices into words, also if a vendor and a model are written together.

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// Splits the names of devices by the words of the tables gpu_words, gpu_vendor_words and
// gpu_models.
class DeviceTokenizer {
 public:
  // `tokenizer` must outlive this object.
  DeviceTokenizer(const Tables& tables, const Tokenizer& tokenizer);

  // Returns the tokens of `text`; a word that consists of device words is split between them:
  // "TeslaT4", "gpuA40", "QuadroRTX6000" and "nvidiagpu" give "tesla t 4", "gpu a 40", "quadro rtx
  // 6000" and "nvidia gpu". The pieces have no gap between them.
  std::vector<Token> Tokenize(absl::string_view text) const;

 private:
  using Sizes = std::vector<std::size_t>;

  void AddLead(const std::string& word);
  Sizes LeadSizes(absl::string_view word) const;
  Sizes PieceSizes(absl::string_view word, const std::string& number) const;

  const Tokenizer& tokenizer_;
  std::set<std::string, std::less<>> leads_;              // vendors, brands and words for a device
  std::set<std::pair<std::string, std::string>> models_;  // "a" and "40" of "a40"
};

}  // namespace cis::crawler
