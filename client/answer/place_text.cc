// SPDX-License-Identifier: Apache-2.0
#include "client/answer/place_text.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

std::string RefText(const v1::ResourceRef& ref) {
  return ref.display_name().empty() ? ref.upstream_id() : ref.display_name();
}

Cell PlanCell(const v1::NetworkPlan& plan) {
  Cell cell{NetworkPlanText(plan), Tone::kPlain};
  if (plan.is_assumed()) cell.tone = Tone::kWarning;
  if (plan.is_ambiguous()) {
    cell.text += " ?";
    cell.tone = Tone::kWarning;
  }
  return cell;
}

Cell PlacementAgeCell(const v1::Placement& p) {
  if (!p.has_data_age()) return {"?", Tone::kDim};
  const std::string age = FormatAge(absl::Seconds(p.data_age().seconds()));
  if (p.data_state() == v1::DATA_STATE_FRESH) return {age, Tone::kPlain};
  return {absl::StrCat(age, ", ", EnumWord(p.data_state())), Tone::kWarning};
}

std::string DiskText(const v1::PlacedMachine& p) {
  if (p.has_boot_volume_gib()) return absl::StrCat("vol ", p.boot_volume_gib());
  return p.flavor().has_disk_gib() ? absl::StrCat(p.flavor().disk_gib()) : "?";
}

}  // namespace

std::string NetworkPlanText(const v1::NetworkPlan& plan) {
  const std::string network = RefText(plan.network());
  const std::string pool = RefText(plan.external_network());
  switch (plan.kind()) {
    case v1::NETWORK_PLAN_KIND_DIRECT:
      return absl::StrCat(network, " (direct)");
    case v1::NETWORK_PLAN_KIND_FLOATING:
      return absl::StrCat(network, " -> ", pool, plan.is_assumed() ? " (assumed)" : "");
    case v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER:
      if (!plan.router().upstream_id().empty()) {
        return absl::StrCat(network, " -> repaired router ", RefText(plan.router()), " -> ", pool);
      }
      return absl::StrCat(network, " -> new router -> ", pool);
    case v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_NETWORK:
      return absl::StrCat("new network -> ", pool);
    case v1::NETWORK_PLAN_KIND_PRIVATE:
      if (plan.public_v4()) return absl::StrCat(network, " (routed)");
      return absl::StrCat(network, plan.public_v6() ? " (public IPv6)" : " (private)");
    case v1::NETWORK_PLAN_KIND_ROUTED_NEEDS_NETWORK:
      return absl::StrCat("new network from subnet pool ", RefText(plan.subnet_pool()), " -> ",
                          pool);
    case v1::NETWORK_PLAN_KIND_PRIVATE_NEEDS_NETWORK:
      return "new network (private)";
    default:
      return network.empty() ? "not known" : network;
  }
}

void RowKeys::AddShare(const std::string& site_name, const std::string& region) {
  const auto [known, is_new] = regions_.try_emplace(site_name, region);
  if (!is_new && known->second != region) sites_by_region.insert(site_name);
}

RowKeys RowKeysOf(const PlaceAnswer& answer) {
  RowKeys keys;
  keys.vo = answer.found.query().vos_size() > 1;
  for (const v1::Placement& placement : answer.found.placements()) {
    keys.AddShare(placement.site_name(), placement.region());
  }
  for (const v1::ShareVerdict& verdict : answer.explained.verdicts()) {
    keys.AddShare(verdict.site_name(), verdict.region());
  }
  return keys;
}

