// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the store would change if it replaced one record with another. Unlike the changes in the
// journal (change_diff.h), which are facts about a site, the differences cover everything that is
// stored, also the confidence of a fact and its evidence.

#include <optional>
#include <string>
#include <vector>

#include "schema/model/change.h"
#include "schema/model/records.h"

namespace cis {

// A stored value that differs. nullopt = not known, or an empty text. Texts are shortened as in the
// journal.
struct FieldDifference {
  // The member of the record: "eol_date", "extra_specs.KEY", "subnets.ID.is_public",
  // "confidence.MEMBER", "evidence.MEMBER", "warnings.CODE".
  std::string field;
  std::optional<std::string> before;
  std::optional<std::string> after;

  friend bool operator==(const FieldDifference&, const FieldDifference&) = default;
};
using FieldDifferences = std::vector<FieldDifference>;

// Returns the differences; empty if and only if the records are equal.
FieldDifferences DiffStored(const Flavor& before, const Flavor& after);
FieldDifferences DiffStored(const Image& before, const Image& after);
FieldDifferences DiffStored(const Network& before, const Network& after);
// Leaves out the networks.
FieldDifferences DiffStored(const NetworkSet& before, const NetworkSet& after);
FieldDifferences DiffStored(const LimitSet& before, const LimitSet& after);
// Compares how much of a response could be read: "images.skipped_count", "images.remarks".
FieldDifferences DiffStored(const KindState& before, const KindState& after);

// One record that would differ, or the other facts that are stored about a share.
struct RecordDifference {
  Share share;                                // only the endpoint for a record of an endpoint
  ChangeKind kind = ChangeKind::kShare;       // kShare: all facts of a share except networks
  ChangeEvent event = ChangeEvent::kChanged;  // kAppeared, kGone or kChanged
  std::string upstream_id;                    // for a share, the id of its project
  std::string name;                           // for a share, its VO
  FieldDifferences fields;                    // only for kChanged
};

}  // namespace cis
