#pragma once

// What the ports that a share sees say of its subnets and routers. Addresses are counted and
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

// One port with what matters of it.
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

  // An interface of a router on a network that it serves.
  bool IsRouterInterface() const;
};

// `problems` as JsonReader's.
Port ReadPort(const JsonReader& record, std::vector<std::string>* problems);

// The allocation pools of a subnet; nullopt if they are not shown or cannot be read.
std::optional<std::vector<AddressRange>> ReadAllocationPools(const JsonReader& record);

// Where the addresses of subnets are.
struct SubnetAddresses {
  std::optional<std::vector<AddressRange>> pools;
  std::optional<IpAddress> gateway;
};

// All ports of a share, by what they are looked up by.
class PortIndex {
 public:
  // `all_listed`: the ports are all that the share sees, not interfaces of routers only.
  PortIndex(std::vector<Port> ports, bool all_listed);
  PortIndex(const PortIndex&) = delete;
  PortIndex& operator=(const PortIndex&) = delete;

  // Completes `router` by its interfaces: networks and subnets, sorted, each once.
  void AddInterfaces(Router* router) const;
  // Completes `subnet` by the ports on it.
  void AddUse(const SubnetAddresses& addresses, Subnet* subnet) const;

 private:
  struct Use {
    const Port* port;
    std::optional<IpAddress> address;
  };

  const std::vector<Port> ports_;
  const bool all_listed_;
  std::multimap<std::string, const Port*> interfaces_;  // by router
  std::map<std::string, std::vector<Use>> uses_;        // by subnet
};

}  // namespace cis::crawler
