// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/quotas.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

class Gather;

// Neutron's extensions that decide which requests to send.
struct NeutronExtensions {
  bool floatingip_pools = false;
  bool quota_details = false;
  bool subnet_pools = false;
  bool subnet_pool_rbac = false;          // a pool may be shared with some projects only
  bool external_subnets_visible = false;  // subnets of external networks are listed to all
};

// Reads the body of GET /v2.0/extensions.
NeutronExtensions ParseExtensions(absl::string_view body);

// Fetches the networks as the project sees them, and its network quota. Only the list of networks
// is required for the kind; all other documents add facts to it. Lives as long as its exchange.
// https://docs.openstack.org/api-ref/network/v2/
class NetworkFetch {
 public:
  NetworkFetch(ServiceClient* client, std::string project_id)
      : client_(client), project_id_(std::move(project_id)) {}
  NetworkFetch(const NetworkFetch&) = delete;
  NetworkFetch& operator=(const NetworkFetch&) = delete;

  // `networks_done` gets the documents of kind networks, `quota_done` "neutron_quota"; both run, in
  // any order.
  void Start(DocumentsDone networks_done, QuotaPartDone quota_done);

 private:
  // Sends the requests that depend on the extensions.
  void AskPools(const NeutronExtensions& extensions, const std::shared_ptr<Gather>& gather,
                size_t floating_part, size_t subnet_part);
  void AskQuota(bool has_details, QuotaPartDone quota_done);

  ServiceClient* client_;
  std::string project_id_;
};

}  // namespace cis::crawler
