// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schema/model/catalog.h"

namespace cis {

// Combines what the shares of one endpoint know about the same network. Facts about addresses hold
// for every share that sees the network id, so a share that cannot see them adopts them from a
// share that can, unless the shares contradict each other; the use of a shared network is then
// derived from them. A network that several VOs see was not shared by an outsider, so
// NET_OWNER_UNTRUSTED is withdrawn. Facts about access rules stay with their share, and so does
// everything about a project's own networks. Inactive networks neither give nor receive facts.
void JoinNetworkFacts(EndpointCatalog* endpoint);

}  // namespace cis
