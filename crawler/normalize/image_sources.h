#pragma once

// What the places that an image comes from say of its system: the hosts of vendors
// (data/url_hosts.tsv), and the guest ids of vSphere (data/guest_ids.tsv).

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis {

class ImageSourceRules {
 public:
  explicit ImageSourceRules(const Tables& tables);

  // The distribution that a host, in lower case, serves; empty if it is no vendor's.
  std::string VendorOfHost(absl::string_view host) const;

  // What a guest id says in common words: "rhel7_64Guest" -> "rhel7_64".
  std::string GuestIdText(absl::string_view guest_id) const;

 private:
  std::map<std::string, std::string, std::less<>> vendors_;
  std::map<std::string, std::string, std::less<>> guests_;
};

}  // namespace cis
