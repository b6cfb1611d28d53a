// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/network_set.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/address_range.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/documents.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/network.h"
#include "crawler/normalize/ports.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxPrintedBytes = 4096;  // a hundred ids

// The owner, under its new or its old key.
std::string OwnerOf(const JsonReader& record) {
  const std::string project = record.String("project_id");
  return project.empty() ? record.String("tenant_id") : project;
}

// A flag that clients print as one of two words: "External", "Internal"; "UP", "DOWN".
std::optional<bool> ReadFlag(const JsonReader& record, absl::string_view key, absl::string_view yes,
                             absl::string_view no) {
  const JsonValue* value = record.Find(key);
  if (value != nullptr && value->is_string()) {
    const absl::string_view word = value->as_string();
    if (absl::EqualsIgnoreCase(word, yes) || absl::EqualsIgnoreCase(word, no)) {
      return absl::EqualsIgnoreCase(word, yes);
    }
  }
  return record.Bool(key);
}

std::optional<bool> ReadUp(const JsonReader& record) {
  return ReadFlag(record, "admin_state_up", "UP", "DOWN");
}

// Returns the ids of the subnets, which clients print as one text.
std::vector<std::string> ReadSubnetIds(const JsonReader& record) {
  const JsonValue* value = record.Find("subnets");
  if (value == nullptr || !value->is_string()) {
    return record.Strings("subnets");
  }
  return absl::StrSplit(value->as_string().substr(0, kMaxPrintedBytes), absl::ByAnyChar(", \n"),
                        absl::SkipEmpty());
}

int IpVersionOf(const Rules& rules, const JsonReader& record, absl::string_view cidr) {
  const int64_t stated = record.Int("ip_version").value_or(0);
  if (stated == 4 || stated == 6) {
    return static_cast<int>(stated);
  }
  return rules.addresses.Classify(cidr).ip_version;
}

// Ranges that a share may take subnets from: global if all of them are.
Tristate PublicnessOf(const Rules& rules, const std::vector<std::string>& prefixes) {
  bool all_global = !prefixes.empty();
  bool none_global = !prefixes.empty();
  for (const std::string& prefix : prefixes) {
    const AddressClass kind = rules.addresses.Classify(prefix);
    const bool is_mixed = kind.ip_version == 0 || kind.name == "mixed";
    all_global = all_global && kind.global && !is_mixed;
    none_global = none_global && !kind.global && !is_mixed;
  }
  if (all_global) return Tristate::kYes;
  return none_global ? Tristate::kNo : Tristate::kUnknown;
}

class NetworkJoin {
 public:
  NetworkJoin(const Rules& rules, std::string project_id, std::vector<std::string>* skipped)
      : rules_(rules), project_id_(std::move(project_id)), skipped_(skipped) {}

  absl::StatusOr<NetworkSet> Run(const std::vector<Document>& documents,
                                 std::vector<std::string>* remarks) {
    CIS_ASSIGN_OR_RETURN(const Listing networks, ReadListing(documents, "networks", "networks"));
    const auto read = [&](absl::string_view name, absl::string_view key) {
      return ReadOptionalListing(documents, name, key, remarks);
    };
    const Listing subnets = read("subnets", "subnets");
    const Listing routers = read("routers", "routers");
    const Listing all_ports = read("ports", "ports");
    // Older versions of CIS requested only the interfaces of routers.
    const Listing router_ports = read("router_ports", "ports");
    const Listing& ports = all_ports.readable.has_value() ? all_ports : router_ports;
    const Listing fips = read("floatingips", "floatingips");
    const Listing pools = read("floatingip_pools", "floatingip_pools");
    const Listing subnet_pools = read("subnetpools", "subnetpools");
    ForEach(networks, [&](const JsonReader& record) { return AddNetwork(record); });
    ForEach(subnets, [&](const JsonReader& record) { return AddSubnet(record); });
    ForEach(pools, [&](const JsonReader& record) { return AddPool(record); });
    ForEach(routers, [&](const JsonReader& record) { return AddRouter(record); });
    ForEach(ports, [&](const JsonReader& record) { return AddPort(record); });
    ForEach(fips, [&](const JsonReader& record) { return AddFloatingIp(record); });
    ForEach(subnet_pools, [&](const JsonReader& record) { return AddSubnetPool(record); });
    // A router whose interfaces are not known neither gives nor blocks a route.
    set_.routers_known = ports.readable == false ? std::optional<bool>(false) : routers.readable;
    SortById(&set_.routers);
    SortById(&set_.floating_ips);
    SortById(&set_.subnet_pools);
    UsePorts(all_ports.readable.value_or(false));
    set_.floating_ips_known = fips.readable;
    pools_listed_ = pools.readable.value_or(false);
    Finish();
    return std::move(set_);
  }

