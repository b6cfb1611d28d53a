// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the origin of an image says about its system: the hosts of vendors (data/url_hosts.tsv), and
// the guest ids of vSphere (data/guest_ids.tsv).

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

class ImageSourceRules {
 public:
  explicit ImageSourceRules(const Tables& tables);

  // Returns the distribution that a host, in lower case, serves; empty if it is not a vendor's.
  std::string VendorOfHost(absl::string_view host) const;

  // Returns a guest id in common words, e.g. "rhel7_64" for "rhel7_64Guest".
  std::string GuestIdText(absl::string_view guest_id) const;

 private:
  std::map<std::string, std::string, std::less<>> vendors_;
  std::map<std::string, std::string, std::less<>> guests_;
};

}  // namespace cis::crawler
