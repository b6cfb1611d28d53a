#pragma once

// What changed between two states of one thing: pure. The changes have kind, event, ids, names,
// field and values; who notes them adds where, when and why.

#include <vector>

#include "absl/types/span.h"
#include "schema/model/change.h"
#include "schema/model/records.h"

namespace cis {

// Each fact that differs, one change a field: `renamed` for the name, `extra_specs.KEY` for one key
// of a flavor's specs, `boot_properties.KEY` for one of an image's, `subnets` for a network's
// ranges, `subnets.CIDR.FIELD` for what holds for one of them. How a fact was inferred is no fact:
// equal records but for their provenance give nothing, and so does the order of lists.
std::vector<Change> DiffRecords(const Flavor& before, const Flavor& after);
std::vector<Change> DiffRecords(const Image& before, const Image& after);
std::vector<Change> DiffRecords(const Network& before, const Network& after);

// It is listed, that was not; or the other way round.
Change AppearedChange(const Flavor& flavor);
Change AppearedChange(const Image& image);
Change AppearedChange(const Network& network);
Change GoneChange(const Flavor& flavor);
Change GoneChange(const Image& image);
Change GoneChange(const Network& network);

// The image of `current` that took the place of `gone`: of the same EGI reference (AppDB's version
// numbers aside) or, where `gone` has none, of the same name; not older than it; the newest of
// several. nullptr if there is none.
const Image* FindReplacement(const Image& gone, absl::Span<const Image* const> current);
// `replacement` took the place of `gone`.
Change ReplacedChange(const Image& gone, const Image& replacement);

// Limits that differ, appeared or are not told any more. What is in use is no change.
std::vector<Change> DiffQuotas(absl::Span<const Quota> before, absl::Span<const Quota> after);

// What there is to choose from, each list as one field of the share: `subnet_pools`,
// `availability_zones`, `volume_types`. A list that is empty on either side gives no change: it may
// be one that could not be read.
std::vector<Change> DiffChoices(const Share& share, absl::Span<const SubnetPool> before,
                                absl::Span<const SubnetPool> after);
std::vector<Change> DiffChoices(const Share& share, absl::Span<const AvailabilityZone> before,
                                absl::Span<const AvailabilityZone> after);
std::vector<Change> DiffChoices(const Share& share, absl::Span<const VolumeType> before,
                                absl::Span<const VolumeType> after);

// `configured`, `unconfigured`, and `changed` for its support. `before` is nullptr for a new share.
std::vector<Change> DiffShares(const Share* before, const Share& after);

// `failing` or `recovered`, when a kind of data of `share` begins or ends to fail.
std::vector<Change> DiffKindStates(const Share& share, const KindState& before,
                                   const KindState& after);

}  // namespace cis
