// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the ports that a share sees show about its subnets and routers. Addresses are counted and
// compared, never kept.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crawler/normalize/address_range.h"
#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis::crawler {

// The relevant facts of one port.
struct Port {
  struct FixedIp {
    std::string subnet_id;
    std::optional<IpAddress> address;
  };
  std::string id;
  std::string network_id;
  std::string device_id;
  std::string device_owner;
  std::vector<FixedIp> fixed_ips;

  // Whether it is an interface of a router on a network that it serves.
  bool IsRouterInterface() const;
};

// `problems` is as JsonReader's.
Port ReadPort(const JsonReader& record, SharedList<SharedText>* problems);

// Returns the allocation pools of a subnet; nullopt if they are not shown or cannot be read.
std::optional<std::vector<AddressRange>> ReadAllocationPools(const JsonReader& record);

// The addresses of subnets.
struct SubnetAddresses {
  std::optional<std::vector<AddressRange>> pools;
  std::optional<IpAddress> gateway;
};

// All ports of a share, indexed for lookup.
class PortIndex {
 public:
  // `all_listed`: the ports are all that the share sees, not only interfaces of routers.
  PortIndex(std::vector<Port> ports, bool all_listed);
  PortIndex(const PortIndex&) = delete;
  PortIndex& operator=(const PortIndex&) = delete;

  // Adds to `router` what its interfaces show: networks and subnets, sorted, each once.
  void AddInterfaces(Router* router) const;
  // Adds to `subnet` what the ports on it show.
  void AddUse(const SubnetAddresses& addresses, Subnet* subnet) const;

 private:
  struct Use {
    const Port* port;
    std::optional<IpAddress> address;
  };

  const std::vector<Port> ports_;
  const bool all_listed_;
  std::multimap<std::string, const Port*> interfaces_;  // by router
  std::map<SharedText, std::vector<Use>> uses_;         // by subnet
};

}  // namespace cis::crawler
