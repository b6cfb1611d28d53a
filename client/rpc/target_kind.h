// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"

namespace cis::client {

// Where a connection may lead.
enum class TargetKind {
  kUnixSocket,  // to a process of this machine
  kLoopback,    // likewise
  kNetwork,     // perhaps to another machine
};

// Returns the kind of a gRPC target from its text alone; no name is resolved. `localhost` is of
// this machine (RFC 6761), and so are 127.0.0.0/8 and ::1. What is not understood is kNetwork.
TargetKind KindOfTarget(absl::string_view target);

}  // namespace cis::client