 private:
  // Calls `add` for every record that is an object; names those that it rejects by a text.
  template <typename Add>
  void ForEach(const Listing& listing, Add add) {
    for (const ListItem& item : listing.items) {
      if (!item.value.is_object()) {
        skipped_->push_back(absl::StrCat(item.path, ": / is of type ", item.value.type_name(),
                                         "; it must be an object"));
        continue;
      }
      const std::string problem = add(JsonReader(item.value, item.path, &problems_));
      if (!problem.empty()) {
        skipped_->push_back(absl::StrCat(item.path, ": ", problem));
      }
    }
  }

  // Lists of an administrator contain other projects' objects too.
  bool IsForeign(const JsonReader& record) const {
    const std::string owner = OwnerOf(record);
    return !project_id_.empty() && !owner.empty() && owner != project_id_;
  }

  Network* FindNetwork(const std::string& id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &set_.networks[found->second];
  }

  std::string AddNetwork(const JsonReader& raw) {
    Network network;
    const JsonReader record(raw.object(), raw.path(), &network.provenance.warnings);
    network.id = record.String("id");
    network.name = record.String("name");
    if (network.id.empty() && network.name.empty()) {
      return "/id is missing; a network needs an id or a name";
    }
    if (!network.id.empty() && by_id_.contains(network.id)) {
      const bool same = *raw_[by_id_.at(network.id)] == raw.object();
      return same ? ""
                  : absl::StrCat("id \"", CutUtf8(network.id, kMaxShownBytes),
                                 "\" appears twice with different contents; the first is kept");
    }
    network.status = absl::AsciiStrToUpper(record.String("status"));
    network.admin_state_up = ReadUp(record);
    network.is_external = ReadFlag(record, "router:external", "External", "Internal");
    network.shared = record.Bool("shared");
    network.is_default = record.Bool("is_default");
    network.owner = OwnerOf(record);
    for (const std::string& id : ReadSubnetIds(record)) {
      network.subnet_ids.push_back(id);
    }
    network.address_scope_v4 = record.String("ipv4_address_scope");
    network.address_scope_v6 = record.String("ipv6_address_scope");
    if (!network.id.empty()) {
      by_id_.emplace(network.id, set_.networks.size());
    }
    bare_.push_back(!network.is_external.has_value() && !network.shared.has_value() &&
                    network.owner.empty());
    seen_.emplace_back();
    raw_.push_back(&raw.object());
    set_.networks.push_back(std::move(network));
    return "";
  }

  void AddKnownSubnet(const std::string& network_id, Subnet subnet) {
    Network* network = FindNetwork(network_id);
    if (network == nullptr) {
      return;
    }
    if (!subnet.cidr.empty()) {
      seen_[by_id_.at(network_id)].push_back(
          {std::string(subnet.cidr), std::string(subnet.source), std::string(subnet.id)});
      const AddressClass kind = rules_.addresses.Classify(subnet.cidr);
      if (!kind.name.empty() && kind.name != "mixed") {
        subnet.is_public = kind.global ? Tristate::kYes : Tristate::kNo;
      }
    }
    if (!subnet.id.empty()) {
      const auto same = [&](const Subnet& other) { return other.id == subnet.id; };
      if (std::any_of(network->subnets.begin(), network->subnets.end(), same)) {
        return;
      }
      if (std::find(network->subnet_ids.begin(), network->subnet_ids.end(), subnet.id) ==
          network->subnet_ids.end()) {
        network->subnet_ids.push_back(subnet.id);
      }
    }
    network->subnets.push_back(std::move(subnet));
  }

  std::string AddSubnet(const JsonReader& record) {
    const std::string network_id = record.String("network_id");
    if (network_id.empty()) {
      return "/network_id is missing; a subnet needs its network";
    }
    Subnet subnet;
    subnet.id = record.String("id");
    subnet.name = record.String("name");
    subnet.cidr = record.String("cidr");
    subnet.gateway_ip = record.String("gateway_ip");
    subnet.ip_version = IpVersionOf(rules_, record, subnet.cidr);
    subnet.enable_dhcp = record.Bool("enable_dhcp");
    std::vector<std::string> types = record.Strings("service_types");
    std::sort(types.begin(), types.end());
    subnet.service_types = types;
    SubnetAddresses addresses{ReadAllocationPools(record), ParseIpAddress(subnet.gateway_ip)};
    if (addresses.pools.has_value()) subnet.address_count = CountAddresses(*addresses.pools);
    if (!subnet.id.empty()) addresses_.emplace(subnet.id, std::move(addresses));
    subnet.source = "subnets";
    AddKnownSubnet(network_id, std::move(subnet));
    return "";
  }

