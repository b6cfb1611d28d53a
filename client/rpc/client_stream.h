// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "cis/v1/changes.pb.h"

namespace cis::client {

// A stream of changes that threads of gRPC read. Safe to use from any number of threads; cancelled
// when it is destroyed.
class ChangeStream {
 public:
  // The part that uses gRPC (client_reader.h).
  class Reader;
  // Client::WatchChanges calls it.
  explicit ChangeStream(std::shared_ptr<Reader> reader);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  // Returns the messages since the last call, oldest first; empty if there are none. Never waits.
  std::vector<v1::WatchChangesResponse> Take();

  // Returns how the stream ended, once it has ended and everything was taken: UNAVAILABLE if the
  // connection was lost or the server stopped, else the server's error (see ErrorReasonOf).
  std::optional<absl::Status> Ended();

 private:
  const std::shared_ptr<Reader> reader_;
};

}  // namespace cis::client
