// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/model/data_state.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace cis::server {

// Settings of InProcessServer.
struct InProcessOptions {
  FreshnessPolicy freshness;
  // How often the file is polled for a new generation; zero: it is read once.
  absl::Duration follow_interval = absl::ZeroDuration();
};

// The services of cis-server inside the caller's process, over one snapshot that is read once or
// follows the file: the same handlers, the same errors, no port. Safe to use from any number of
// threads.
class InProcessServer {
 public:
  // Reads the database file at `path`. Returns the errors of OpenStoreReader and StoreReader::Load.
  static absl::StatusOr<std::unique_ptr<InProcessServer>> Open(
      const std::string& path, const InProcessOptions& options = {});
  // Waits for the calls that are under way.
  ~InProcessServer();

  // May be used by any number of stubs. Must not be used after the server is destroyed.
  std::shared_ptr<grpc::Channel> channel() const;

 private:
  struct Parts;
  explicit InProcessServer(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace cis::server
