// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/records.h"

namespace cis {

// One answer of a site, unchanged except that secrets are removed.
struct Document {
  // What it is: "flavors", "extra_specs/FLAVOR_ID", "images", "networks", "subnets", "routers",
  // "images_hidden", "images_community", "images_pending", "ports" ("router_ports" of older
  // versions), "floatingips", "floatingip_pools", "subnetpools", "extensions", "nova_limits",
  // "nova_zones", "neutron_quota", "cinder_quota", "cinder_limits", "cinder_zones",
  // "cinder_types", "cinder_default_type". Pages of one list repeat the name in order.
  std::string name;
  std::string url;   // as asked; holds no secret
  int status = 0;    // HTTP status; 0 = no response, or the version that stored it kept none
  std::string body;  // JSON; empty if the document could not be read
  absl::Time fetch_time = absl::InfinitePast();
  // Why an optional document could not be read: one sentence without secrets, e.g. "HTTP 500;
  // ..." or "no answer within 10s". Empty if it was read, or if `status` alone says it.
  std::string error;

  friend bool operator==(const Document&, const Document&) = default;
};

// The raw facts that one share's endpoint returned for one kind. Normalisation is a pure function
// of an observation. An observation exists only if the listings that define its kind are complete
// (all pages, all with status 200); a listing that only adds facts is complete or is one document
// without a body.
struct Observation {
  Share share;
  Kind kind = Kind::kFlavors;
  std::vector<Document> documents;
  absl::Time fetch_time = absl::InfinitePast();  // of the oldest document

  friend bool operator==(const Observation&, const Observation&) = default;
};

}  // namespace cis
