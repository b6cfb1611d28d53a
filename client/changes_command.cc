// What appeared and what vanished.

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/list_writer.h"
#include "client/requests.h"
#include "client/words.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

struct Change {
  absl::Time time;
  bool vanished = false;
  std::string kind;  // `flavor`, `image`, `network`
  std::string site_name;
  std::string display_name;
  std::string upstream_id;
  std::string name;
};

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

template <typename T>
absl::Status AddChanges(const CommandContext& context, absl::Time since,
                        std::vector<Change>& changes) {
  ListOptions options = context.options.list;
  options.show_inactive = true;
  const std::string time = QuoteFilterValue(TimeText(since));
  options.filter = absl::StrCat("first_seen_time >= ", time,
                                " OR (active = false AND last_seen_time >= ", time, ")");
  options.fields = {"name",   "display_name",    "upstream_id",   "site_name",
                    "active", "first_seen_time", "last_seen_time"};
  CIS_ASSIGN_OR_RETURN(auto request, MakeListRequest<T>(options, Format::kTable));
  const auto add = [&](const T& item) {
    Change change;
    change.kind = absl::AsciiStrToLower(T::descriptor()->name());
    change.site_name = item.site_name();
    change.display_name = item.display_name();
    change.upstream_id = item.upstream_id();
    change.name = item.name();
    if (item.has_first_seen_time() && ToTime(item.first_seen_time()) >= since) {
      change.time = ToTime(item.first_seen_time());
      changes.push_back(change);
    }
    if (!item.active() && item.has_last_seen_time() && ToTime(item.last_seen_time()) >= since) {
      change.time = ToTime(item.last_seen_time());
      change.vanished = true;
      changes.push_back(change);
    }
    return true;
  };
  return context.client.List<T>(std::move(request), 0, add).status();
}

Record RecordOf(const Change& c) {
  const std::string what = c.vanished ? "vanished" : "appeared";
  return {c.name,
          [&c, what] {
            return nlohmann::ordered_json{{"time", TimeText(c.time)},
                                          {"change", what},
                                          {"kind", c.kind},
                                          {"site_name", c.site_name},
                                          {"display_name", c.display_name},
                                          {"upstream_id", c.upstream_id},
                                          {"name", c.name}};
          },
          [&c, what] {
            return std::vector<std::string>{TimeText(c.time), what,          c.kind, c.site_name,
                                            c.display_name,   c.upstream_id, c.name};
          },
          [&c, what] {
            return std::vector<Cell>{{FormatMinute(c.time)},
                                     {what, c.vanished ? Tone::kWarning : Tone::kGood},
                                     {c.kind},
                                     {c.site_name},
                                     {c.display_name.empty() ? c.upstream_id : c.display_name},
                                     {c.upstream_id},
                                     {c.name}};
          }};
}

}  // namespace

absl::StatusOr<bool> RunChanges(const CommandContext& context) {
  const absl::Time since = context.clock.Now() - context.options.since;
  std::vector<Change> changes;
  CIS_RETURN_IF_ERROR(AddChanges<v1::Flavor>(context, since, changes));
  CIS_RETURN_IF_ERROR(AddChanges<v1::Image>(context, since, changes));
  CIS_RETURN_IF_ERROR(AddChanges<v1::Network>(context, since, changes));
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    if (a.time != b.time) return a.time > b.time;
    return std::tie(a.name, a.vanished) < std::tie(b.name, b.vanished);
  });
  ListWriter::Heads heads;
  heads.csv = {"time", "change", "kind", "site_name", "display_name", "upstream_id", "name"};
  heads.table = {
      {"TIME"}, {"CHANGE"}, {"KIND"}, {"SITE", Align::kLeft, 16}, {"CALLED", Align::kLeft, 20}};
  if (context.options.format == Format::kWide) {
    heads.table.insert(heads.table.end(), {{"ID"}, {"NAME"}});
  }
  ListWriter writer(context.options.format, std::move(heads), StyleFor(context), context.out);
  for (const Change& change : changes) writer.Add(RecordOf(change));
  if (writer.End()) Note(context, "Long names are cut; -o wide shows them whole.");
  if (changes.empty()) {
    Note(context, absl::StrCat("Nothing appeared or vanished since ", FormatMinute(since), "."));
  } else {
    Note(context, "What vanished was last seen at that time. A first crawl makes all appear.");
  }
  return !changes.empty();
}

}  // namespace cis
