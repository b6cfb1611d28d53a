// SPDX-License-Identifier: Apache-2.0

// Lists of one noun.

#include <google/protobuf/field_mask.pb.h>

#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "client/answer/columns.h"
#include "client/cli/commands.h"
#include "client/cli/requests.h"
#include "client/format/csv.h"
#include "client/format/list_writer.h"
#include "client/format/proto_json.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// Returns the first few names and the number of further ones.
std::string FirstOf(const std::vector<std::string>& names) {
  constexpr size_t kShown = 5;
  if (names.size() <= kShown) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(absl::MakeConstSpan(names).subspan(0, kShown), ", "), " and ",
                      names.size() - kShown, " more");
}

// Returns the VOs that have a share at one of `sites`. The API only lists VOs of all sites.
absl::StatusOr<std::set<std::string>> VosAt(const CommandContext& context,
                                            const std::vector<std::string>& sites) {
  ListOptions options;
  options.sites = sites;
  CIS_ASSIGN_OR_RETURN(v1::ListSitesRequest request,
                       MakeListRequest<v1::Site>(options, Format::kTable));
  SetAsOf(context, &request);
  request.mutable_read_mask()->add_paths("vos");
  std::set<std::string> vos;
  const auto add = [&vos](const v1::Site& site) {
    vos.insert(site.vos().begin(), site.vos().end());
    return true;
  };
  CIS_RETURN_IF_ERROR(context.client.List<v1::Site>(std::move(request), 0, add).status());
  return vos;
}

// Notes which of the given names do not exist: a misspelling is the usual reason for an empty
// answer.
template <typename T>
void NoteUnknownNames(const CommandContext& context, absl::string_view noun,
                      const std::vector<std::string>& wanted) {
  if (wanted.empty() || context.options.quiet) return;
  typename Noun<T>::ListRequest request;
  request.set_page_size(1000);
  SetAsOf(context, &request);
  request.mutable_read_mask()->add_paths("display_name");
  request.mutable_read_mask()->add_paths("name");
  std::vector<std::string> known;
  std::set<std::string> folded;
  const auto add = [&](const T& item) {
    known.push_back(item.display_name());
    folded.insert(absl::AsciiStrToLower(item.display_name()));
    folded.insert(item.name());
    return true;
  };
  // Only a hint: if the names cannot be read, the answer is the same.
  if (!context.client.List<T>(std::move(request), 0, add).ok()) return;
  for (const std::string& name : wanted) {
    if (folded.contains(absl::AsciiStrToLower(name)) || absl::StrContains(name, "*")) continue;
    const std::vector<std::string> nearest = NearestNames(name, known, 1);
    Note(context,
         absl::StrCat("There is no ", noun, " \"", name, "\"",
                      nearest.empty() ? "." : absl::StrCat("; did you mean ", nearest[0], "?")));
  }
}

template <typename T>
absl::StatusOr<bool> ListNoun(const CommandContext& context) {
  const Options& options = context.options;
  CIS_ASSIGN_OR_RETURN(auto request, MakeListRequest<T>(options.list, options.format));
  SetAsOf(context, &request);
  const bool wide = options.format == Format::kWide;
  const google::protobuf::FieldMask mask = request.read_mask();
  const std::vector<CsvColumn> csv = CsvColumnsOf(*T::descriptor(), mask);
  // With --fields a table shows those fields as they are.
  const bool plain_fields = !options.list.fields.empty();
  ListWriter::Heads heads;
  for (const CsvColumn& column : csv) {
    heads.csv.push_back(column.head);
    if (plain_fields) heads.table.push_back({column.head, Align::kLeft, wide ? 0u : 16u});
  }
  if (!plain_fields) heads.table = TableColumnsOf<T>(wide);

  std::set<std::string> vos;
  if constexpr (std::is_same_v<T, v1::Vo>) {
    if (!options.list.sites.empty()) {
      CIS_ASSIGN_OR_RETURN(vos, VosAt(context, options.list.sites));
    }
    // The names are needed to select the requested items.
    if (!mask.paths().empty()) request.mutable_read_mask()->add_paths("display_name");
  }
  const absl::Time now = context.clock.Now();
  const int64_t limit = options.list.limit;
  const TableStyle style = StyleFor(context);
  ListWriter writer(options.format, std::move(heads), style, context.out);
  const auto add = [&](const T& item) {
    if constexpr (std::is_same_v<T, v1::Vo>) {
      if (!options.list.sites.empty() && vos.count(item.display_name()) == 0) return true;
    }
    writer.Add({item.name(), [&] { return MessageToJson(item, mask); },
                [&] { return CsvCells(item, csv); },
                [&] {
                  if (!plain_fields) return CellsOf(item, wide, now);
                  std::vector<Cell> cells;
                  for (std::string& text : CsvCells(item, csv)) {
                    cells.push_back({std::move(text), Tone::kPlain});
                  }
                  return cells;
                },
                [&] {
                  if (plain_fields || wide) return std::vector<Cell>{};
                  return LinesBelow(item, style.max_width);
                }});
    return limit == 0 || writer.count() < limit;
  };
  CIS_ASSIGN_OR_RETURN(const ListInfo info, context.client.List<T>(std::move(request), 0, add));
  if (writer.End()) Note(context, "Long names are cut; -o wide shows them whole.");
  if (!info.unreachable.empty()) {
    Note(context, absl::StrCat("Sites without any usable data: ", FirstOf(info.unreachable)));
  }
  const bool filtered_here = std::is_same_v<T, v1::Vo> && !options.list.sites.empty();
  if (limit > 0 && info.total_count > writer.count() && !filtered_here &&
      options.list.page_token.empty()) {
    Note(context, absl::StrCat(info.total_count - writer.count(), " more; --limit 0 shows all."));
  }
  if (writer.count() == 0) {
    Note(context, absl::StrCat("No ", Noun<T>::kCollection, " match."));
    NoteUnknownNames<v1::Site>(context, "site", options.list.sites);
    NoteUnknownNames<v1::Vo>(context, "VO", options.list.vos);
  }
  return writer.count() > 0;
}

// The registry's lists have no VO.
absl::StatusOr<bool> RunSites(const CommandContext& context) {
  const ListOptions& list = context.options.list;
  if (list.problems) return ListNoun<v1::SiteProblem>(context);
  if (list.offers) return ListNoun<v1::Offer>(context);
  return ListNoun<v1::Site>(context);
}

}  // namespace

absl::StatusOr<bool> RunList(const CommandContext& context) {
  switch (context.options.command) {
    case Command::kSites:
      return RunSites(context);
    case Command::kEndpoints:
      return ListNoun<v1::Endpoint>(context);
    case Command::kVos:
      return ListNoun<v1::Vo>(context);
    case Command::kShares:
      return ListNoun<v1::Share>(context);
    case Command::kFlavors:
      return ListNoun<v1::Flavor>(context);
    case Command::kImages:
      return ListNoun<v1::Image>(context);
    case Command::kNetworks:
      return ListNoun<v1::Network>(context);
    case Command::kCrawls:
      return ListNoun<v1::Crawl>(context);
    default:
      return absl::InternalError("this command lists nothing");
  }
}

}  // namespace cis::client
