// SPDX-License-Identifier: Apache-2.0
#include "client/handover/handover.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/format/proto_json.h"
#include "client/handover/launch_script.h"
#include "client/text/quote.h"
#include "client/text/text.h"
#include "schema/base/shell_quote.h"

namespace cis::client {
namespace {

using Json = nlohmann::ordered_json;

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

template <typename Texts>
Json ListOf(const Texts& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

// Returns the values in the order in which they are written. Null = not needed or not known.
Json MakeFacts(const v1::Placement& p, const v1::PlacementQuery& query) {
  const v1::PlacedMachine& machine = p.machine();
  const v1::NetworkPlan& plan = machine.network();
  const bool floating = NeedsFloatingIp(p, query);
  Json facts;
  facts["placement"] = TextOrNull(p.name());
  facts["site"] = p.site_name();
  facts["vo"] = p.vo();
  facts["auth_url"] = p.keystone_url();
  facts["region"] = TextOrNull(p.region());
  facts["project_id"] = TextOrNull(p.project_id());
  facts["project_name"] = TextOrNull(p.project_name());
  facts["federation_protocol"] = TextOrNull(p.protocol());
  facts["flavor_id"] = machine.flavor().upstream_id();
  facts["flavor_name"] = machine.flavor().display_name();
  facts["image_id"] = machine.image().upstream_id();
  facts["image_name"] = machine.image().display_name();
  facts["login_user"] = TextOrNull(machine.login_user());
  facts["boot_volume_gib"] =
      machine.has_boot_volume_gib() ? Json(machine.boot_volume_gib()) : Json();
  facts["volume_type"] = TextOrNull(machine.volume_type());
  facts["volume_availability_zone"] = TextOrNull(machine.volume_availability_zone());
  facts["availability_zone"] = TextOrNull(machine.availability_zone());
  facts["fallback_availability_zones"] = ListOf(machine.fallback_availability_zones());
  facts["config_drive"] = plan.needs_config_drive();
  facts["network_plan"] = EnumWord(plan.kind());
  facts["network_plan_is_assumed"] = plan.is_assumed();
  facts["network_id"] = TextOrNull(plan.network().upstream_id());
  facts["network_name"] = TextOrNull(plan.network().display_name());
  facts["floating_ip_wanted"] = floating;
  facts["external_network_id"] = TextOrNull(plan.external_network().upstream_id());
  facts["external_network_name"] = TextOrNull(plan.external_network().display_name());
  facts["router_id"] = TextOrNull(plan.router().upstream_id());
  facts["router_needs_enabling"] = plan.router_needs_enabling();
  facts["router_needs_gateway"] = plan.router_needs_gateway();
  facts["subnet_id"] = TextOrNull(plan.subnet_id());
  facts["port_subnet_ids"] = ListOf(plan.port_subnet_ids());
  facts["port_device_owner"] = TextOrNull(plan.port_device_owner());
  facts["subnet_pool_id"] = TextOrNull(plan.subnet_pool().upstream_id());
  facts["new_subnet_ip_version"] =
      plan.has_new_subnet_ip_version() ? Json(plan.new_subnet_ip_version()) : Json();
  facts["unattached_floating_ip_ids"] = ListOf(plan.unattached_floating_ip_ids());
  facts["fallback_external_network_ids"] = Json::array();
  for (const v1::NetworkPlan& fallback : plan.fallbacks()) {
    facts["fallback_external_network_ids"].push_back(fallback.external_network().upstream_id());
  }
  facts["machine_count"] = std::max(query.count(), 1);
  return facts;
}

// The value as plain text: empty for null, lists joined by `separator`.
std::string PlainText(const Json& value, absl::string_view separator) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return absl::StrJoin(value.get<std::vector<std::string>>(), separator);
  return value.dump();
}

absl::StatusOr<std::string> FormatEnv(const Json& facts) {
  std::string text;
  const auto add = [&text](absl::string_view name, const Json& value) -> absl::Status {
    const std::string plain = PlainText(value, " ");
    if (plain.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(absl::StrCat(
          name, " contains a NUL character, which no shell variable can hold; choose -o json"));
    }
    absl::StrAppend(&text, "export ", name, "=", ShellQuote(plain), "\n");
    return absl::OkStatus();
  };
  absl::Status status = add("OS_AUTH_URL", facts["auth_url"]);
  if (!facts["region"].is_null()) status.Update(add("OS_REGION_NAME", facts["region"]));
  if (!facts["project_id"].is_null()) status.Update(add("OS_PROJECT_ID", facts["project_id"]));
  for (const auto& [name, value] : facts.items()) {
    status.Update(add(absl::StrCat("CIS_", absl::AsciiStrToUpper(name)), value));
  }
  if (!status.ok()) return status;
  return text;
}

std::string FormatTfvars(const Json& facts) {
  size_t width = 0;
  for (const auto& [name, value] : facts.items()) width = std::max(width, name.size());
  std::string text;
  for (const auto& [name, value] : facts.items()) {
    absl::StrAppend(&text, PadRight(name, width), " = ");
    if (value.is_string()) {
      absl::StrAppend(&text, QuoteHcl(value.get<std::string>()));
    } else if (value.is_array()) {
      absl::StrAppend(&text, "[",
                      absl::StrJoin(value.get<std::vector<std::string>>(), ", ",
                                    [](std::string* out, const std::string& item) {
                                      absl::StrAppend(out, QuoteHcl(item));
                                    }),
                      "]");
    } else {
      absl::StrAppend(&text, value.dump());
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// Returns what `data "external"` of Terraform reads: an object of strings.
std::string FormatTerraformExternal(const Json& facts) {
  Json strings = Json::object();
  for (const auto& [name, value] : facts.items()) strings[name] = PlainText(value, ",");
  return absl::StrCat(DumpJson(strings, 2), "\n");
}

std::string AnsibleValue(const Json& value) {
  return value.is_string() ? QuoteAnsible(value.get<std::string>()) : value.dump();
}

// Whether the boot volume is created separately: the module for machines sets neither type nor
// zone.
bool HasOwnVolume(const Json& facts) {
  return !facts["boot_volume_gib"].is_null() &&
         (!facts["volume_type"].is_null() || !facts["volume_availability_zone"].is_null());
}

void AddAnsiblePort(const Json& facts, std::string* text) {
  absl::StrAppend(text,
                  "cis_port:\n  name: cis-port\n  network: ", AnsibleValue(facts["network_id"]),
                  "\n  fixed_ips:\n");
  for (const Json& id : facts["port_subnet_ids"]) {
    absl::StrAppend(text, "    - subnet_id: ", AnsibleValue(id), "\n");
  }
  if (!facts["port_device_owner"].is_null()) {
    absl::StrAppend(text, "  device_owner: ", AnsibleValue(facts["port_device_owner"]), "\n");
  }
}

void AddAnsibleVolume(const Json& facts, std::string* text) {
  absl::StrAppend(text,
                  "cis_volume:\n  name: cis-volume\n  size: ", facts["boot_volume_gib"].dump(),
                  "\n  image: ", AnsibleValue(facts["image_id"]), "\n");
  if (!facts["volume_type"].is_null()) {
    absl::StrAppend(text, "  volume_type: ", AnsibleValue(facts["volume_type"]), "\n");
  }
  if (!facts["volume_availability_zone"].is_null()) {
    absl::StrAppend(text, "  availability_zone: ", AnsibleValue(facts["volume_availability_zone"]),
                    "\n");
  }
}

// Returns the facts, and `cis_server` with the parameters of openstack.cloud.server; if needed,
// also `cis_port` and `cis_volume` with those of openstack.cloud.port and openstack.cloud.volume,
// which must be created first.
std::string FormatAnsible(const Json& facts) {
  std::string text =
      "---\n"
      "# ansible-playbook -e @FILE. The variables cis_* also hold what openstack.cloud.server has\n"
      "# no parameter for, such as routers and networks to create, and the login user.\n";
  for (const auto& [name, value] : facts.items()) {
    if (!value.is_array()) {
      absl::StrAppend(&text, "cis_", name, ": ", AnsibleValue(value), "\n");
      continue;
    }
    absl::StrAppend(&text, "cis_", name, ":", value.empty() ? " []\n" : "\n");
    for (const Json& item : value) absl::StrAppend(&text, "  - ", AnsibleValue(item), "\n");
  }
  const auto add = [&text](absl::string_view name, const std::string& value) {
    absl::StrAppend(&text, "  ", name, ": ", value, "\n");
  };
  absl::StrAppend(&text, "cis_server:\n");
  add("flavor", AnsibleValue(facts["flavor_id"]));
  add("image", AnsibleValue(facts["image_id"]));
  if (!facts["region"].is_null()) add("region_name", AnsibleValue(facts["region"]));
  if (!facts["availability_zone"].is_null()) {
    add("availability_zone", AnsibleValue(facts["availability_zone"]));
  }
  if (facts["config_drive"].get<bool>()) add("config_drive", "true");
  const bool has_volume = HasOwnVolume(facts);
  if (has_volume) {
    add("boot_volume", "\"{{ cis_volume.name }}\"");
  } else if (!facts["boot_volume_gib"].is_null()) {
    add("boot_from_volume", "true");
    add("volume_size", facts["boot_volume_gib"].dump());
    add("terminate_volume", "true");
  }
  const bool has_port = !facts["port_subnet_ids"].empty();
  if (has_port) {
    absl::StrAppend(&text, "  nics:\n    - port-name: \"{{ cis_port.name }}\"\n");
  } else if (!facts["network_id"].is_null()) {
    add("network", AnsibleValue(facts["network_id"]));
  }
  const bool floating = facts["floating_ip_wanted"].get<bool>();
  add("auto_ip", floating ? "true" : "false");
  if (floating) {
    // Unattached floating IPs of the project are used first.
    add("reuse_ips", "true");
    const Json& name = facts["external_network_name"];
    absl::StrAppend(&text, "  floating_ip_pools:\n    - ",
                    AnsibleValue(name.is_null() ? facts["external_network_id"] : name), "\n");
  }
  if (has_port) AddAnsiblePort(facts, &text);
  if (has_volume) AddAnsibleVolume(facts, &text);
  return text;
}

}  // namespace

bool HasFloatingIps(const v1::NetworkPlan& plan) {
  return plan.has_external_network() && plan.kind() != v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK;
}

bool NeedsFloatingIp(const v1::Placement& placement, const v1::PlacementQuery& query) {
  const v1::AddressRequirement wanted = query.network().public_v4();
  return HasFloatingIps(placement.machine().network()) &&
         (wanted == v1::ADDRESS_REQUIREMENT_REQUIRED ||
          wanted == v1::ADDRESS_REQUIREMENT_PREFERRED);
}

v1::PlacementQuery QueryOfMachines(const v1::Placement& placement,
                                   const v1::PlacementQuery& query) {
  v1::PlacementQuery out = query;
  for (const v1::MachineAlternative& alternative : query.alternatives()) {
    if (alternative.display_name() != placement.alternative()) continue;
    out.set_count(alternative.count());
    *out.mutable_machine() = alternative.machine();
    *out.mutable_image() = alternative.image();
    out.clear_alternatives();
    return out;
  }
  return out;
}

absl::StatusOr<std::string> FormatHandover(const v1::Placement& placement,
                                           const v1::PlacementQuery& asked, Format format) {
  const v1::PlacementQuery query = QueryOfMachines(placement, asked);
  const bool is_script = format == Format::kOpenstack || format == Format::kFedcloud;
  if (!placement.groups().empty() && IsHandover(format) && !is_script) {
    return absl::InvalidArgumentError(
        absl::StrCat("this format can express only one kind of machine, and the placement has ",
                     placement.groups_size(), placement.groups_size() == 1 ? " group" : " groups",
                     "; choose -o openstack, fedcloud or json"));
  }
  switch (format) {
    case Format::kOpenstack:
      return FormatLaunchScript(placement, query, Launcher::kOpenstack);
    case Format::kFedcloud:
      return FormatLaunchScript(placement, query, Launcher::kFedcloud);
    case Format::kTfvars:
      return FormatTfvars(MakeFacts(placement, query));
    case Format::kTerraformExternal:
      return FormatTerraformExternal(MakeFacts(placement, query));
    case Format::kAnsible:
      return FormatAnsible(MakeFacts(placement, query));
    case Format::kEnv:
      return FormatEnv(MakeFacts(placement, query));
    default:
      return absl::InvalidArgumentError("this format hands nothing over");
  }
}

}  // namespace cis::client
