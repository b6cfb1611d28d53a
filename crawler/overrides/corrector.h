// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/overrides/overrides.h"
#include "schema/model/records.h"
#include "schema/store/store.h"

namespace cis::crawler {

class Rules;

// Applies overrides to the records of one run and remembers which of them matched anything. Not
// thread-safe.
class Corrector {
 public:
  // No overrides: records stay as they are.
  Corrector() = default;
  // `rules` derive facts from an operating system that an override sets. They must outlive this
  // object.
  Corrector(std::vector<Override> overrides, const Rules& rules);

  // Applies the overrides to `records` of their share. If several entries set one field, id wins
  // over name and name over glob, then the named site over "*" and the named VO over all, then the
  // later date, then the later line. Each field that is set is `verified`, has the evidence
  // "override:AUTHOR DATE" before all other, and gets a warning OVERRIDE_CONTRADICTED if the site's
  // value is another one and not the one that the entry expects (`was`). Release facts follow the
  // operating system that was set.
  void Apply(RecordSet* records);

  // Records that the records of (site, VO, kind), with kAuth those of all kinds, could not be read:
  // an entry that matches nothing there may be right.
  void NoteMissing(const Share& share, Kind kind);

  // The sites, VOs and kinds of a run.
  struct Scope {
    bool all_sites = true;
    bool all_vos = true;
  };
  // Returns "FILE:LINE: ..." for each entry that matched nothing although everything that it
  // selects from was read, and for each contradiction, ordered, at most kMaxProblems.
  std::vector<std::string> Problems(const Scope& scope) const;

  // The limit on the result of Problems(), so that a wrong file does not flood the log.
  static constexpr size_t kMaxProblems = 100;

 private:
  struct Entry {
    Override rule;
    bool matched = false;
    bool seen = false;     // records of its site, VO and kind were read
    bool missing = false;  // ... or could not be read
    std::vector<std::string> contradictions;
  };

  template <typename Record>
  void ApplyTo(const Share& share, Kind kind, std::vector<Record>* records);

  const Rules* rules_ = nullptr;  // null only without entries
  std::vector<Entry> entries_;    // weakest first, so that the strongest is applied last
};

}  // namespace cis::crawler
