#pragma once

// What the store would change if it put one record in the place of another: pure. Unlike the
// journal's changes (change_diff.h), which tell facts about a site, this has everything that is
// stored, also how sure a fact is and by which evidence.

#include <optional>
#include <string>
#include <vector>

#include "schema/model/change.h"
#include "schema/model/records.h"

namespace cis {

// A stored value that differs. nullopt = not known, or an empty text. Texts are cut as those of the
// journal.
struct FieldDifference {
  // As the record's member: "eol_date", "extra_specs.KEY", "subnets.ID.is_public",
  // "confidence.MEMBER", "evidence.MEMBER", "warnings.CODE".
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;

  friend bool operator==(const FieldDifference&, const FieldDifference&) = default;
};
using FieldDifferences = std::vector<FieldDifference>;

// Empty exactly if the records are equal.
FieldDifferences DiffStored(const Flavor& before, const Flavor& after);
FieldDifferences DiffStored(const Image& before, const Image& after);
FieldDifferences DiffStored(const Network& before, const Network& after);
// Without the networks.
FieldDifferences DiffStored(const NetworkSet& before, const NetworkSet& after);
FieldDifferences DiffStored(const LimitSet& before, const LimitSet& after);
// How much of an answer could be read: "images.skipped_count", "images.remarks".
FieldDifferences DiffStored(const KindState& before, const KindState& after);

// One record, or what else is stored of a share, that would differ.
struct RecordDifference {
  Share share;                                // of a record of an endpoint only the endpoint
  ChangeKind kind = ChangeKind::kShare;       // kShare: of what a share has beside networks
  ChangeEvent event = ChangeEvent::kChanged;  // kAppeared, kGone or kChanged
  std::string upstream_id;                    // of a share its project's id
  std::string name;                           // of a share its VO
  FieldDifferences fields;                    // of kChanged
};

}  // namespace cis
