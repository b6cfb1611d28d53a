// SPDX-License-Identifier: Apache-2.0
#include "client/handover/launch_script.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/answer/place_text.h"
#include "client/answer/request_text.h"
#include "client/handover/handover.h"
#include "client/handover/launch_kinds.h"
#include "client/handover/launch_shell.h"
#include "client/text/text.h"
#include "schema/base/shell_quote.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// An id as the value of a flag: `--flavor=ID`.
absl::StatusOr<std::string> FlagValue(absl::string_view what, absl::string_view id) {
  if (id.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the id of the ", what, " is not known"));
  }
  if (absl::StrContains(id, absl::string_view("\0", 1))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the id of the ", what, " holds a NUL character, which no command can be given"));
  }
  return ShellQuote(id);
}

// Returns an id as a word of its own.
absl::StatusOr<std::string> Word(absl::string_view what, absl::string_view id) {
  if (absl::StartsWith(id, "-")) {
    return absl::InvalidArgumentError(absl::StrCat("the id of the ", what, " is \"", id,
                                                   "\", which commands would read as a flag"));
  }
  return FlagValue(what, id);
}

// Returns `ubuntu`, or `USER` if the user is not known or not a valid user name.
std::string LoginUser(const std::string& user) {
  const bool plain = !user.empty() && absl::ascii_isalpha(static_cast<unsigned char>(user[0])) &&
                     user.size() <= 64 && std::all_of(user.begin(), user.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                              c == '-' || c == '.';
                     });
  return plain ? user : "USER";
}

// Machines that a new network of 256 addresses certainly holds.
constexpr int kMachinesInSmallRange = 200;

// Writes the commands that start the machines of one kind, after the part that all kinds share.
class KindWriter {
 public:
  // `has_others`: other kinds may be on the network of this one.
  KindWriter(const MachineKind& kind, bool has_others)
      : kind_(kind),
        machine_(kind.machine()),
        plan_(machine_.network()),
        has_others_(has_others),
        floating_(NeedsFloatingIp(kind.placement, kind.query)) {}

  // Writes what provides the machine's addresses.
  absl::StatusOr<std::string> WriteNetwork() {
    CIS_RETURN_IF_ERROR(AddFloatingIps());
    CIS_RETURN_IF_ERROR(AddNetwork());
    return std::move(text_);
  }

  absl::StatusOr<std::string> WriteStart() {
    CIS_RETURN_IF_ERROR(AddStart());
    const std::string name = absl::StrCat("$name", kind_.name_suffix);
    if (kind_.count == 1) {
      Add("\nstart \"", name, "\"\n");
    } else {
      Add("\nnumber=1\nwhile [ \"$number\" -le ", absl::StrCat(kind_.count), " ]; do\n  start \"",
          name, "-$number\"\n  number=$((number + 1))\ndone\n");
    }
    return std::move(text_);
  }

  bool HasPort() const {
    const auto ways = Ways();
    return std::any_of(ways.begin(), ways.end(),
                       [](const v1::NetworkPlan* way) { return !way->port_subnet_ids().empty(); });
  }

