// SPDX-License-Identifier: Apache-2.0

// Any bytes as a list of GOCDB: refused with their place, or entries that the store can hold.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "crawler/registry/gocdb.h"
#include "crawler/registry/limits.h"
#include "schema/model/registry.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  cis::crawler::Remarks remarks;
  const auto page = cis::crawler::ParseGocdb(text, "FILE", remarks);
  if (!page.ok()) {
    Check(absl::StartsWith(page.status().message(), "FILE"));
    return 0;
  }
  for (const cis::RegistrySite& site : page->sites) {
    Check(!site.name.empty() && site.name.size() <= cis::crawler::kMaxNameBytes);
    Check(site.country_code.empty() || site.country_code.size() == 2);
  }
  for (const cis::RegistryService& service : page->services) {
    Check(!service.site_name.empty() && !service.service_type.empty());
    Check(service.urls.size() <= cis::crawler::kMaxServiceUrls);
    for (const std::string& url : service.keystone_urls) {
      Check(!cis::HostOfKeystoneUrl(url).empty());
    }
  }
  for (const cis::Downtime& downtime : page->downtimes) {
    Check(downtime.start < downtime.end);
    Check(downtime.description.size() <= cis::crawler::kMaxDowntimeTextBytes);
  }
  return 0;
}
