#include "client/place_text.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/proto_json.h"
#include "client/words.h"

namespace cis {
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
      return absl::StrCat("new network of pool ", RefText(plan.subnet_pool()), " -> ", pool);
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
  // A wide table has the regions of all.
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
                                   {"SURE"},
                                   {"SCORE", Align::kRight},
                                   {"FLAVOR ID"},
                                   {"IMAGE ID"},
                                   {"NETWORK ID"},
                                   {"PROJECT ID"},
                                   {"KEYSTONE URL"}});
  }
  return columns;
}

std::vector<Cell> PlacementCells(const v1::Placement& p, bool wide, const RowKeys& keys) {
  const v1::PlacedMachine& machine = p.machine();
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
       number(!machine.login_user().empty(), machine.login_user()), PlacementAgeCell(p)});
  if (wide) {
    cells.insert(cells.end(),
                 {text(image.display_name()), PlanCell(machine.network()),
                  number(flavor.has_ephemeral_gib(), absl::StrCat(flavor.ephemeral_gib())),
                  text(p.region()), text(EnumWord(p.confidence())),
                  text(absl::StrFormat("%.2f", p.score())), text(flavor.upstream_id()),
                  text(image.upstream_id()), text(machine.network().network().upstream_id()),
                  text(p.project_id()), text(p.keystone_url())});
  }
  return cells;
}

std::vector<Cell> PlacementLines(const v1::Placement& p) {
  const v1::NetworkPlan& plan = p.machine().network();
  Cell network = PlanCell(plan);
  network.text = absl::StrCat("network  ", network.text);
  const int unattached = plan.unattached_floating_ip_ids_size();
  if (unattached > 0) {
    absl::StrAppend(&network.text, ", ", unattached,
                    unattached == 1 ? " unattached floating IP" : " unattached floating IPs",
                    " to use first");
  }
  std::vector<Cell> lines = {
      {absl::StrCat("image    ", p.machine().image().display_name()), Tone::kPlain},
      std::move(network)};
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
  return absl::StrJoin(
      {named(p.share()), named(p.machine().flavor().name()), named(p.machine().image().name()),
       named(p.machine().network().network().name())},
      "\t");
}

}  // namespace cis