 private:
  template <typename... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&text_, parts...);
  }

  // ------------------------------------------------------------------------------ the network
  absl::Status AddNetwork() {
    if (kind_.prepared_by) return UsePrepared(*kind_.prepared_by);
    CIS_RETURN_IF_ERROR(PrepareNetwork());
    if (!has_others_) return absl::OkStatus();
    // For the kinds that use the same network.
    if (plan_.kind() != v1::NETWORK_PLAN_KIND_FLOATING || !floating_) {
      Add("network_", kind_.number, "=${network-}\npool_", kind_.number, "=${pool-}\n");
    }
    return absl::OkStatus();
  }

  // Uses the network that was created for another kind, or the plan's own with a router that was.
  absl::Status UsePrepared(int other) {
    if (plan_.has_network()) {
      CIS_RETURN_IF_ERROR(SetNetwork(plan_, ""));
    } else {
      Add("network=$network_", other, "\n");
    }
    if (floating_) Add("way=$pool_", other, "\n");
    return absl::OkStatus();
  }

  absl::Status PrepareNetwork() {
    switch (plan_.kind()) {
      case v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK:
      case v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK:
      case v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK:
        return AddNewNetwork();
      case v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER:
        CIS_RETURN_IF_ERROR(SetNetwork(plan_, ""));
        return AddRouter();
      default:
        break;
    }
    // Each floating IP decides which of several networks is used.
    if (floating_) return absl::OkStatus();
    return SetNetwork(plan_, "");
  }

  // `network=ID`, if the plan has a network.
  absl::Status SetNetwork(const v1::NetworkPlan& plan, absl::string_view indent) {
    if (!plan.has_network()) return absl::OkStatus();
    CIS_ASSIGN_OR_RETURN(const std::string id, Word("network", plan.network().upstream_id()));
    Add(indent, "network=", id, "\n");
    return absl::OkStatus();
  }

  absl::Status AddNewNetwork() {
    Add("\nnetwork=$(openstack network create --format=value --column=id \"$name-net\")\n",
        "[ -n \"$network\" ] || die 'the site did not create the network'\nmade network "
        "\"$network\"\n");
    std::vector<std::string> subnets;
    if (plan_.kind() == v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK) {
      CIS_RETURN_IF_ERROR(AddPoolSubnet("subnet", plan_.new_subnet_ip_version()));
      subnets = {"subnet"};
    } else {
      // Large enough for the number of machines that a request may require.
      const bool is_large = kind_.network_machines > kMachinesInSmallRange;
      AddSubnet("subnet",
                absl::StrCat("--subnet-range=", is_large ? "10.199.0.0/16" : "192.168.199.0/24"));
      subnets = {"subnet"};
      if (plan_.has_subnet_pool()) {
        CIS_RETURN_IF_ERROR(AddPoolSubnet("subnet6", 6));
        subnets.emplace_back("subnet6");
      }
    }
    if (plan_.kind() == v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK) return absl::OkStatus();
    AddNewRouter();
    CIS_RETURN_IF_ERROR(AddGateway());
    for (const std::string& subnet : subnets) {
      Add("openstack router add subnet \"$router\" \"$", subnet, "\"\n");
    }
    return absl::OkStatus();
  }

  void AddSubnet(absl::string_view variable, absl::string_view range) {
    Add(variable,
        "=$(openstack subnet create --format=value --column=id --network=\"$network\" \\\n", "  ",
        range, " \"$name-", variable, "\")\n", "[ -n \"$", variable,
        "\" ] || die 'the site did not create the subnet'\nmade subnet \"$", variable, "\"\n");
  }

  absl::Status AddPoolSubnet(absl::string_view variable, int ip_version) {
    CIS_ASSIGN_OR_RETURN(const std::string pool,
                         FlagValue("subnet pool", plan_.subnet_pool().upstream_id()));
    // Machines configure their IPv6 addresses themselves only in subnets of this length.
    AddSubnet(variable, absl::StrCat("--subnet-pool=", pool, " --ip-version=", ip_version,
                                     ip_version == 6 ? " --prefix-length=64 --ipv6-ra-mode=slaac "
                                                       "--ipv6-address-mode=slaac"
                                                     : ""));
    return absl::OkStatus();
  }

  void AddNewRouter() {
    Add("router=$(openstack router create --format=value --column=id \"$name-router\")\n",
        "[ -n \"$router\" ] || die 'the site did not create the router'\nmade router "
        "\"$router\"\n");
  }

  absl::Status AddRouter() {
    if (plan_.router().upstream_id().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string subnet, Word("subnet", plan_.subnet_id()));
      Add("\nsubnet=", subnet, "\n");
      AddNewRouter();
      CIS_RETURN_IF_ERROR(AddGateway());
      Add("openstack router add subnet \"$router\" \"$subnet\"\n");
      return absl::OkStatus();
    }
    CIS_ASSIGN_OR_RETURN(const std::string router, Word("router", plan_.router().upstream_id()));
    Add("\nrouter=", router, "\n");
    if (plan_.router_needs_enabling()) Add("openstack router set --enable \"$router\"\n");
    if (plan_.router_needs_gateway()) return AddGateway();
    return absl::OkStatus();
  }

  // Connects the router to the first external network that has an address left for it and, if the
  // machines get floating IPs, for the first of these.
  absl::Status AddGateway() {
    Add("pool=\nfor candidate in");
    for (const v1::NetworkPlan* way : Ways()) {
      CIS_ASSIGN_OR_RETURN(const std::string pool,
                           Word("external network", way->external_network().upstream_id()));
      Add(" ", pool);
    }
    Add("; do\n  openstack router set --external-gateway=\"$candidate\" \"$router\" || continue\n");
    if (floating_) Add("  way=$candidate\n  find_address || continue\n");
    Add("  pool=$candidate\n  break\ndone\n",
        "[ -n \"$pool\" ] || die 'no external network has an address left'\n");
    return absl::OkStatus();
  }

  // Returns the plan and its fallbacks, best first.
  std::vector<const v1::NetworkPlan*> Ways() const {
    std::vector<const v1::NetworkPlan*> ways{&plan_};
    for (const v1::NetworkPlan& way : plan_.fallbacks()) ways.push_back(&way);
    return ways;
  }

  // ------------------------------------------------------------------------------ floating IPs
  // `find_address`: a floating IP of $way, an external network, and where it has one, its network.
  absl::Status AddFloatingIps() {
    if (!floating_) return absl::OkStatus();
    Add(kFloatingIp, "way=\nfloating=\nfind_address() {\n  floating=\n  case $way in\n");
    for (const v1::NetworkPlan* way : Ways()) {
      CIS_ASSIGN_OR_RETURN(const std::string pool,
                           Word("external network", way->external_network().upstream_id()));
      Add("    ", pool, ")\n");
      if (plan_.kind() == v1::NETWORK_PLAN_KIND_FLOATING) {
        CIS_RETURN_IF_ERROR(SetNetwork(*way, "      "));
      }
      if (way->unattached_floating_ip_ids_size() > 0) {
        Add("      for candidate_ip in");
        for (const std::string& id : way->unattached_floating_ip_ids()) {
          CIS_ASSIGN_OR_RETURN(const std::string word, Word("floating IP", id));
          Add(" \\\n        ", word);
        }
        Add("; do\n        if free \"$candidate_ip\"; then break; fi\n      done\n");
      }
      Add("      ;;\n");
    }
    Add("  esac\n  [ -n \"$floating\" ] || new_address \"$way\"\n}\n");
    return absl::OkStatus();
  }

  absl::Status AddTakeFloatingIp() {
    Add("  if [ -z \"$floating\" ]; then\n");
    if (plan_.kind() == v1::NETWORK_PLAN_KIND_FLOATING) {
      Add("    for way in");
      for (const v1::NetworkPlan* way : Ways()) {
        CIS_ASSIGN_OR_RETURN(const std::string pool,
                             Word("external network", way->external_network().upstream_id()));
        Add(" ", pool);
      }
      Add("; do\n      if find_address; then break; fi\n    done\n");
    } else {
      // The router leads to one external network only.
      if (!plan_.router_needs_gateway() && !plan_.router().upstream_id().empty()) {
        CIS_ASSIGN_OR_RETURN(const std::string pool,
                             Word("external network", plan_.external_network().upstream_id()));
        Add("    way=", pool, "\n");
      }
      Add("    find_address || :\n");
    }
    Add("    [ -n \"$floating\" ] || die 'the site did not create a floating IP'\n  fi\n",
        "  address=$(openstack floating ip show --format=value --column=floating_ip_address "
        "\"$floating\")\n",
        "  [ -n \"$address\" ] || die \"floating IP $floating has no address\"\n");
    return absl::OkStatus();
  }

  // -------------------------------------------------------------------------------- the machine
  // A port with an address in each of the subnets that do.
  absl::Status AddPort() {
    Add("  port=\n");
    if (plan_.kind() != v1::NETWORK_PLAN_KIND_FLOATING || !floating_) return AddPortOf(plan_, "  ");
    Add("  case $way in\n");
    for (const v1::NetworkPlan* way : Ways()) {
      if (way->port_subnet_ids().empty()) continue;
      CIS_ASSIGN_OR_RETURN(const std::string pool,
                           Word("external network", way->external_network().upstream_id()));
      Add("    ", pool, ")\n");
      CIS_RETURN_IF_ERROR(AddPortOf(*way, "      "));
      Add("      ;;\n");
    }
    Add("  esac\n");
    return absl::OkStatus();
  }

  absl::Status AddPortOf(const v1::NetworkPlan& way, absl::string_view indent) {
    if (way.port_subnet_ids().empty()) return absl::OkStatus();
    Add(indent, "port=$(openstack port create --format=value --column=id --network=\"$network\"");
    for (const std::string& id : way.port_subnet_ids()) {
      CIS_ASSIGN_OR_RETURN(const std::string subnet, FlagValue("subnet", "subnet=" + id));
      Add(" \\\n", indent, "  --fixed-ip=", subnet);
    }
    if (!way.port_device_owner().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string owner,
                           FlagValue("device_owner", way.port_device_owner()));
      Add(" \\\n", indent, "  --device-owner=", owner);
    }
    Add(" \"$1\")\n", indent, "[ -n \"$port\" ] || die 'the site did not create the port'\n",
        indent, "made port \"$port\"\n");
    return absl::OkStatus();
  }

  // Whether the volume is created before the machine: Nova itself sets neither type nor zone.
  bool HasOwnVolume() const {
    return machine_.has_boot_volume_gib() &&
           (!machine_.volume_type().empty() || !machine_.volume_availability_zone().empty());
  }

  absl::Status AddVolume(const std::string& image) {
    Add("  volume=$(openstack volume create --format=value --column=id --image=", image,
        " --size=", absl::StrCat(machine_.boot_volume_gib()));
    if (!machine_.volume_type().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string type,
                           FlagValue("volume type", machine_.volume_type()));
      Add(" \\\n    --type=", type);
    }
    if (!machine_.volume_availability_zone().empty()) {
      if (machine_.volume_availability_zone() == machine_.availability_zone()) {
        Add(" \\\n    --availability-zone=\"$zone\"");
      } else {
        CIS_ASSIGN_OR_RETURN(const std::string zone,
                             FlagValue("zone", machine_.volume_availability_zone()));
        Add(" \\\n    --availability-zone=", zone);
      }
    }
    Add(" \"$1\")\n  [ -n \"$volume\" ] || die 'the site did not create the volume'\n",
        "  made volume \"$volume\"\n  wait_for_volume \"$volume\"\n");
    return absl::OkStatus();
  }

  // `launch NAME`: creates one machine and sets $server. Returns 1 if the site could not start it.
  absl::Status AddLaunch() {
    CIS_ASSIGN_OR_RETURN(const std::string flavor,
                         FlagValue("flavor", machine_.flavor().upstream_id()));
    CIS_ASSIGN_OR_RETURN(const std::string image,
                         FlagValue("image", machine_.image().upstream_id()));
    const bool no_network = plan_.kind() == v1::NETWORK_PLAN_KIND_UNSPECIFIED;
    Add(kWait);
    if (HasOwnVolume()) Add(kWaitForVolume);
    Add("\nlaunch() {\n");
    if (HasOwnVolume()) CIS_RETURN_IF_ERROR(AddVolume(image));
    if (HasPort()) {
      CIS_RETURN_IF_ERROR(AddPort());
      Add("  place=--network=$network\n  if [ -n \"$port\" ]; then place=--port=$port; fi\n");
    }
    Add("  server=$(openstack ", no_network ? "--os-compute-api-version=2.37 " : "",
        "server create --flavor=", flavor,
        HasOwnVolume() ? std::string(" --volume=\"$volume\"") : absl::StrCat(" --image=", image),
        " \\\n");
    if (machine_.has_boot_volume_gib() && !HasOwnVolume()) {
      Add("    --boot-from-volume=", absl::StrCat(machine_.boot_volume_gib()), " \\\n");
    }
    if (!machine_.availability_zone().empty()) Add("    --availability-zone=\"$zone\" \\\n");
    if (NeedsConfigDrive()) Add("    --config-drive=True \\\n");
    Add("    ",
        no_network  ? "--nic=none"
        : HasPort() ? "\"$place\""
                    : "--network=\"$network\"",
        " --key-name=\"$key\" --format=value --column=id \"$1\")\n",
        "  [ -n \"$server\" ] || die 'the site did not create the machine'\n  made server "
        "\"$server\"\n",
        "  wait_until_active \"$server\"\n}\n");
    return absl::OkStatus();
  }

  bool NeedsConfigDrive() const {
    const auto ways = Ways();
    return std::any_of(ways.begin(), ways.end(),
                       [](const v1::NetworkPlan* way) { return way->needs_config_drive(); });
  }

  // Launches in the first zone that has a host.
  absl::Status AddLaunchCall() {
    const bool has_others = !machine_.fallback_availability_zones().empty();
    if (!machine_.availability_zone().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string zone, FlagValue("zone", machine_.availability_zone()));
      if (!has_others) Add("  zone=", zone, "\n");
      if (has_others) {
        Add("  server=\n  for zone in ", zone);
        for (const std::string& other : machine_.fallback_availability_zones()) {
          CIS_ASSIGN_OR_RETURN(const std::string word, FlagValue("zone", other));
          Add(" ", word);
        }
        Add("; do\n    if launch \"$1\"; then break; fi\n",
            "    printf 'note: zone %s could not start the machine\\n' \"$zone\" >&2\n",
            "    openstack server delete --wait \"$server\"\n    deleted server \"$server\"\n");
        if (HasPort()) {
          Add("    if [ -n \"$port\" ]; then\n      openstack port delete \"$port\"\n",
              "      deleted port \"$port\"\n    fi\n");
        }
        if (HasOwnVolume()) {
          Add("    openstack volume delete \"$volume\"\n    deleted volume \"$volume\"\n");
        }
        Add("    server=\n  done\n",
            "  [ -n \"$server\" ] || die 'the site could not start the machine in any zone'\n");
        return absl::OkStatus();
      }
    }
    Add("  launch \"$1\" || die \"the site could not start machine $server\"\n");
    return absl::OkStatus();
  }

  // The function that starts one machine.
  absl::Status AddStart() {
    CIS_RETURN_IF_ERROR(AddLaunch());
    const bool no_network = plan_.kind() == v1::NETWORK_PLAN_KIND_UNSPECIFIED;
    Add("\nstart() {\n");
    if (floating_) CIS_RETURN_IF_ERROR(AddTakeFloatingIp());
    CIS_RETURN_IF_ERROR(AddLaunchCall());
    Add("  open_ssh \"$server\"\n");
    const std::string user = LoginUser(machine_.login_user());
    if (user == "USER") Add("  printf 'note: the login user is not known\\n' >&2\n");
    if (floating_) {
      Add("  openstack server add floating ip \"$server\" \"$address\"\n  floating=\n");
    } else if (no_network) {
      Add("  printf 'note: machine %s has no network\\n' \"$server\" >&2\n}\n");
      return absl::OkStatus();
    } else {
      // The plan's public IPv4 address may come from a floating IP that was not requested.
      const bool v4 = plan_.public_v4() && !HasFloatingIps(plan_);
      const bool v6 = plan_.public_v6() && !v4;
      Add(kFixedAddress.substr(1), "  address=", v6 ? "${v6:-$v4}" : "${v4:-$v6}", "\n",
          "  [ -n \"$address\" ] || die \"machine $server has no address\"\n");
      const bool is_private = plan_.kind() == v1::NETWORK_PLAN_KIND_PRIVATE ||
                              plan_.kind() == v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK;
      if (is_private && !v6 && !plan_.public_v4()) {
        Add("  printf 'note: %s can be reached only from inside the site\\n' \"$address\" >&2\n");
      }
    }
    Add("  printf 'ssh %s@%s\\n' ", ShellQuote(user), " \"$address\"\n}\n");
    return absl::OkStatus();
  }

  const MachineKind& kind_;
  const v1::PlacedMachine& machine_;
  const v1::NetworkPlan& plan_;
  const bool has_others_;
  const bool floating_;
  std::string text_;
};

