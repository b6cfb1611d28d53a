// SPDX-License-Identifier: Apache-2.0
#pragma once

// The report of `renormalize --compare`: what other rules would change in the stored records.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "schema/model/stored_diff.h"

namespace cis::crawler {

// Formats differences one by one, as they are found, and counts them.
class RulesComparison {
 public:
  enum class Format { kTable, kJson };

  // `rules` is the version of the rules that the records are compared with.
  RulesComparison(Format format, std::string rules) : format_(format), rules_(std::move(rules)) {}

  // Returns the text of one record that would change. Table: its resource name, what it is, and one
  // line per field, "FIELD: OLD -> NEW". JSON: an object of `type` "record" on one line. A value
  // that is not known is "unknown", or null.
  std::string Add(const RecordDifference& difference);

  // Counts an observation. If it is not readable by the rules, its records would stay as they are.
  void NoteObservation(bool is_readable);

  // Returns whether anything would change.
  bool HasChanges() const { return !events_.empty(); }

  // Returns the text below the records: for each kind and field, the number of records in which it
  // would change, and for each kind, how many records would change, appear and disappear. JSON:
  // objects of `type` "field", and one of `type` "total" at the end.
  std::string Totals() const;

 private:
  std::string AddTable(const RecordDifference& difference) const;
  std::string AddJson(const RecordDifference& difference) const;
  std::string TotalsTable() const;
  std::string TotalsJson() const;

  const Format format_;
  const std::string rules_;
  int64_t observation_count_ = 0;
  int64_t unreadable_count_ = 0;
  std::map<std::pair<ChangeKind, ChangeEvent>, int64_t> events_;
  std::map<std::pair<ChangeKind, std::string>, int64_t> fields_;  // records, by kind and field
};

}  // namespace cis::crawler
