// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the registry reports about a site that CIS knows, and what sites offer according to it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/registry.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// A downtime of a site with the endpoints that it affects. Points into the snapshot.
struct DowntimeFacts {
  const Downtime* downtime = nullptr;
  std::vector<const EndpointView*> endpoints;
};

// What the registry reports about one site. Points into the snapshot.
struct RegistryFacts {
  std::optional<bool> listed;                      // unset if the registry's sites were never read
  const RegistrySite* site = nullptr;              // null if it does not list the site
  std::vector<DowntimeFacts> downtimes;            // those that are not over, by start
  std::vector<absl::string_view> service_types;    // sorted, each once
  bool in_downtime = false;                        // an outage of an endpoint is running
  absl::Time observe_time = absl::InfinitePast();  // oldest of the registry's lists
};
RegistryFacts FindRegistryFacts(const RequestContext& context, const Snapshot& snapshot,
                                const SiteIndex& site);

// One type of service at one site.
struct OfferRow {
  std::string name;  // resource name
  absl::string_view site_name;
  absl::string_view country_code;
  absl::string_view service_type;
  absl::string_view certification;
  int32_t service_count = 0;
  int32_t production_count = 0;
  std::vector<absl::string_view> hostnames;  // sorted, each once
  bool in_downtime = false;
};
// Returns all offers of the registry, ordered by resource name.
std::vector<OfferRow> FindOffers(const RequestContext& context, const Snapshot& snapshot);

}  // namespace cis::server