// The whole script.
class ScriptWriter {
 public:
  ScriptWriter(const v1::Placement& placement, const v1::PlacementQuery& query, Launcher launcher)
      : p_(placement), query_(query), launcher_(launcher), kinds_(KindsOf(placement, query)) {}

  absl::StatusOr<std::string> Write() {
    AddHead();
    CIS_RETURN_IF_ERROR(AddLogin());
    Add(kKey);
    Add("\nname=${CIS_NAME:-cis-$(date -u +%Y%m%d-%H%M%S)}\n");
    bool has_helpers = false;
    for (const MachineKind& kind : kinds_) {
      KindWriter writer(kind, kinds_.size() > 1);
      if (!kind.name_suffix.empty()) {
        Add("\n");
        Comment(absl::StrCat("Group ", p_.groups(kind.number).display_name()));
      }
      CIS_ASSIGN_OR_RETURN(const std::string network, writer.WriteNetwork());
      Add(network);
      if (!has_helpers) Add(kOpenSsh);
      has_helpers = true;
      CIS_ASSIGN_OR_RETURN(const std::string start, writer.WriteStart());
      Add(start);
    }
    return std::move(text_);
  }

 private:
  template <typename... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&text_, parts...);
  }
  // A comment stays on one line whatever it contains.
  void Comment(absl::string_view text) { Add("# ", CleanText(text), "\n"); }

  void AddHead() {
    int count = 0;
    for (const MachineKind& kind : kinds_) count += kind.count;
    Add("#!/bin/sh\n");
    Comment(absl::StrCat("Starts ", count, count == 1 ? " machine" : " machines", " at ",
                         p_.site_name(), " for VO ", p_.vo(), "."));
    Comment(absl::StrCat("Request: ", QueryText(query_)));
    const std::string failed = p_.groups().empty()
                                   ? absl::StrCat(p_.share(), " ", p_.machine().flavor().name())
                                   : p_.share();
    Comment(absl::StrCat("If it fails, add --next '", failed,
                         "' to the request for the next best placement."));
    for (const MachineKind& kind : kinds_) {
      if (!kind.name_suffix.empty()) {
        Comment(absl::StrCat("Group ", p_.groups(kind.number).display_name(), ": ", kind.count,
                             kind.count == 1 ? " machine" : " machines"));
      }
      Comment(absl::StrCat("Flavor:  ", kind.machine().flavor().display_name()));
      Comment(absl::StrCat("Image:   ", kind.machine().image().display_name()));
      Comment(absl::StrCat("Network: ", NetworkPlanText(kind.machine().network())));
    }
    for (const std::string& note : p_.notes()) Comment(absl::StrCat("Note: ", note));
    const auto any = [this](auto is_meant) {
      return std::any_of(kinds_.begin(), kinds_.end(), is_meant);
    };
    if (any([](const MachineKind& kind) { return kind.machine().has_boot_volume_gib(); })) {
      Comment("The boot volume remains when the machine is deleted; delete it too.");
    }
    if (any([](const MachineKind& kind) { return KindWriter(kind, false).HasPort(); })) {
      Comment("The port remains when the machine is deleted; delete it too.");
    }
    Add(kSettings, "set -eu\n", kHelpers);
  }

  absl::Status AddLogin() {
    if (launcher_ == Launcher::kFedcloud) {
      CIS_ASSIGN_OR_RETURN(const std::string site, FlagValue("site", p_.site_name()));
      CIS_ASSIGN_OR_RETURN(const std::string vo, FlagValue("VO", p_.vo()));
      Add("\nsite=", site, "\nvo=", vo, kFedcloud);
    } else {
      CIS_RETURN_IF_ERROR(AddOpenstackLogin());
    }
    if (p_.project_id().empty()) return absl::OkStatus();
    CIS_ASSIGN_OR_RETURN(const std::string project, FlagValue("project", p_.project_id()));
    Add("\nproject=$(openstack token issue --format=value --column=project_id)\n",
        "if [ \"$(printf %s \"$project\" | tr -d -)\" != \"$(printf %s ", project,
        " | tr -d -)\" ]; then\n  die \"this login is for project $project, not for the "
        "VO's project\"\nfi\n");
    return absl::OkStatus();
  }

  // OS_CLOUD is sufficient by itself. Otherwise the placement defines where to log in, and the
  // environment with what: a federated token (OS_ACCESS_TOKEN), a password, or an application
  // credential, which belongs to a project.
  absl::Status AddOpenstackLogin() {
    CIS_ASSIGN_OR_RETURN(const std::string url, FlagValue("Keystone", p_.keystone_url()));
    Add("\nif [ -z \"${OS_CLOUD-}\" ]; then\n  export OS_AUTH_URL=", url, "\n");
    if (!p_.region().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string region, FlagValue("region", p_.region()));
      Add("  export OS_REGION_NAME=", region, "\n");
    }
    if (!p_.protocol().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string protocol, FlagValue("protocol", p_.protocol()));
      Add("  if [ -z \"${OS_AUTH_TYPE-}${OS_USERNAME-}${OS_APPLICATION_CREDENTIAL_ID-}\" ]; then\n",
          "    export OS_AUTH_TYPE=v3oidcaccesstoken OS_PROTOCOL=", protocol, "\n",
          "    export OS_IDENTITY_PROVIDER=\"${OS_IDENTITY_PROVIDER:-egi.eu}\"\n",
          "    [ -n \"${OS_ACCESS_TOKEN-}\" ] || die 'set OS_ACCESS_TOKEN, or OS_CLOUD'\n  fi\n");
    }
    if (!p_.project_id().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string project, FlagValue("project", p_.project_id()));
      Add("  if [ \"${OS_AUTH_TYPE-}\" != v3applicationcredential ]; then\n",
          "    unset OS_PROJECT_NAME OS_TENANT_NAME OS_TENANT_ID\n    export OS_PROJECT_ID=",
          project, "\n  fi\n");
    }
    Add("fi\n");
    return absl::OkStatus();
  }

  const v1::Placement& p_;
  const v1::PlacementQuery& query_;
  const Launcher launcher_;
  const std::vector<MachineKind> kinds_;
  std::string text_;
};

}  // namespace

absl::StatusOr<std::string> FormatLaunchScript(const v1::Placement& placement,
                                               const v1::PlacementQuery& query, Launcher launcher) {
  return ScriptWriter(placement, query, launcher).Write();
}

}  // namespace cis::client
