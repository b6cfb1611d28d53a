#include "client/place_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/proto_json.h"
#include "client/words.h"

namespace cis {
namespace {

std::string RefText(const v1::NetworkRef& ref) {
  return ref.display_name().empty() ? ref.upstream_id() : ref.display_name();
}

Cell PlanCell(const v1::NetworkPlan& plan) {
  Cell cell{NetworkPlanText(plan), Tone::kPlain};
  if (plan.ambiguous()) {
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

std::string DiskText(const v1::Placement& p) {
  if (p.has_boot_volume_gib()) return absl::StrCat("vol ", p.boot_volume_gib());
  return absl::StrCat(p.flavor().disk_gib());
}

// The stage as the word of a line: `image_x_flavor` is `image and flavor`.
std::string StageText(absl::string_view stage) {
  if (stage == "image_x_flavor") return "image+flavor";
  return std::string(stage);
}

std::string ReasonText(const v1::Reason& reason) {
  std::string text = reason.message().empty() ? reason.code() : reason.message();
  if (reason.has_gap_percent() && reason.gap_percent() > 0 && reason.gap_percent() <= 10) {
    absl::StrAppendFormat(&text, " [near miss, %.2g %%]", reason.gap_percent());
  }
  return text;
}

// Where a share is, as short as it is clear.
std::string ShareText(const v1::ShareVerdict& verdict, bool several_vos) {
  return several_vos ? absl::StrCat(verdict.site_name(), " ", verdict.vo()) : verdict.site_name();
}

bool SeveralVos(const v1::FindPlacementsResponse& response) {
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.vo() != response.verdicts(0).vo()) return true;
  }
  return false;
}

// `RAM_TOO_SMALL` as `ram too small`.
std::string CodeText(absl::string_view code) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(code), {{"_", " "}});
}

// `31 more: 20 ram too small, 11 net no public v4`.
std::string CountByReason(absl::Span<const v1::ShareVerdict* const> verdicts) {
  std::map<std::string, int> counts;
  for (const v1::ShareVerdict* verdict : verdicts) ++counts[verdict->blocking().code()];
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return absl::StrCat("and ", verdicts.size(), " more: ",
                      absl::StrJoin(sorted, ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.second, " ",
                                                      CodeText(entry.first));
                                    }),
                      " (--explain tells all)");
}

void AddVerdictRows(const v1::ShareVerdict& verdict, absl::Time now, Table& table) {
  const Cell age =
      AgeCell(verdict.data_state(), verdict.has_observe_time(), verdict.observe_time(), now);
  const auto add = [&](Cell mark, std::string stage, std::string text, bool first) {
    table.AddRow({std::move(mark),
                  {first ? verdict.site_name() : "", Tone::kPlain},
                  {first ? verdict.vo() : "", Tone::kPlain},
                  first ? age : Cell{},
                  {std::move(stage), Tone::kPlain},
                  {std::move(text), Tone::kPlain}});
  };
  if (verdict.fits()) {
    add({"yes", Tone::kGood}, "", "can run this", true);
  } else {
    add({"no", Tone::kBad}, StageText(verdict.blocking().stage()), ReasonText(verdict.blocking()),
        true);
  }
  for (const v1::Reason& reason : verdict.also()) {
    add({}, StageText(reason.stage()), absl::StrCat("also: ", ReasonText(reason)), false);
  }
  // What the request itself leaves out needs no details.
  if (verdict.blocking().stage() == "site") return;
  for (const v1::RefusedPair& pair : verdict.refused_pairs()) {
    add({}, StageText(pair.reason().stage()), ReasonText(pair.reason()), false);
  }
  for (const std::string& code : verdict.unknowns()) {
    add({}, "", absl::StrCat("not known: ", code), false);
  }
}

}  // namespace

std::string NetworkPlanText(const v1::NetworkPlan& plan) {
  const std::string network = RefText(plan.network());
  const std::string pool = RefText(plan.external_network());
  switch (plan.kind()) {
    case v1::NetworkPlan::DIRECT:
      return absl::StrCat(network, " (direct)");
    case v1::NetworkPlan::FLOATING:
      return absl::StrCat(network, " -> ", pool);
    case v1::NetworkPlan::FLOATING_NEEDS_ROUTER:
      return absl::StrCat(network, " -> new router -> ", pool);
    case v1::NetworkPlan::FLOATING_NEEDS_NETWORK:
      return absl::StrCat("new network -> ", pool);
    case v1::NetworkPlan::PRIVATE:
      return absl::StrCat(network, " (private)");
    default:
      return network.empty() ? "not known" : network;
  }
}

