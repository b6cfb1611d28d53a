// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/paging.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

// Gets the documents of one part of the quotas kind (without a body if they could not be read), and
// OK or why the part's limits could not be read.
using QuotaPartDone = absl::AnyInvocable<void(std::vector<Document>, absl::Status)>;

// Fetches one document; `done` gets it whether or not it could be read.
void FetchQuotaPart(ServiceClient& client, DocumentSpec spec, QuotaPartDone done);

// Fetches Nova's absolute limits ("nova_limits").
void FetchComputeLimits(ServiceClient& client, QuotaPartDone done);
// Fetches Nova's availability zones ("nova_zones").
void FetchComputeZones(ServiceClient& client, QuotaPartDone done);

// Fetches from Cinder the project's quota with its usage ("cinder_quota"; "cinder_limits" too if
// that is refused), its volume types ("cinder_types", "cinder_default_type") and its availability
// zones ("cinder_zones"). https://docs.openstack.org/api-ref/block-storage/v3/
void FetchVolumes(ServiceClient& client, const std::string& project_id, QuotaPartDone done);

// Combines the parts of the quotas kind. It fails only if neither Nova's limits nor Neutron's quota
// can be read; whatever else is missing stays unknown.
class QuotaGather {
 public:
  enum class Part { kComputeLimits = 0, kComputeZones, kNetwork, kVolume };

  explicit QuotaGather(DocumentsDone done) : done_(std::move(done)) {}

  // Call exactly once per part; without documents if the catalog has no such service.
  void Put(Part part, std::vector<Document> documents, const absl::Status& status);
  // The same for a part that may not be requested: `name` is its document's.
  void PutUnasked(Part part, absl::string_view name, const absl::Status& why, absl::Time time);

 private:
  void Finish();

  DocumentsDone done_;
  std::vector<Document> documents_[4];
  absl::Status status_;  // why limits of Nova or Neutron are missing; the first
  int open_count_ = 4;
};

}  // namespace cis::crawler