  std::string AddPool(const JsonReader& record) {
    const std::string network_id = record.String("network_id");
    if (network_id.empty()) {
      return "/network_id is missing; a floating-IP pool needs its network";
    }
    Subnet subnet;
    subnet.id = record.String("subnet_id");
    subnet.name = record.String("subnet_name");
    subnet.cidr = record.String("cidr");
    subnet.ip_version = IpVersionOf(rules_, record, subnet.cidr);
    subnet.source = "floatingip_pools";
    AddKnownSubnet(network_id, std::move(subnet));
    return "";
  }

  // Records an address of the project on a network: evidence of its class, never kept.
  void SeeAddress(const std::string& network_id, const std::string& address,
                  absl::string_view source, const std::string& subnet_id) {
    const auto found = by_id_.find(network_id);
    if (found != by_id_.end() && !address.empty()) {
      seen_[found->second].push_back({address, std::string(source), subnet_id});
    }
  }

  std::string AddRouter(const JsonReader& record) {
    if (IsForeign(record)) {
      return "";
    }
    Router router;
    router.id = record.String("id");
    if (router.id.empty()) {
      return "/id is missing; a router needs an id";
    }
    router.name = record.String("name");
    router.status = absl::AsciiStrToUpper(record.String("status"));
    router.admin_state_up = ReadUp(record);
    if (const JsonValue* gateway = record.Find("external_gateway_info");
        gateway != nullptr && gateway->is_object()) {
      const JsonReader info(*gateway, absl::StrCat(record.path(), "/external_gateway_info"),
                            &problems_);
      router.external_network_id = info.String("network_id");
      router.enable_snat = info.Bool("enable_snat");
      const JsonValue* ips = info.Find("external_fixed_ips");
      if (ips != nullptr && ips->is_array()) {
        for (const JsonValue& ip : ips->elements()) {
          if (!ip.is_object()) continue;
          const JsonReader fixed(ip, info.path(), &problems_);
          SeeAddress(router.external_network_id, fixed.String("ip_address"), "router_gateway",
                     fixed.String("subnet_id"));
        }
      }
    }
    set_.routers.push_back(std::move(router));
    return "";
  }

  std::string AddPort(const JsonReader& record) {
    Port port = ReadPort(record, &problems_);
    if (port.network_id.empty()) {
      return "/network_id is missing; a port needs its network";
    }
    ports_.push_back(std::move(port));
    return "";
  }

  std::string AddSubnetPool(const JsonReader& record) {
    SubnetPool pool;
    pool.id = record.String("id");
    if (pool.id.empty()) {
      return "/id is missing; a subnet pool needs an id";
    }
    pool.name = record.String("name");
    pool.prefixes = record.Strings("prefixes");
    std::sort(pool.prefixes.begin(), pool.prefixes.end());
    pool.ip_version =
        IpVersionOf(rules_, record, pool.prefixes.empty() ? "" : pool.prefixes.front());
    pool.default_prefix_length = record.Int("default_prefixlen");
    pool.address_scope_id = record.String("address_scope_id");
    pool.owner = OwnerOf(record);
    pool.shared = record.Bool("shared");
    pool.is_default = record.Bool("is_default");
    pool.is_public = PublicnessOf(rules_, pool.prefixes);
    const auto same = [&](const SubnetPool& other) { return other.id == pool.id; };
    // Pages overlap when a site changes while it is read.
    if (std::none_of(set_.subnet_pools.begin(), set_.subnet_pools.end(), same)) {
      set_.subnet_pools.push_back(std::move(pool));
    }
    return "";
  }

  // Uses what ports show about routers and subnets. `all_listed`: not only those of routers.
  void UsePorts(bool all_listed) {
    const PortIndex index(std::move(ports_), all_listed);
    for (Router& router : set_.routers) index.AddInterfaces(&router);
    for (Network& network : set_.networks) {
      for (Subnet& subnet : network.subnets) {
        const auto addresses = addresses_.find(subnet.id);
        index.AddUse(addresses == addresses_.end() ? SubnetAddresses() : addresses->second,
                     &subnet);
      }
    }
  }