std::vector<TableColumn> PlacementColumns(bool wide, bool several_vos) {
  std::vector<TableColumn> columns = {{"SITE", Align::kLeft, 16}};
  if (several_vos || wide) columns.push_back({"VO", Align::kLeft, 12});
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

std::vector<Cell> PlacementCells(const v1::Placement& p, bool wide, bool several_vos) {
  const v1::PlacedFlavor& flavor = p.flavor();
  const v1::PlacedImage& image = p.image();
  const auto text = [](std::string t) { return Cell{std::move(t), Tone::kPlain}; };
  std::string os = OsText(image.os_distro(), image.os_version());
  if (os.empty()) os = image.display_name();
  std::vector<Cell> cells = {text(p.site_name())};
  if (several_vos || wide) cells.push_back(text(p.vo()));
  cells.insert(
      cells.end(),
      {text(flavor.display_name()), text(absl::StrCat(flavor.vcpu_count())),
       text(FormatMibAsGib(flavor.ram_mib())), text(DiskText(p)),
       text(GpuText(true, flavor.gpu_count(), "", flavor.gpu_model())), text(os),
       p.login_user().empty() ? Cell{"?", Tone::kDim} : text(p.login_user()), PlacementAgeCell(p)});
  if (wide) {
    cells.insert(cells.end(), {text(image.display_name()), PlanCell(p.network()),
                               text(absl::StrCat(flavor.ephemeral_gib())), text(p.region()),
                               text(EnumWord(p.confidence())),
                               text(absl::StrFormat("%.2f", p.score())), text(flavor.upstream_id()),
                               text(image.upstream_id()), text(p.network().network().upstream_id()),
                               text(p.project_id()), text(p.keystone_url())});
  }
  return cells;
}

std::vector<Cell> PlacementLines(const v1::Placement& p) {
  Cell network = PlanCell(p.network());
  network.text = absl::StrCat("network  ", network.text);
  const int unattached = p.network().unattached_floating_ip_ids_size();
  if (unattached > 0) {
    absl::StrAppend(&network.text, ", ", unattached,
                    unattached == 1 ? " unattached floating IP" : " unattached floating IPs",
                    " to use first");
  }
  std::vector<Cell> lines = {{absl::StrCat("image    ", p.image().display_name()), Tone::kPlain},
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
  return absl::StrJoin({named(p.share()), named(p.flavor().name()), named(p.image().name()),
                        named(p.network().network().name())},
                       "\t");
}

std::string SummarySentence(const v1::FindPlacementsResponse& response, absl::Time now) {
  const auto fit = std::count_if(response.verdicts().begin(), response.verdicts().end(),
                                 [](const v1::ShareVerdict& v) { return v.fits(); });
  const auto& vos = response.interpreted_request().vos();
  std::string text;
  if (response.verdicts().empty()) {
    text = "No share can run this";
  } else {
    text = absl::StrCat(fit == 0 ? "None" : absl::StrCat(fit), " of ", response.verdicts_size(),
                        response.verdicts_size() == 1 ? " share" : " shares");
    if (!vos.empty()) {
      absl::StrAppend(&text, " of VO ", absl::StrJoin(vos, ", "));
    }
    absl::StrAppend(&text, " can run this");
  }
  absl::StrAppend(&text, " (", response.site_count(),
                  response.site_count() == 1 ? " site known" : " sites known");
  absl::Time oldest = absl::InfiniteFuture();
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.has_observe_time()) oldest = std::min(oldest, ToTime(verdict.observe_time()));
  }
  if (oldest < absl::InfiniteFuture()) {
    absl::StrAppend(&text, ", data ", FormatAge(now - oldest), " old");
  }
  return absl::StrCat(text, ").");
}

std::string RequestText(const v1::FindPlacementsRequest& request) {
  std::string text;
  const auto add = [&text](absl::string_view flag, absl::string_view value) {
    if (value.empty()) return;
    const bool quote = value.find_first_of(" <>*?'\"~&|;$") != absl::string_view::npos;
    absl::StrAppend(&text, text.empty() ? "" : " ", flag, quote ? " '" : " ", value,
                    quote ? "'" : "");
  };
  const auto add_all = [&add](absl::string_view flag, const auto& values) {
    for (const std::string& value : values) add(flag, value);
  };
  const auto add_range = [&add](absl::string_view flag, bool set, const v1::Int64Range& range,
                                absl::string_view unit) {
    if (!set) return;
    const std::string max = range.has_max() ? absl::StrCat("..", range.max(), unit) : "";
    add(flag, absl::StrCat(range.has_min() ? absl::StrCat(range.min(), unit) : "", max));
  };
  const auto add_flag = [&text](absl::string_view flag, bool on) {
    if (on) absl::StrAppend(&text, " ", flag);
  };
  add_all("--vo", request.vos());
  const v1::MachineRequirements& m = request.machine();
  add_range("--vcpus", m.has_vcpu_count(), m.vcpu_count(), "");
  add_range("--ram", m.has_ram_mib(), m.ram_mib(), "M");
  add_range("--disk", m.has_disk_gib(), m.disk_gib(), "G");
  add_range("--ephemeral", m.has_ephemeral_gib(), m.ephemeral_gib(), "G");
  add_range("--gpus", m.has_gpu_count(), m.gpu_count(), "");
  add("--gpu-model", m.gpu_model());
  add("--gpu-vendor", m.gpu_vendor());
  add_range("--gpu-memory", m.has_gpu_memory_mib(), m.gpu_memory_mib(), "M");
  add("--gpu-kind", m.gpu_kind());
  add("--cpu-alloc", m.cpu_alloc());
  add("--arch", m.arch());
  add_all("--flavor", m.flavors());
  add_all("--not-flavor", m.excluded_flavors());
  add_flag("--no-volume", m.has_allow_boot_from_volume() && !m.allow_boot_from_volume());
  add_all("--os", request.image().os());
  add("--image", request.image().image());
  add_all("--image-name", request.image().images());
  add_all("--not-image", request.image().excluded_images());
  add_flag("--public-ip", request.network().public_v4() == v1::ADDRESS_WISH_REQUIRED);
  add_flag("--prefer-public-ip", request.network().public_v4() == v1::ADDRESS_WISH_PREFERRED);
  add_flag("--no-public-ip", request.network().public_v4() == v1::ADDRESS_WISH_NONE);
  add_flag("--ipv6", request.network().public_v6() == v1::ADDRESS_WISH_REQUIRED);
  add("--network", request.network().network());
  add("--count", absl::StrCat(request.count()));
  add_all("--site", request.sites());
  add_all("--not-site", request.excluded_sites());
  add_all("--country", request.countries());
  add_all("--not-country", request.excluded_countries());
  if (request.has_max_age()) add("--max-age", absl::StrCat(request.max_age().seconds(), "s"));
  add("--sort-by", request.order_by());
  if (request.has_weights()) {
    const v1::ScoreWeights& w = request.weights();
    add("--weights", absl::StrFormat("fit=%g,network=%g,os=%g,health=%g,freshness=%g", w.fit(),
                                     w.network(), w.os(), w.health(), w.freshness()));
  }
  add_flag("--all", request.all_combinations());
  return text;
}

