// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/ports.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cis::crawler {
namespace {

void SortUnique(std::vector<std::string>* texts) {
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
}

}  // namespace

bool Port::IsRouterInterface() const {
  // Legacy, distributed and highly available routers have different names for their interfaces.
  return absl::StartsWith(device_owner, "network:router_interface") ||
         device_owner == "network:ha_router_replicated_interface";
}

Port ReadPort(const JsonReader& record, SharedList<SharedText>* problems) {
  Port port;
  port.id = record.String("id");
  port.network_id = record.String("network_id");
  port.device_id = record.String("device_id");
  port.device_owner = record.String("device_owner");
  const JsonValue* ips = record.Find("fixed_ips");
  if (ips == nullptr || !ips->is_array()) return port;
  for (const JsonValue& ip : ips->elements()) {
    if (!ip.is_object()) continue;
    const JsonReader fixed(ip, absl::StrCat(record.path(), "/fixed_ips"), problems);
    port.fixed_ips.push_back(
        {fixed.String("subnet_id"), ParseIpAddress(fixed.String("ip_address"))});
  }
  return port;
}

std::optional<std::vector<AddressRange>> ReadAllocationPools(const JsonReader& record) {
  const JsonValue* pools = record.Find("allocation_pools");
  if (pools == nullptr || !pools->is_array()) return std::nullopt;
  std::vector<AddressRange> ranges;
  for (const JsonValue& pool : pools->elements()) {
    if (!pool.is_object()) return std::nullopt;
    const JsonReader reader(pool, record.path(), nullptr);
    const std::optional<AddressRange> range =
        ParseAddressRange(reader.String("start"), reader.String("end"));
    if (!range.has_value()) return std::nullopt;
    ranges.push_back(*range);
  }
  return ranges;
}

PortIndex::PortIndex(std::vector<Port> ports, bool all_listed)
    : ports_(std::move(ports)), all_listed_(all_listed) {
  for (const Port& port : ports_) {
    // A listing of interfaces need not repeat that they are interfaces.
    const bool is_interface =
        port.IsRouterInterface() || (!all_listed_ && port.device_owner.empty());
    if (is_interface) interfaces_.emplace(port.device_id, &port);
    for (const Port::FixedIp& ip : port.fixed_ips) {
      if (!ip.subnet_id.empty()) uses_[ip.subnet_id].push_back({&port, ip.address});
    }
  }
}

void PortIndex::AddInterfaces(Router* router) const {
  const auto [begin, end] = interfaces_.equal_range(router->id);
  for (auto it = begin; it != end; ++it) {
    router->network_ids.push_back(it->second->network_id);
    for (const Port::FixedIp& ip : it->second->fixed_ips) {
      if (!ip.subnet_id.empty()) router->subnet_ids.push_back(ip.subnet_id);
    }
  }
  SortUnique(&router->network_ids);
  SortUnique(&router->subnet_ids);
}

void PortIndex::AddUse(const SubnetAddresses& addresses, Subnet* subnet) const {
  std::set<IpAddress> used;
  const auto uses = uses_.find(subnet->id);
  if (uses != uses_.end()) {
    for (const Use& use : uses->second) {
      const Port& port = *use.port;
      subnet->has_dhcp_port = subnet->has_dhcp_port || port.device_owner == "network:dhcp";
      if (!use.address.has_value()) continue;
      if (addresses.gateway.has_value() && *use.address == *addresses.gateway) {
        subnet->gateway_holder = port.device_id.empty() ? port.id : port.device_id;
      }
      const bool in_pool =
          addresses.pools.has_value() &&
          std::any_of(addresses.pools->begin(), addresses.pools->end(),
                      [&](const AddressRange& range) { return range.Contains(*use.address); });
      if (in_pool) used.insert(*use.address);
    }
  }
  if (all_listed_ && addresses.pools.has_value()) {
    subnet->used_count = static_cast<int64_t>(used.size());
  }
}

}  // namespace cis::crawler
