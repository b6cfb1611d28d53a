// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "server/policy/caller.h"

namespace cis::server {

// Returns the address of a gRPC peer without its port: "192.0.2.1" for "ipv4:192.0.2.1:50000",
// "2001:db8::1" for "ipv6:%5B2001:db8::1%5D:50000". "" if it has none.
std::string AddressOfPeer(absl::string_view peer);

// Whether a peer is a process of this machine: connected over a Unix socket or, if
// `trusts_loopback`, over loopback.
bool IsLocalPeer(absl::string_view peer, bool trusts_loopback);

// Returns who calls, except for what a token says.
Caller CallerOf(const grpc::CallbackServerContext& call, bool trusts_loopback);

// Returns the address that the last proxy on the way has taken the connection from, as that proxy
// says in `forwarded` (RFC 7239) or `x-forwarded-for`; nullopt if it does not say. Ask only for
// calls from a proxy that is trusted: anyone can send these.
std::optional<std::string> ForwardedAddressOf(const grpc::CallbackServerContext& call);
// The same for the values of the two headers; "" = there is no such header.
std::optional<std::string> ForwardedAddress(absl::string_view forwarded,
                                            absl::string_view x_forwarded_for);

// Returns the bearer token that the call carries in its metadata ("authorization: Bearer TOKEN");
// "" for another scheme or two of them. nullopt if there is no such metadata.
std::optional<std::string> TokenOf(const grpc::CallbackServerContext& call);

}  // namespace cis::server
