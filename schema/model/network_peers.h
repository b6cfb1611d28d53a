#pragma once

#include "schema/model/catalog.h"

namespace cis {

// Joins what the shares of one endpoint know of the same network. Facts from addresses hold for
// every share that sees the network id, so a share that could not see them takes them over from one
// that did, unless others contradict each other; the role of a shared network then follows from
// them. A network that several VOs see was not shared by a stranger among them:
// NET_OWNER_UNTRUSTED is taken back. Facts from access rules stay with their share, and so does
// everything about a project's own networks. Gone networks neither give nor take.
void JoinNetworkFacts(EndpointCatalog* endpoint);

}  // namespace cis
