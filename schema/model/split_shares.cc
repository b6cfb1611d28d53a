// SPDX-License-Identifier: Apache-2.0
#include "schema/model/split_shares.h"

#include <algorithm>

#include "schema/model/known.h"

namespace cis {
namespace {

bool WasRead(const ShareCatalog& entry) {
  return std::any_of(entry.kinds.begin(), entry.kinds.end(),
                     [](const KindState& state) { return IsKnown(state.success_time); });
}

bool IsSplit(const ShareCatalog& whole, const EndpointCatalog& of, const SiteCatalog& site) {
  if (whole.share.configured || !of.endpoint.region.empty()) return false;
  const bool was_read = WasRead(whole);
  for (const EndpointCatalog& endpoint : site.endpoints) {
    if (endpoint.endpoint.region.empty() ||
        endpoint.endpoint.keystone_url != of.endpoint.keystone_url) {
      continue;
    }
    for (const ShareCatalog& part : endpoint.shares) {
      if (part.share.vo == whole.share.vo && part.share.project_key == whole.share.project_key &&
          (part.share.configured || !was_read)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

void RemoveSplitShares(SiteCatalog* site) {
  for (auto endpoint = site->endpoints.begin(); endpoint != site->endpoints.end();) {
    const size_t removed = std::erase_if(endpoint->shares, [&](const ShareCatalog& entry) {
      return IsSplit(entry, *endpoint, *site);
    });
    const bool is_left_over = removed > 0 && endpoint->shares.empty();
    endpoint = is_left_over ? site->endpoints.erase(endpoint) : endpoint + 1;
  }
}

}  // namespace cis
