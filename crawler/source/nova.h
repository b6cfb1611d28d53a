// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

// Fetches all flavors with their extra specs. From microversion 2.61 on, the listing contains them;
// an older or legacy (/v2) Nova is asked for those of each flavor; without an answer they stay
// unknown. Lives as long as its exchange.
// https://docs.openstack.org/api-ref/compute/#list-flavors-with-details
class FlavorFetch {
 public:
  explicit FlavorFetch(ServiceClient* client) : client_(client) {}
  FlavorFetch(const FlavorFetch&) = delete;
  FlavorFetch& operator=(const FlavorFetch&) = delete;

  void Start(DocumentsDone done);

 private:
  void List(const std::string& microversion);
  void AskVersion();
  void AskExtraSpecs(const std::string& flavor_id, bool is_first);
  void OnExtraSpecs(const std::string& flavor_id, bool is_first, const Answer& answer);
  void Finish(absl::Status status = absl::OkStatus());

  ServiceClient* client_;
  DocumentsDone done_;
  std::vector<Document> documents_;
  std::vector<std::string> flavor_ids_;  // whose extra specs are still to be requested
  size_t open_count_ = 0;
};

// Returns the ids of the flavors in these pages whose extra specs are not in the listing.
std::vector<std::string> FlavorsWithoutExtraSpecs(const std::vector<Document>& pages);

}  // namespace cis::crawler
