#pragma once

// The reply of FindPlacements, written to the wire part by part. A reply of hundreds of verdicts as
// one message is mostly allocation; here each part is made in a message that is used again and its
// bytes go to the reply at once. The wire format lets fields come in any order and a message be
// told in pieces, so what a client reads is the same message.

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "server/placement/placement.h"

namespace cis {

class PlacementReply {
 public:
  // The query and the request's time are those of all parts.
  PlacementReply(const PlacementQuery& query, absl::Time now);

  // With at most `max_refused_pairs` of its refused pairs.
  void AddVerdict(const ShareVerdict& verdict, size_t max_refused_pairs);
  void AddPlacement(const Placement& placement);
  // Everything else; its own verdicts and placements come after those that were added.
  void Add(const v1::FindPlacementsResponse& rest);

  size_t size() const { return bytes_.size(); }
  // A serialised FindPlacementsResponse. The reply is empty afterwards.
  std::string Take();

 private:
  const PlacementQuery& query_;
  const absl::Time now_;
  std::string bytes_;

  // Used again for each part.
  std::string part_;
  v1::ShareVerdict verdict_;
  v1::Reason reason_;
  v1::Placement placement_;
  v1::PlacedFlavor flavor_;
  v1::PlacedImage image_;
  v1::NetworkPlan plan_;
};

}  // namespace cis
