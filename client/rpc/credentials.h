// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a channel proves who is at its ends. For client.cc only.

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "client/rpc/client.h"

namespace cis::client {

// Returns the credentials of a channel, the token in them. Returns NOT_FOUND or INVALID_ARGUMENT if
// a PEM file cannot be used, and FAILED_PRECONDITION if the token would leave the machine in plain
// text.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(
    const ChannelOptions& options);

}  // namespace cis::client
