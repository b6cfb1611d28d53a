// SPDX-License-Identifier: Apache-2.0
#include "crawler/crawl/endpoint_gate.h"

namespace cis::crawler {

EndpointGate::Key EndpointGate::KeyOf(const Share& share) {
  return {share.endpoint.site_name, share.endpoint.keystone_url};
}

EndpointGate::EndpointGate(const Catalog& known, absl::Time now) {
  for (const auto& [key, back_off] : FindBackOffs(known, now)) {
    Endpoint& endpoint = endpoints_[key];
    endpoint.back_off = back_off;
    endpoint.due = IsDue(back_off, now);
  }
}

bool EndpointGate::Admit(const ShareTarget& target) {
  const auto it = endpoints_.find(KeyOf(target.share));
  if (it == endpoints_.end() || it->second.open) return true;
  Endpoint& endpoint = it->second;
  if (endpoint.due && !endpoint.probing) {
    endpoint.probing = true;
    return true;
  }
  endpoint.held.push_back(target);
  return false;
}

std::vector<ShareTarget> EndpointGate::Open(const Share& share) {
  const auto it = endpoints_.find(KeyOf(share));
  if (it == endpoints_.end()) return {};
  it->second.open = true;
  return std::exchange(it->second.held, {});
}

std::vector<std::pair<ShareTarget, BackOff>> EndpointGate::Held() const {
  std::vector<std::pair<ShareTarget, BackOff>> held;
  for (const auto& [key, endpoint] : endpoints_) {
    for (const ShareTarget& target : endpoint.held) held.emplace_back(target, endpoint.back_off);
  }
  return held;
}

}  // namespace cis::crawler
