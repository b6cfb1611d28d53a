// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_sources.h"

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace cis::crawler {

ImageSourceRules::ImageSourceRules(const Tables& tables) {
  for (const auto& row : tables.Rows("url_hosts")) vendors_.emplace(row[0], row[1]);
  for (const auto& row : tables.Rows("guest_ids")) guests_.emplace(row[0], row[1]);
}

std::string ImageSourceRules::VendorOfHost(absl::string_view host) const {
  const auto known = vendors_.find(host);
  return known == vendors_.end() ? "" : known->second;
}

std::string ImageSourceRules::GuestIdText(absl::string_view guest_id) const {
  const std::string lower = absl::AsciiStrToLower(guest_id);
  const auto known = guests_.find(lower);
  return known != guests_.end() ? known->second : std::string(absl::StripSuffix(lower, "guest"));
}

}  // namespace cis::crawler
