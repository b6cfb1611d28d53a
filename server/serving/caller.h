// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "net/address/address.h"
#include "server/access/call_source.h"

namespace cis::server {

// Returns the address of a gRPC peer: 192.0.2.1 and 50000 for "ipv4:192.0.2.1:50000",
// "2001:db8::1" for "ipv6:%5B2001:db8::1%5D:50000". "" and 0 if it has none.
PeerAddress PeerOf(absl::string_view peer);

// The header of request ids: a caller may choose one, and the reply names it.
inline constexpr char kRequestIdHeader[] = "x-request-id";

// Returns what gRPC knows of a caller.
CallSource SourceOf(const grpc::CallbackServerContext& call);

// The size of the metadata that came with a call.
int64_t MetadataBytes(const grpc::CallbackServerContext& call);

// Returns the request id to the caller if it chose it. Failures name theirs in any case.
void TellRequestId(grpc::CallbackServerContext* call, const CallSource& source);

}  // namespace cis::server
