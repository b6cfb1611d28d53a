// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace cis::server {

// Returns the first path of `mask` that messages of `type` do not have; empty if there is none. An
// empty mask and one with `*` are valid for every type.
std::string FindUnknownPath(const google::protobuf::FieldMask& mask,
                            const google::protobuf::Descriptor& type);

// Removes the fields that `mask`, which must have no unknown path, does not name. Keeps everything
// if it is empty or has `*`.
void ApplyReadMask(const google::protobuf::FieldMask& mask, google::protobuf::Message* message);

}  // namespace cis::server
