#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/overrides/overrides.h"
#include "schema/model/records.h"
#include "schema/store/store.h"

namespace cis {

class Rules;

// Applies overrides to the records of one run and remembers which of them found anything.
// Not thread-safe.
class Corrector {
 public:
  // No overrides: records stay as they are.
  Corrector() = default;
  // `rules`, which must outlive it, know what follows from an operating system.
  Corrector(std::vector<Override> overrides, const Rules& rules);

  // Sets what the overrides say about `records` of their share. Of several entries about one field
  // id wins over name and name over glob, then the named site over "*" and the named VO over all,
  // then the later date, then the later line. Each set field is `verified`, has the evidence
  // "override:AUTHOR DATE" before all other, and a warning OVERRIDE_CONTRADICTED if the site says
  // something else that the entry does not expect (`was`). Release facts follow the operating
  // system that was set.
  void Apply(RecordSet* records);

  // The records of (site, VO, kind) could not be had, with kAuth those of all kinds: an entry that
  // finds nothing there may be right.
  void NoteMissing(const Share& share, Kind kind);

  // What a run was about.
  struct Scope {
    bool all_sites = true;
    bool all_vos = true;
  };
  // "FILE:LINE: ..." for each entry that found nothing although all that it selects from was seen,
  // and for each contradiction, ordered, at most kMaxProblems.
  std::vector<std::string> Problems(const Scope& scope) const;

  // What Problems() tells at most, so that a wrong file does not flood the log.
  static constexpr size_t kMaxProblems = 100;

 private:
  struct Entry {
    Override rule;
    bool matched = false;
    bool seen = false;     // records of its site, VO and kind came by
    bool missing = false;  // ... or could not be had
    std::vector<std::string> contradictions;
  };

  template <typename Record>
  void ApplyTo(const Share& share, Kind kind, std::vector<Record>* records);

  const Rules* rules_ = nullptr;  // null only without entries
  std::vector<Entry> entries_;    // weakest first, so that the last word is the strongest
};

}  // namespace cis
