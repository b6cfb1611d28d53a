#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_client.h"

namespace cis {

// Which of Neutron's extensions matter to what is asked.
struct NeutronExtensions {
  bool floatingip_pools = false;
  bool quota_details = false;
};

// Reads the body of GET /v2.0/extensions.
NeutronExtensions ParseExtensions(absl::string_view body);

// Fetches what the project sees of networks, and its network quota. Lives as long as its exchange.
// https://docs.openstack.org/api-ref/network/v2/
class NetworkFetch {
 public:
  NetworkFetch(ServiceClient* client, std::string project_id)
      : client_(client), project_id_(std::move(project_id)) {}
  NetworkFetch(const NetworkFetch&) = delete;
  NetworkFetch& operator=(const NetworkFetch&) = delete;

  // `networks_done` gets the documents of kind networks, `quota_done` the document of
  // "neutron_quota"; both run, in any order.
  void Start(DocumentsDone networks_done, DocumentsDone quota_done);

 private:
  void AskQuota(bool has_details, DocumentsDone quota_done);

  ServiceClient* client_;
  std::string project_id_;
};

}  // namespace cis