std::vector<TableColumn> PlacementColumns(bool wide, const RowKeys& keys) {
  std::vector<TableColumn> columns = {{"SITE", Align::kLeft, 16}};
  if (keys.vo || wide) columns.push_back({"VO", Align::kLeft, 12});
  // A wide table shows the region of every row.
  if (!wide) columns.push_back({"REGION", Align::kLeft, 0, Cut::kEnd, true});
  columns.insert(columns.end(), {{"FLAVOR", Align::kLeft, 10},
                                 {"vCPU", Align::kRight},
                                 {"RAM GiB", Align::kRight},
                                 {"DISK GiB", Align::kRight},
                                 {"GPU", Align::kLeft, 8, Cut::kEnd, true},
                                 {"OS", Align::kLeft, 12},
                                 {"USER", Align::kLeft},
                                 {"AGE", Align::kLeft}});
  if (wide) {
    columns.insert(columns.end(), {{"IMAGE"},
                                   {"NETWORK PLAN"},
                                   {"EPH GiB", Align::kRight},
                                   {"REGION"},
                                   {"CONFIDENCE"},
                                   {"SCORE", Align::kRight},
                                   {"FLAVOR ID"},
                                   {"IMAGE ID"},
                                   {"NETWORK ID"},
                                   {"PROJECT ID"},
                                   {"KEYSTONE URL"}});
  }
  return columns;
}

namespace {

// Returns the machines of a placement with groups as one: how many, and their total resources.
v1::PlacedMachine AllMachines(const v1::Placement& p) {
  v1::PlacedMachine all;
  v1::PlacedFlavor& sum = *all.mutable_flavor();
  int64_t machines = 0;
  bool knows_vcpus = true;
  bool knows_ram = true;
  bool knows_disk = true;
  for (const v1::PlacedGroup& group : p.groups()) {
    const v1::PlacedFlavor& flavor = group.machine().flavor();
    const int64_t disk = group.machine().has_boot_volume_gib() ? group.machine().boot_volume_gib()
                                                               : flavor.disk_gib();
    machines += group.count();
    sum.set_vcpu_count(sum.vcpu_count() + group.count() * flavor.vcpu_count());
    sum.set_ram_mib(sum.ram_mib() + group.count() * flavor.ram_mib());
    sum.set_disk_gib(sum.disk_gib() + group.count() * disk);
    knows_vcpus = knows_vcpus && flavor.has_vcpu_count();
    knows_ram = knows_ram && flavor.has_ram_mib();
    knows_disk = knows_disk && (flavor.has_disk_gib() || group.machine().has_boot_volume_gib());
  }
  if (!knows_vcpus) sum.clear_vcpu_count();
  if (!knows_ram) sum.clear_ram_mib();
  if (!knows_disk) sum.clear_disk_gib();
  sum.set_display_name(absl::StrCat(machines, machines == 1 ? " machine" : " machines"));
  return all;
}

}  // namespace

std::vector<Cell> PlacementCells(const v1::Placement& p, bool wide, const RowKeys& keys) {
  // Each group has its own user, image and network plan, on its own line.
  const bool has_groups = !p.groups().empty();
  const v1::PlacedMachine machine = has_groups ? AllMachines(p) : p.machine();
  const v1::PlacedFlavor& flavor = machine.flavor();
  const v1::PlacedImage& image = machine.image();
  const auto text = [](std::string t) { return Cell{std::move(t), Tone::kPlain}; };
  const auto number = [](bool known, std::string t) {
    return known ? Cell{std::move(t), Tone::kPlain} : Cell{"?", Tone::kDim};
  };
  std::string os = OsText(image.os_distro(), image.os_version());
  if (os.empty()) os = image.display_name();
  std::vector<Cell> cells = {text(p.site_name())};
  if (keys.vo || wide) cells.push_back(text(p.vo()));
  if (!wide) cells.push_back(text(keys.sites_by_region.contains(p.site_name()) ? p.region() : ""));
  cells.insert(
      cells.end(),
      {text(flavor.display_name()),
       number(flavor.has_vcpu_count(), absl::StrCat(flavor.vcpu_count())),
       number(flavor.has_ram_mib(), FormatMibAsGib(flavor.ram_mib())), text(DiskText(machine)),
       text(GpuText(true, flavor.gpu_count(), "", flavor.gpu_model())), text(os),
       number(has_groups || !machine.login_user().empty(), machine.login_user()),
       PlacementAgeCell(p)});
  if (wide) {
    cells.insert(
        cells.end(),
        {text(image.display_name()), has_groups ? text("") : PlanCell(machine.network()),
         has_groups ? text("")
                    : number(flavor.has_ephemeral_gib(), absl::StrCat(flavor.ephemeral_gib())),
         text(p.region()), text(EnumWord(p.confidence())), text(absl::StrFormat("%.2f", p.score())),
         text(flavor.upstream_id()), text(image.upstream_id()),
         text(machine.network().network().upstream_id()), text(p.project_id()),
         text(p.keystone_url())});
  }
  return cells;
}