std::vector<std::string> ReasonLines(const v1::FindPlacementsResponse& response, size_t max_lines) {
  const bool several_vos = SeveralVos(response);
  std::vector<const v1::ShareVerdict*> refused;
  size_t width = 0;
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    if (verdict.fits()) continue;
    refused.push_back(&verdict);
    width = std::max(width, DisplayWidth(CleanText(ShareText(verdict, several_vos))));
  }
  size_t shown = refused.size();
  if (max_lines > 0 && shown > max_lines) shown = max_lines - 1;
  std::vector<std::string> lines;
  for (size_t i = 0; i < shown; ++i) {
    const v1::ShareVerdict& verdict = *refused[i];
    lines.push_back(absl::StrCat(
        "no  ", PadRight(CleanText(ShareText(verdict, several_vos)), std::min<size_t>(width, 40)),
        "  ", StageText(verdict.blocking().stage()), ": ",
        CleanText(ReasonText(verdict.blocking()))));
  }
  if (shown < refused.size()) {
    lines.push_back(CountByReason(absl::MakeConstSpan(refused).subspan(shown)));
  }
  for (const v1::Suggestion& suggestion : response.suggestions()) {
    lines.push_back(CleanText(absl::StrCat(
        "There is no \"", suggestion.value(), "\"",
        suggestion.candidates().empty()
            ? "."
            : absl::StrCat("; did you mean ", absl::StrJoin(suggestion.candidates(), ", "), "?"))));
  }
  std::vector<std::string> changes;
  for (const v1::Relaxation& relaxation : response.relaxations()) {
    changes.push_back(absl::StrCat(relaxation.change(), " adds ", relaxation.added_share_count(),
                                   relaxation.added_share_count() == 1 ? " share" : " shares"));
  }
  if (!changes.empty()) {
    lines.push_back(CleanText(absl::StrCat("Try: ", absl::StrJoin(changes, "; "))));
  }
  return lines;
}

std::string ExplainText(const v1::FindPlacementsResponse& response, const TableStyle& style,
                        absl::Time now) {
  TableStyle whole = style;
  whole.max_width = 0;  // explanations are not cut
  Table funnel({{"STAGE"}, {"SHARES IN", Align::kRight}, {"SHARES OUT", Align::kRight}});
  for (const v1::FunnelStage& stage : response.funnel()) {
    funnel.AddRow(
        {{StageText(stage.stage()), Tone::kPlain},
         {absl::StrCat(stage.in_count()), Tone::kPlain},
         {absl::StrCat(stage.out_count()), stage.out_count() == 0 ? Tone::kBad : Tone::kPlain}});
  }
  Table verdicts({{"FITS"}, {"SITE"}, {"VO"}, {"AGE"}, {"STAGE"}, {"WHY"}});
  for (const v1::ShareVerdict& verdict : response.verdicts()) {
    AddVerdictRows(verdict, now, verdicts);
  }
  std::string text;
  if (!funnel.empty()) absl::StrAppend(&text, funnel.Format(whole));
  if (!verdicts.empty()) absl::StrAppend(&text, "\n", verdicts.Format(whole));
  absl::StrAppend(
      &text, "\nUnderstood as: ", CleanText(RequestText(response.interpreted_request())), "\n");
  return text;
}

}  // namespace cis
