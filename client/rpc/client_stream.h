#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "cis/v1/changes.pb.h"

namespace cis::client {

// A stream of changes that gRPC's threads read. Safe to use from any number of threads; cancelled
// when it goes.
class ChangeStream {
 public:
  // The side of gRPC (client_reader.h).
  class Reader;
  // Client::WatchChanges makes it.
  explicit ChangeStream(std::shared_ptr<Reader> reader);
  ~ChangeStream();
  ChangeStream(const ChangeStream&) = delete;
  ChangeStream& operator=(const ChangeStream&) = delete;

  // What came since the last call, oldest first; empty if nothing did. Never waits.
  std::vector<v1::WatchChangesResponse> Take();

  // How it ended, once that is so and everything was taken: UNAVAILABLE if the connection was lost
  // or the server stopped, else the server's error (see ErrorReasonOf).
  std::optional<absl::Status> Ended();

 private:
  const std::shared_ptr<Reader> reader_;
};

}  // namespace cis::client
