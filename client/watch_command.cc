// States of sites, again and again.

#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/columns.h"
#include "client/commands.h"
#include "client/list_writer.h"
#include "client/proto_json.h"
#include "client/requests.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

using Sites = std::map<std::string, v1::Site>;

absl::StatusOr<Sites> ReadSites(const CommandContext& context) {
  CIS_ASSIGN_OR_RETURN(v1::ListSitesRequest request,
                       MakeListRequest<v1::Site>(context.options.list, Format::kTable));
  Sites sites;
  const auto add = [&sites](const v1::Site& site) {
    sites[site.name()] = site;
    return true;
  };
  CIS_RETURN_IF_ERROR(context.client.List<v1::Site>(std::move(request), 0, add).status());
  return sites;
}

std::string StateText(const v1::Site& site) {
  std::string text = absl::StrCat(EnumWord(site.state()), ", ", site.fresh_share_count(), " of ",
                                  site.share_count(), " shares fresh");
  if (!site.problems().empty()) absl::StrAppend(&text, ": ", absl::StrJoin(site.problems(), "; "));
  return text;
}

// Whether something happened to the site that is worth a line; its age alone is not.
bool Differs(const v1::Site& a, const v1::Site& b) { return StateText(a) != StateText(b); }

class Watcher {
 public:
  explicit Watcher(const CommandContext& context) : context_(context) {}

  // Writes what differs from the round before.
  void Show(Sites sites) {
    if (first_) {
      ShowAll(sites);
    } else {
      for (const auto& [name, site] : sites) {
        const auto before = sites_.find(name);
        if (before == sites_.end()) {
          Write("added", site, absl::StrCat("new: ", StateText(site)));
        } else if (Differs(before->second, site)) {
          Write("changed", site,
                absl::StrCat(EnumWord(before->second.state()), " -> ", StateText(site)));
        }
      }
      for (const auto& [name, site] : sites_) {
        if (sites.count(name) == 0) Write("removed", site, "is gone");
      }
    }
    context_.out.flush();
    first_ = false;
    sites_ = std::move(sites);
  }

  bool any() const { return !sites_.empty(); }

 private:
  void ShowAll(const Sites& sites) {
    if (context_.options.format == Format::kNdjson) {
      for (const auto& [name, site] : sites) Write("site", site, "");
      return;
    }
    const bool wide = context_.options.format == Format::kWide;
    Table table(TableColumnsOf<v1::Site>(wide));
    for (const auto& [name, site] : sites) {
      table.AddRow(CellsOf(site, wide, context_.clock.Now()));
    }
    context_.out << table.Format(StyleFor(context_));
  }

  void Write(const char* event, const v1::Site& site, const std::string& sentence) {
    const absl::Time now = context_.clock.Now();
    if (context_.options.format == Format::kNdjson) {
      const nlohmann::ordered_json line = {
          {"time", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", now, absl::UTCTimeZone())},
          {"event", event},
          {"site", MessageToJson(site)}};
      context_.out << DumpJson(line, -1) << "\n";
      return;
    }
    context_.out << FormatMinute(now) << "  "
                 << CleanText(absl::StrCat(site.display_name(), "  ", sentence)) << "\n";
  }

  const CommandContext& context_;
  bool first_ = true;
  Sites sites_;
};

}  // namespace

absl::StatusOr<bool> RunWatch(const CommandContext& context) {
  const Options& options = context.options;
  if (!options.db.empty()) {
    return absl::InvalidArgumentError(
        "watch asks a server again and again; --db reads a file once");
  }
  if (options.format != Format::kTable && options.format != Format::kWide &&
      options.format != Format::kNdjson) {
    return absl::InvalidArgumentError("watch has no end; it writes table, wide or ndjson only");
  }
  Watcher watcher(context);
  CIS_ASSIGN_OR_RETURN(Sites sites, ReadSites(context));
  watcher.Show(std::move(sites));
  bool reachable = true;
  for (int64_t round = 1; options.rounds == 0 || round < options.rounds; ++round) {
    if (!context.sleep(options.interval)) break;
    absl::StatusOr<Sites> next = ReadSites(context);
    if (next.ok()) {
      watcher.Show(*std::move(next));
    } else if (reachable) {
      Note(context, ErrorText(next.status()));
    }
    reachable = next.ok();
  }
  return watcher.any();
}

}  // namespace cis
