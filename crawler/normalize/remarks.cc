// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/remarks.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/documents.h"

namespace cis::crawler {
namespace {

// What is lost without a listing.
constexpr std::pair<absl::string_view, absl::string_view> kLosses[] = {
    {"extra_specs", "what Nova requires for them stays unknown"},
    {"images_hidden", "hidden images were not read"},
    {"images_community", "community images were not read"},
    {"images_pending", "images shared with the project but not accepted were not read"},
    {"subnets", "address ranges stay unknown"},
    {"routers", "routers stay unknown"},
    {"router_ports", "which networks routers serve stays unknown"},
    {"ports", "what routers serve and which addresses are in use stay unknown"},
    {"floatingips", "floating IPs of the project stay unknown"},
    {"floatingip_pools", "ranges of external networks stay unknown"},
    {"subnetpools", "subnet pools stay unknown"},
    {"extensions", "floating-IP and subnet pools were not read"},
    {"nova_limits", "limits of instances, cores and memory stay unknown"},
    {"nova_zones", "availability zones of machines stay unknown"},
    {"neutron_quota", "limits of networks and floating IPs stay unknown"},
    {"cinder_limits", "limits of volumes stay unknown"},
    {"cinder_zones", "availability zones of volumes stay unknown"},
    {"cinder_types", "volume types stay unknown"},
    {"cinder_default_type", "the default volume type stays unknown"},
};

bool HasDocument(const std::vector<Document>& documents, absl::string_view name) {
  return std::any_of(documents.begin(), documents.end(), [&](const Document& document) {
    return document.name == name && IsAnswered(document);
  });
}

std::string LossOf(absl::string_view name, const std::vector<Document>& documents) {
  if (name == "cinder_quota") {
    return HasDocument(documents, "cinder_limits") ? "limits of each volume type stay unknown"
                                                   : "limits of volumes stay unknown";
  }
  for (const auto& [known, loss] : kLosses) {
    if (known == name) return std::string(loss);
  }
  return "its facts stay unknown";
}

// "extra_specs" of "extra_specs/FLAVOR_ID".
absl::string_view ListingOf(const Document& document) {
  const absl::string_view name = document.name;
  return name.substr(0, name.find('/'));
}

std::string WhyNot(const Document& document) {
  return document.error.empty() ? absl::StrCat("HTTP ", document.status) : document.error;
}

}  // namespace

std::vector<std::string> RemarksOf(const std::vector<Document>& documents) {
  std::vector<std::string> remarks;
  std::vector<absl::string_view> told;
  for (const Document& document : documents) {
    const absl::string_view listing = ListingOf(document);
    if (IsAnswered(document) || std::find(told.begin(), told.end(), listing) != told.end()) {
      continue;
    }
    told.push_back(listing);
    std::string why = WhyNot(document);
    if (document.name != listing) {
      const auto same = [&](const Document& other) {
        return !IsAnswered(other) && ListingOf(other) == listing;
      };
      absl::StrAppend(&why, " for ", std::count_if(documents.begin(), documents.end(), same),
                      " of them");
    }
    remarks.push_back(absl::StrCat(listing, ": ", why, "; ", LossOf(listing, documents)));
  }
  return remarks;
}

std::string UnreadableRemark(absl::string_view name, absl::string_view why,
                             const std::vector<Document>& documents) {
  const std::string prefix = absl::StrCat(name, ": ");
  if (absl::StartsWith(why, prefix)) why.remove_prefix(prefix.size());
  return absl::StrCat(prefix, why, "; ", LossOf(name, documents));
}

}  // namespace cis::crawler
