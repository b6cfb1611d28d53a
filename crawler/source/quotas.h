#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_client.h"

namespace cis {

// Asks for Nova's absolute limits: `done` gets "nova_limits".
void FetchComputeLimits(ServiceClient& client, DocumentsDone done);

// Asks for Cinder's absolute limits, once and briefly: `done` gets "cinder_limits", or nothing if
// Cinder does not answer as Cinder; never an error.
void FetchVolumeLimits(ServiceClient& client, DocumentsDone done);

// Puts the quotas kind together. Nova and Neutron must answer where the catalog has them: 403 and
// 404 leave a part unknown, anything else fails the kind, so that known quotas are not lost to an
// outage. Cinder never fails it. If neither Nova nor Neutron tells anything, the kind fails.
class QuotaGather {
 public:
  enum class Part { kCompute = 0, kNetwork, kVolume };

  explicit QuotaGather(DocumentsDone done) : done_(std::move(done)) {}

  // Each part exactly once; nullopt = the catalog has no such service, or it may not be asked.
  void Put(Part part, std::optional<absl::StatusOr<std::vector<Document>>> documents);

 private:
  void Finish();

  DocumentsDone done_;
  std::optional<absl::StatusOr<std::vector<Document>>> parts_[3];
  int open_count_ = 3;
};

}  // namespace cis
