// SPDX-License-Identifier: Apache-2.0

// What changed between crawls, from the journal.

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/answer/change_text.h"
#include "client/cli/commands.h"
#include "client/cli/requests.h"
#include "client/format/csv.h"
#include "client/format/list_writer.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

Tone ToneOf(v1::ChangeEvent event) {
  switch (event) {
    case v1::CHANGE_EVENT_GONE:
    case v1::CHANGE_EVENT_UNCONFIGURED:
    case v1::CHANGE_EVENT_FAILING:
      return Tone::kWarning;
    case v1::CHANGE_EVENT_APPEARED:
    case v1::CHANGE_EVENT_CONFIGURED:
    case v1::CHANGE_EVENT_RECOVERED:
      return Tone::kGood;
    default:
      return Tone::kPlain;
  }
}

std::vector<Cell> Cells(const v1::Change& change, bool wide) {
  std::vector<Cell> cells = {{FormatMinute(ToTime(change.time()))},
                             {EnumWord(change.kind())},
                             {EnumWord(change.event()), ToneOf(change.event())},
                             {change.site_name()},
                             {change.vo()},
                             {ChangedThing(change)},
                             {ChangeDetail(change)}};
  if (wide) {
    cells.push_back({change.upstream_id()});
    cells.push_back({EnumWord(change.cause())});
    cells.push_back({change.resource()});
    cells.push_back({change.name()});
  }
  return cells;
}

ListWriter::Heads HeadsOf(bool wide, const std::vector<CsvColumn>& csv) {
  ListWriter::Heads heads;
  for (const CsvColumn& column : csv) heads.csv.push_back(column.head);
  heads.table = {{"TIME"},
                 {"KIND"},
                 {"EVENT"},
                 {"SITE", Align::kLeft, 12},
                 {"VO", Align::kLeft, 8},
                 {"DISPLAY NAME", Align::kLeft, 16},
                 {"DETAIL", Align::kLeft, 20}};
  if (wide) {
    heads.table.insert(heads.table.end(), {{"ID"}, {"CAUSE"}, {"RESOURCE"}, {"NAME"}});
  }
  return heads;
}

}  // namespace

absl::StatusOr<bool> RunChanges(const CommandContext& context) {
  const Options& options = context.options;
  const bool wide = options.format == Format::kWide;
  const absl::Time now = context.clock.Now();
  const absl::Time since = TimeOf(options.since, now);
  CIS_ASSIGN_OR_RETURN(const v1::ListChangesRequest request, MakeChangesRequest(options, now));
  const std::vector<CsvColumn> csv = CsvColumnsOf(*v1::Change::descriptor(), {});
  ListWriter writer(options.format, HeadsOf(wide, csv), StyleFor(context), context.out);
  CIS_ASSIGN_OR_RETURN(
      const ChangesInfo info,
      context.client.ListChanges(request, options.list.limit, [&](const v1::Change& change) {
        writer.Add({change.name(), [&] { return MessageToJson(change); },
                    [&] { return CsvCells(change, csv); }, [&] { return Cells(change, wide); }});
        return true;
      }));
  if (writer.End()) Note(context, "Long names are cut; -o wide shows them whole.");
  if (writer.count() == 0) {
    Note(context, absl::StrCat("Nothing changed since ", FormatMinute(since), "."));
  }
  if (info.has_more) Note(context, "There are more; --limit 0 shows all.");
  if (info.oldest_time > since) {
    Note(context, info.oldest_time == absl::InfiniteFuture()
                      ? "The journal is empty: nothing was crawled with this version yet."
                      : absl::StrCat("The journal begins at ", FormatMinute(info.oldest_time),
                                     "; earlier changes are not kept."));
  }
  return writer.count() > 0;
}

}  // namespace cis::client
