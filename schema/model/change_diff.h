// SPDX-License-Identifier: Apache-2.0
#pragma once

// What changed between two states of one thing. Pure. The changes have kind, event, ids, names,
// field and values; the caller adds where, when and why.

#include <vector>

#include "absl/types/span.h"
#include "schema/model/change.h"
#include "schema/model/records.h"

namespace cis {

// Returns one change per fact that differs: `renamed` for the name, `extra_specs.KEY` for one key
// of a flavor's specs, `boot_properties.KEY` for one of an image's, `subnets` for the ranges of a
// network, `subnets.CIDR.FIELD` for a fact about one range. How a fact was inferred is not a fact:
// records that differ only in provenance, or in the order of lists, give no change.
std::vector<Change> DiffRecords(const Flavor& before, const Flavor& after);
std::vector<Change> DiffRecords(const Image& before, const Image& after);
std::vector<Change> DiffRecords(const Network& before, const Network& after);

// The record is listed and was not before, or the other way round.
Change AppearedChange(const Flavor& flavor);
Change AppearedChange(const Image& image);
Change AppearedChange(const Network& network);
Change GoneChange(const Flavor& flavor);
Change GoneChange(const Image& image);
Change GoneChange(const Network& network);

// Returns the image of `current` that replaced `gone`: it has the same EGI reference (AppDB's
// version numbers aside) or, if `gone` has no reference, the same name; it is not older than
// `gone`; if there are several, it is the newest. Returns nullptr if there is none.
const Image* FindReplacement(const Image& gone, absl::Span<const Image* const> current);
// The change that says that `replacement` replaced `gone`.
Change ReplacedChange(const Image& gone, const Image& replacement);

// Returns a change per limit that differs, appeared or is not reported any more. Usage is not
// compared.
std::vector<Change> DiffQuotas(absl::Span<const Quota> before, absl::Span<const Quota> after);

// Compares the lists that a share can choose from; each list is one field of the share:
// `subnet_pools`, `availability_zones`, `volume_types`. A list that is empty before or after gives
// no change, because it may be one that could not be read.
std::vector<Change> DiffChoices(const Share& share, absl::Span<const SubnetPool> before,
                                absl::Span<const SubnetPool> after);
std::vector<Change> DiffChoices(const Share& share, absl::Span<const AvailabilityZone> before,
                                absl::Span<const AvailabilityZone> after);
std::vector<Change> DiffChoices(const Share& share, absl::Span<const VolumeType> before,
                                absl::Span<const VolumeType> after);

// Returns `configured` or `unconfigured`, and `changed` if the support of the VO has changed.
// `before` is nullptr for a new share.
std::vector<Change> DiffShares(const Share* before, const Share& after);

// Returns `failing` or `recovered` when a kind of data of `share` starts or stops failing.
std::vector<Change> DiffKindStates(const Share& share, const KindState& before,
                                   const KindState& after);

}  // namespace cis
