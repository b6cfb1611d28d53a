// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// Oddities of documents, each kind reported once with its first example and the number of further
// ones.
class Remarks {
 public:
  // Remarks with the same `kind` count as one; `sentence` is kept for the first.
  void Add(absl::string_view kind, absl::string_view sentence) {
    const auto [it, inserted] = counts_.try_emplace(std::string(kind), first_.size());
    if (inserted) {
      first_.emplace_back(std::string(sentence), 1);
    } else {
      ++first_[it->second].second;
    }
  }

  // In the order of their first examples.
  std::vector<std::string> Sentences() const {
    std::vector<std::string> sentences;
    for (const auto& [sentence, count] : first_) {
      sentences.push_back(
          count == 1 ? sentence : absl::StrCat(sentence, " (and ", count - 1, " more like it)"));
    }
    return sentences;
  }

 private:
  std::map<std::string, size_t> counts_;  // kind -> index into first_
  std::vector<std::pair<std::string, int64_t>> first_;
};

}  // namespace cis::crawler