namespace {

// "net -> public00, 2 unattached floating IPs to use first".
Cell PlanLine(const v1::NetworkPlan& plan) {
  Cell cell = PlanCell(plan);
  const int unattached = plan.unattached_floating_ip_ids_size();
  if (unattached > 0) {
    absl::StrAppend(&cell.text, ", ", unattached,
                    unattached == 1 ? " unattached floating IP" : " unattached floating IPs",
                    " to use first");
  }
  return cell;
}

// One line per group: "workers  8 x m1.huge, Ubuntu 22.04, user ubuntu, private (private)".
std::vector<Cell> GroupLines(const v1::Placement& p) {
  size_t width = 0;
  for (const v1::PlacedGroup& group : p.groups()) {
    width = std::max(width, DisplayWidth(CleanText(group.display_name())));
  }
  std::vector<Cell> lines;
  for (const v1::PlacedGroup& group : p.groups()) {
    const v1::PlacedMachine& machine = group.machine();
    Cell line = PlanLine(machine.network());
    const bool is_on_its_network = !group.prepared_by().empty() && !machine.network().has_network();
    if (is_on_its_network) {
      line.text = absl::StrCat("on the network of group ", group.prepared_by());
    }
    if (!machine.has_network()) line.text = "without a network";
    line.text = absl::StrCat(
        PadRight(CleanText(group.display_name()), width), "  ", group.count(), " x ",
        machine.flavor().display_name(), ", ", machine.image().display_name(), ", ",
        machine.login_user().empty() ? "" : absl::StrCat("user ", machine.login_user(), ", "),
        line.text);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::string MachinesText(const v1::Placement& p) {
  const auto text = [](const v1::PlacedMachine& machine) {
    return absl::StrCat(machine.flavor().display_name(), ", ", machine.image().display_name(), ", ",
                        NetworkPlanText(machine.network()));
  };
  if (p.groups().empty()) return text(p.machine());
  return absl::StrJoin(p.groups(), "; ", [&](std::string* out, const v1::PlacedGroup& group) {
    absl::StrAppend(out, group.display_name(), ": ", group.count(), " x ", text(group.machine()));
  });
}

std::vector<Cell> PlacementLines(const v1::Placement& p) {
  std::vector<Cell> lines = GroupLines(p);
  if (!p.alternative().empty()) {
    lines.push_back({absl::StrCat("as       alternative ", p.alternative()), Tone::kPlain});
  }
  if (p.groups().empty()) {
    Cell network = PlanLine(p.machine().network());
    network.text = absl::StrCat("network  ", network.text);
    lines.push_back({absl::StrCat("image    ", p.machine().image().display_name()), Tone::kPlain});
    lines.push_back(std::move(network));
  }
  if (p.has_downtime()) {
    const std::string& reason = p.downtime().description();
    lines.push_back(
        {absl::StrCat("downtime ", DowntimeText(p.downtime()), reason.empty() ? "" : ": ", reason),
         p.downtime().is_outage() ? Tone::kBad : Tone::kWarning});
  }
  return lines;
}

std::string PlacementName(const v1::Placement& p) {
  const auto named = [](const std::string& name) { return name.empty() ? "-" : name; };
  // Groups have several flavors: only the share names them all.
  return absl::StrJoin(
      {named(p.share()), named(p.machine().flavor().name()), named(p.machine().image().name()),
       named(p.machine().network().network().name())},
      "\t");
}

}  // namespace cis::client
