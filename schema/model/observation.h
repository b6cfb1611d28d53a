#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/records.h"

namespace cis {

// One answer of a site, unchanged but for the removal of secrets.
struct Document {
  // What it is: "flavors", "extra_specs/FLAVOR_ID", "images", "networks", "subnets", "routers",
  // "router_ports", "floatingips", "floatingip_pools", "extensions", "nova_limits",
  // "neutron_quota", "cinder_limits". Pages of one list repeat the name in order.
  std::string name;
  std::string url;  // as asked; holds no secret
  int status = 0;   // HTTP status; optional documents may be kept with 403 or 404 and an empty body
  std::string body;  // JSON
  absl::Time fetch_time = absl::InfinitePast();

  friend bool operator==(const Document&, const Document&) = default;
};

// The raw facts that one share's endpoint gave for one kind. Normalisation is a pure function of
// it. An observation exists only if every listing in it is complete (all pages, all 200).
struct Observation {
  Share share;
  Kind kind = Kind::kFlavors;
  std::vector<Document> documents;
  absl::Time fetch_time = absl::InfinitePast();  // of the oldest document

  friend bool operator==(const Observation&, const Observation&) = default;
};

}  // namespace cis
