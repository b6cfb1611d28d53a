// SPDX-License-Identifier: Apache-2.0
#pragma once

// Entries of the journal as messages.

#include "cis/v1/changes.pb.h"
#include "schema/model/change.h"

namespace cis::server {

v1::ChangeKind ChangeKindToProto(ChangeKind kind);
void ChangeToProto(const Change& change, v1::Change* proto);

}  // namespace cis::server
