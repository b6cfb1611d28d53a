// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reasons as cis.v1 messages.

#include "cis/v1/placement.pb.h"
#include "server/placement/placement.h"

namespace cis::server {

v1::PlacementStage StageToProto(Stage stage);

// Fills `proto`, which must be empty. `share` is the share that the reason is about.
void ReasonToProto(const Reason& reason, const PlacementQuery& query, const IndexedShare& share,
                   v1::Reason* proto);

// Returns resource names of what the share sees, built from the share's own name because they are
// needed often.
std::string NameOfFlavor(const IndexedShare& share, absl::string_view id);
std::string NameOfImage(const IndexedShare& share, absl::string_view id);
void FlavorRefToProto(const IndexedShare& share, const Flavor& flavor, v1::ResourceRef* proto);
void ImageRefToProto(const IndexedShare& share, const Image& image, v1::ResourceRef* proto);
void NetworkRefToProto(const IndexedShare& share, const Network& network, v1::ResourceRef* proto);

}  // namespace cis::server