  std::string AddFloatingIp(const JsonReader& record) {
    if (IsForeign(record)) {
      return "";
    }
    FloatingIp fip;
    fip.id = record.String("id");
    fip.network_id = record.String("floating_network_id");
    fip.router_id = record.String("router_id");
    const bool has_port = !record.String("port_id").empty();
    const JsonValue* forwardings = record.Find("port_forwardings");
    const bool forwards =
        ForwardsPorts(forwardings) ||
        // If they are not shown: a router without a port is that of the forwardings.
        (!has_port && !fip.router_id.empty());
    fip.attached = has_port || forwards;
    fip.status = absl::AsciiStrToUpper(record.String("status"));
    if (fip.id.empty()) {
      return "/id is missing; a floating IP needs an id";
    }
    SeeAddress(fip.network_id, record.String("floating_ip_address"), "floatingips", "");
    set_.floating_ips.push_back(std::move(fip));
    return "";
  }

  template <typename Record>
  static void SortById(std::vector<Record>* records) {
    std::stable_sort(records->begin(), records->end(),
                     [](const Record& a, const Record& b) { return a.id < b.id; });
  }

  static bool ForwardsPorts(const JsonValue* forwardings) {
    return forwardings != nullptr && forwardings->is_array() && !forwardings->elements().empty();
  }

  void Finish() {
    std::set<SharedText> providers;  // projects that own an external network
    for (const Network& network : set_.networks) {
      if (network.is_external.value_or(false) && !network.owner.empty() &&
          network.owner != project_id_) {
        providers.insert(network.owner);
      }
    }
    const auto externals =
        std::count_if(set_.networks.begin(), set_.networks.end(),
                      [](const Network& network) { return network.is_external.value_or(false); });
    for (std::size_t i = 0; i < set_.networks.size(); ++i) {
      Network& network = set_.networks[i];
      std::sort(network.subnets.begin(), network.subnets.end(),
                [](const Subnet& a, const Subnet& b) {
                  return std::tie(a.id, a.cidr) < std::tie(b.id, b.cidr);
                });
      NetworkContext context;
      context.project_id = project_id_;
      context.seen = std::move(seen_[i]);
      context.has_nothing_but_name = bare_[i];
      context.pools_listed = pools_listed_;
      context.routers_known = set_.routers_known.value_or(false);
      context.owner_untrusted = !providers.empty() && !project_id_.empty() &&
                                !network.owner.empty() && network.owner != project_id_ &&
                                !providers.contains(network.owner);
      context.only_external = externals == 1 && network.is_external.value_or(false);
      AddTopology(network, &context);
      ClassifyNetwork(rules_, context, &network);
    }
  }

  void AddTopology(const Network& network, NetworkContext* context) {
    for (const Router& router : set_.routers) {
      if (router.external_network_id.empty()) {
        continue;
      }
      CIS_DCHECK(std::is_sorted(router.network_ids.begin(), router.network_ids.end()),
                 "networks of a router are searched by id");
      context->gateway_of_own_router |= router.external_network_id == network.id;
      if (!std::binary_search(router.network_ids.begin(), router.network_ids.end(), network.id)) {
        continue;
      }
      context->router_present = true;
      OwnRouter own;
      own.subnet_ids = router.subnet_ids;
      own.without_nat = router.enable_snat == false;
      if (const Network* outer = FindNetwork(router.external_network_id)) {
        own.same_scope_v4 = !network.address_scope_v4.empty() &&
                            network.address_scope_v4 == outer->address_scope_v4;
        own.same_scope_v6 = !network.address_scope_v6.empty() &&
                            network.address_scope_v6 == outer->address_scope_v6;
      }
      context->routers.push_back(std::move(own));
    }
  }

  const Rules& rules_;
  std::string project_id_;
  bool pools_listed_ = false;
  std::vector<std::string>* skipped_;
  NetworkSet set_;
  std::map<SharedText, std::size_t> by_id_;  // index into set_.networks
  std::vector<bool> bare_;                   // shows neither role nor access; as set_.networks
  std::vector<std::vector<SeenAddress>> seen_;
  std::map<SharedText, SubnetAddresses> addresses_;  // by subnet
  std::vector<Port> ports_;
  std::vector<const JsonValue*> raw_;  // the records as listed, as set_.networks
  SharedList<SharedText> problems_;    // of parts whose loss changes no record
};

}  // namespace

absl::StatusOr<NetworkSet> NormalizeNetworks(const Rules& rules,
                                             const std::vector<Document>& documents,
                                             const std::string& project_id,
                                             std::vector<std::string>* skipped,
                                             std::vector<std::string>* remarks) {
  return NetworkJoin(rules, project_id, skipped).Run(documents, remarks);
}

}  // namespace cis::crawler
