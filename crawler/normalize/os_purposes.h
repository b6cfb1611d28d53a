// SPDX-License-Identifier: Apache-2.0
#pragma once

// The purposes of images, by words of their names and by values of properties (data/purposes.tsv,
// data/purpose_labels.tsv).

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// Words that name a purpose if they follow each other.
struct PurposePhrase {
  std::vector<std::string> words;
  std::string purpose;
  std::size_t rank =
      0;  // the row of the table: of several phrases, the one with the first row counts
};

class PurposeRules {
 public:
  PurposeRules(const Tables& tables, const Tokenizer& tokenizer);

  // Returns the phrases that start with `word`, in the order of the table.
  absl::Span<const PurposePhrase> PhrasesStartingWith(absl::string_view word) const;

  // Returns the purpose that a property value names, e.g. k8s for "k8snode"; empty if none. A value
  // of SCS-0102 may begin with "old", which means that the image has been replaced: "oldgeneric" is
  // custom.
  std::string OfLabel(absl::string_view value) const;
  // Returns whether a property value says that the image has been replaced, "oldgeneric".
  bool IsReplaced(absl::string_view value) const;

 private:
  absl::flat_hash_map<std::string, std::vector<PurposePhrase>> phrases_;  // by first word
  absl::flat_hash_map<std::string, std::string> labels_;
};

}  // namespace cis::crawler
