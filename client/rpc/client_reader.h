// SPDX-License-Identifier: Apache-2.0
#pragma once

// The gRPC side of ChangeStream; for client.cc and client_stream.cc only.

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "cis/v1/changes.grpc.pb.h"
#include "client/rpc/client_stream.h"
#include "schema/base/mutex.h"

namespace cis::client {

// Collects messages as they arrive. Must be cancelled before it is destroyed.
class ChangeStream::Reader final : public grpc::ClientReadReactor<v1::WatchChangesResponse>,
                                   public std::enable_shared_from_this<Reader> {
 public:
  using ToStatusFunction = std::function<absl::Status(const grpc::Status&)>;

  // `stub` must outlive the stream.
  Reader(v1::ChangeService::Stub& stub, v1::WatchChangesRequest request,
         ToStatusFunction to_status);

  // Call once, before anything else.
  void Begin();
  std::vector<v1::WatchChangesResponse> Take();
  std::optional<absl::Status> Ended();
  // Cancels the stream and waits until gRPC has finished with it.
  void Cancel();

  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  const v1::WatchChangesRequest request_;
  const ToStatusFunction to_status_;
  grpc::ClientContext context_;
  v1::WatchChangesResponse message_;  // of the current read
  std::shared_ptr<Reader> self_;      // until gRPC has finished with it

  Mutex mu_;
  std::condition_variable_any done_;
  std::vector<v1::WatchChangesResponse> messages_ ABSL_GUARDED_BY(mu_);
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::client
