#pragma once

// What images are for, by words of their names and by values of properties (data/purposes.tsv,
// data/purpose_labels.tsv).

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis {

// Words that stand for a purpose where they follow each other.
struct PurposePhrase {
  std::vector<std::string> words;
  std::string purpose;
  std::size_t rank = 0;  // the row of the table: of several phrases the first row counts
};

class PurposeRules {
 public:
  PurposeRules(const Tables& tables, const Tokenizer& tokenizer);

  // The phrases that start with `word`, in the order of the table.
  absl::Span<const PurposePhrase> PhrasesStartingWith(absl::string_view word) const;

  // The purpose that a property value names, e.g. "k8snode" -> k8s; empty if none. "old" before a
  // value of SCS-0102 is read too: the image has been replaced, "oldgeneric" -> custom.
  std::string OfLabel(absl::string_view value) const;
  // Whether a property value says that the image has been replaced, "oldgeneric".
  bool IsReplaced(absl::string_view value) const;

 private:
  absl::flat_hash_map<std::string, std::vector<PurposePhrase>> phrases_;  // by first word
  absl::flat_hash_map<std::string, std::string> labels_;
};

}  // namespace cis
