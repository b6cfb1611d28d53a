// SPDX-License-Identifier: Apache-2.0
#pragma once

// The gRPC services of inventory and placement. Types of gRPC end here: handlers see requests,
// responses and a snapshot or state.

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/support/status.h"
#include "schema/base/clock.h"
#include "server/access/call_source.h"
#include "server/history/history_thread.h"
#include "server/meter/request_meter.h"
#include "server/placement/serving_state.h"
#include "server/service/request_context.h"
#include "server/snapshot/holder.h"

namespace cis::server {

class Access;
class ConnectionTable;
class FairPool;
class LoadGate;

using StateHolder = Holder<ServingState>;

// What all services use. All of it must outlive them.
struct ServiceParts {
  const StateHolder* states = nullptr;
  Access* access = nullptr;
  ConnectionTable* connections = nullptr;  // null = there is no port
  LoadGate* gate = nullptr;
  FairPool* pool = nullptr;             // for requests that cost much
  const Clock* clock = nullptr;         // what time it is; tests set it
  const Clock* steady_clock = nullptr;  // the machine's: how long connections and replies last
  FreshnessPolicy freshness;
  RequestMeter* meter = nullptr;     // nullptr = requests are not counted
  HistoryThread* history = nullptr;  // for questions; nullptr = the past cannot be read
  HistoryThread* streams = nullptr;  // for streams of changes, which wait for no question; likewise
};

// A service with the name that it has in health checks, so that no service is registered without
// its health: "cis.v1.InventoryService". The name must be a literal.
struct NamedService {
  const char* full_name = "";
  std::unique_ptr<grpc::Service> service;
};

NamedService MakeInventoryService(const ServiceParts& parts);
NamedService MakePlacementService(const ServiceParts& parts);
NamedService MakeRegistryService(const ServiceParts& parts);

// Converts a status, with its details in `grpc-status-details-bin`. Errors that were not made for
// users (errors.h) are logged with `method` and what `source` calls the request, and become
// INTERNAL without any detail.
grpc::Status StatusToGrpc(const absl::Status& status, absl::string_view method,
                          const CallSource& source);

}  // namespace cis::server
