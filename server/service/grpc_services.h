#pragma once

// The two gRPC services. gRPC types stop here: handlers see requests, responses and a snapshot.

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "grpcpp/impl/codegen/service_type.h"
#include "grpcpp/support/status.h"
#include "schema/base/clock.h"
#include "server/service/request_context.h"
#include "server/service/request_meter.h"
#include "server/snapshot/holder.h"
#include "server/snapshot/snapshot.h"

namespace cis {

using SnapshotHolder = Holder<Snapshot>;

// What all services stand on. All of it must outlive them.
struct ServiceParts {
  const SnapshotHolder* snapshots = nullptr;
  const Clock* clock = nullptr;
  FreshnessPolicy freshness;
  RequestMeter* meter = nullptr;  // nullptr = nobody counts
};

std::unique_ptr<grpc::Service> MakeInventoryService(const ServiceParts& parts);
std::unique_ptr<grpc::Service> MakePlacementService(const ServiceParts& parts);
std::unique_ptr<grpc::Service> MakeRegistryService(const ServiceParts& parts);

// With the details in `grpc-status-details-bin`. Errors that were not made for users (errors.h) are
// logged with `method` and become INTERNAL, which says nothing of them.
grpc::Status StatusToGrpc(const absl::Status& status, absl::string_view method);

}  // namespace cis
