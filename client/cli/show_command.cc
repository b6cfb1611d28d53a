// SPDX-License-Identifier: Apache-2.0

// One resource, found by any of its names.

#include <google/protobuf/field_mask.pb.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/answer/details.h"
#include "client/answer/explain.h"
#include "client/answer/place_text.h"
#include "client/cli/commands.h"
#include "client/cli/requests.h"
#include "client/format/csv.h"
#include "client/format/list_writer.h"
#include "client/format/proto_json.h"
#include "client/format/yaml.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// More results of one noun do not help to answer "which one?".
constexpr int64_t kMaxCandidates = 200;

// A resource with the name.
struct Found {
  std::string kind;  // `flavor`
  std::string name;
  std::string site;
  std::string vo;
  std::string title;
  std::string upstream_id;
  std::shared_ptr<google::protobuf::Message> message;
};

template <typename T>
Found MakeFound(const T& item) {
  Found found;
  found.kind = absl::AsciiStrToLower(T::descriptor()->name());
  found.name = item.name();
  if constexpr (Noun<T>::kHasParent) found.site = item.site_name();
  if constexpr (std::is_same_v<T, v1::Share> || std::is_same_v<T, v1::Network>) {
    found.vo = item.vo();
  }
  if constexpr (std::is_same_v<T, v1::Share>) {
    found.title = item.project_name();
    found.upstream_id = item.project_id();
  } else if constexpr (std::is_same_v<T, v1::Endpoint>) {
    found.title = item.keystone_url();
  } else if constexpr (!std::is_same_v<T, v1::Crawl>) {
    found.title = item.display_name();
  }
  if constexpr (std::is_same_v<T, v1::Flavor> || std::is_same_v<T, v1::Image> ||
                std::is_same_v<T, v1::Network>) {
    found.upstream_id = item.upstream_id();
  }
  found.message = std::make_shared<T>(item);
  return found;
}

template <typename T>
absl::Status GetOne(const CommandContext& context, std::vector<Found>* found) {
  CIS_ASSIGN_OR_RETURN(const T item, context.client.Get<T>(context.options.show_name));
  found->push_back(MakeFound(item));
  return absl::OkStatus();
}

// Gets `sites/...`, `vos/...` or `crawls/...`. Returns INVALID_ARGUMENT for other forms.
absl::Status GetByName(const CommandContext& context, std::vector<Found>* found) {
  const std::vector<std::string> parts = absl::StrSplit(context.options.show_name, '/');
  const std::string& collection = parts[parts.size() >= 3 ? 2 : 0];
  if (collection == "vos") return GetOne<v1::Vo>(context, found);
  if (collection == "crawls") return GetOne<v1::Crawl>(context, found);
  if (collection == "endpoints") return GetOne<v1::Endpoint>(context, found);
  if (collection == "shares") return GetOne<v1::Share>(context, found);
  if (collection == "flavors") return GetOne<v1::Flavor>(context, found);
  if (collection == "images") return GetOne<v1::Image>(context, found);
  if (collection == "networks") return GetOne<v1::Network>(context, found);
  return GetOne<v1::Site>(context, found);
}

// Adds the resources with `text` in one of `fields`.
template <typename T>
absl::Status Search(const CommandContext& context, const std::vector<absl::string_view>& fields,
                    std::vector<Found>* found) {
  ListOptions options;
  std::vector<std::string> terms;
  for (const absl::string_view field : fields) {
    terms.push_back(absl::StrCat(field, " = ", QuoteFilterValue(context.options.show_name)));
  }
  options.filter = absl::StrJoin(terms, " OR ");
  options.show_inactive = true;
  options.limit = kMaxCandidates;
  CIS_ASSIGN_OR_RETURN(auto request, MakeListRequest<T>(options, Format::kTable));
  const auto add = [found](const T& item) {
    found->push_back(MakeFound(item));
    return true;
  };
  return context.client.List<T>(std::move(request), kMaxCandidates, add).status();
}

absl::Status FindByText(const CommandContext& context, std::vector<Found>* found) {
  CIS_RETURN_IF_ERROR(Search<v1::Site>(context, {"display_name"}, found));
  CIS_RETURN_IF_ERROR(Search<v1::Vo>(context, {"display_name"}, found));
  CIS_RETURN_IF_ERROR(Search<v1::Endpoint>(context, {"keystone_url"}, found));
  CIS_RETURN_IF_ERROR(Search<v1::Share>(context, {"project_id"}, found));
  CIS_RETURN_IF_ERROR(Search<v1::Flavor>(context, {"display_name", "upstream_id"}, found));
  CIS_RETURN_IF_ERROR(Search<v1::Image>(context, {"display_name", "upstream_id"}, found));
  return Search<v1::Network>(context, {"display_name", "upstream_id"}, found);
}

void WriteCandidates(const CommandContext& context, const std::vector<Found>& found) {
  Table table({{"KIND"},
               {"SITE", Align::kLeft, 12, Cut::kEnd, true},
               {"VO", Align::kLeft, 12, Cut::kEnd, true},
               {"DISPLAY NAME", Align::kLeft, 12},
               {"NAME"}});
  for (const Found& f : found) table.AddRow({{f.kind}, {f.site}, {f.vo}, {f.title}, {f.name}});
  context.out << table.Format(StyleFor(context));
  Note(context, absl::StrCat(found.size(), " resources are named \"", context.options.show_name,
                             "\"; cisquery show NAME shows one of them."));
}

// CSV has one header: all rows must be of one kind.
absl::Status CheckOneKind(const std::vector<Found>& found) {
  std::set<std::string> kinds;
  for (const Found& f : found) kinds.insert(f.kind);
  if (kinds.size() <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "resources of several kinds have this name (", absl::StrJoin(kinds, ", "),
      "), and CSV has only one header line; write a resource name, or another format with -o"));
}

// --explain: for people, or as JSON or YAML; one line per resource as ndjson.
absl::StatusOr<bool> WriteExplanations(const CommandContext& context,
                                       const std::vector<Found>& found) {
  const Format format = context.options.format;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const Found& one : found) {
    if (!IsExplainable(*one.message)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", context.options.show_name, "\" is the name of a ", one.kind,
                       "; --explain works only for flavors, images and networks"));
    }
    all.push_back(ExplanationJson(*one.message));
  }
  switch (format) {
    case Format::kTable:
    case Format::kWide:
      context.out << ExplanationText(*found[0].message, StyleFor(context));
      return true;
    case Format::kJson:
      context.out << DumpJson(all, 2) << "\n";
      return true;
    case Format::kNdjson:
      for (const auto& one : all) context.out << DumpJson(one, -1) << "\n";
      return true;
    case Format::kYaml:
      context.out << FormatYaml(all);
      return true;
    default:
      return absl::InvalidArgumentError(
          "--explain has no such format; write table, json, ndjson or yaml after -o");
  }
}

// Returns one placement as `cisquery place` shows it.
std::string PlacementTable(const CommandContext& context, const v1::Placement& placement) {
  const bool wide = context.options.format == Format::kWide;
  const RowKeys keys;
  Table table(PlacementColumns(wide, keys));
  table.AddRow(PlacementCells(placement, wide, keys), wide && placement.groups().empty()
                                                          ? std::vector<Cell>()
                                                          : PlacementLines(placement));
  return table.Format(StyleFor(context));
}

// Shows whether a placement is still valid; the reasons if not.
absl::StatusOr<bool> ShowPlacement(const CommandContext& context) {
  v1::GetPlacementRequest request;
  request.set_name(context.options.show_name);
  CIS_ASSIGN_OR_RETURN(const v1::GetPlacementResponse response,
                       context.client.GetPlacement(request));
  const bool holds = response.has_placement();
  switch (context.options.format) {
    case Format::kJson:
      context.out << DumpJson(MessageToJson(response), 2) << "\n";
      break;
    case Format::kNdjson:
      context.out << DumpJson(MessageToJson(response), -1) << "\n";
      break;
    case Format::kYaml:
      context.out << FormatYaml(MessageToJson(response));
      break;
    case Format::kTable:
    case Format::kWide:
      if (holds) context.out << PlacementTable(context, response.placement());
      break;
    default:
      return absl::InvalidArgumentError(
          "a placement is shown as table, wide, json, ndjson or yaml; choose one with -o");
  }
  Note(context, holds ? "The placement still holds." : "The placement no longer holds.");
  for (const v1::Reason& reason : response.reasons()) Note(context, reason.message());
  return holds;
}

}  // namespace

absl::StatusOr<bool> RunShow(const CommandContext& context) {
  const std::string& wanted = context.options.show_name;
  const Format format = context.options.format;
  if (absl::StartsWith(wanted, "placements/")) return ShowPlacement(context);
  const bool is_name = absl::StartsWith(wanted, "sites/") || absl::StartsWith(wanted, "vos/") ||
                       absl::StartsWith(wanted, "crawls/");
  std::vector<Found> found;
  if (is_name) {
    const absl::Status status = GetByName(context, &found);
    if (absl::IsNotFound(status)) {
      Note(context, status.message());
      return false;
    }
    CIS_RETURN_IF_ERROR(status);
  } else {
    CIS_RETURN_IF_ERROR(FindByText(context, &found));
  }
  if (found.empty()) {
    Note(context, absl::StrCat("No resource is named \"", wanted,
                               "\": no site, VO, Keystone URL, project id, flavor, image or "
                               "network has this name or id. A * at either end matches any text."));
  }
  const bool is_table = format == Format::kTable || format == Format::kWide;
  if (context.options.show_explain && !found.empty() && (found.size() == 1 || !is_table)) {
    return WriteExplanations(context, found);
  }
  if (is_table && !found.empty()) {
    if (found.size() > 1) {
      WriteCandidates(context, found);
    } else {
      context.out << DetailsText(*found[0].message, StyleFor(context), context.clock.Now());
    }
    return true;
  }
  if (is_name && !found.empty() && (format == Format::kJson || format == Format::kYaml)) {
    const nlohmann::ordered_json json = MessageToJson(*found[0].message);
    context.out << (format == Format::kJson ? DumpJson(json, 2) + "\n" : FormatYaml(json));
    return true;
  }
  if (format == Format::kCsv) {
    CIS_RETURN_IF_ERROR(CheckOneKind(found));
    if (found.empty()) return false;
  }
  std::vector<CsvColumn> csv;
  ListWriter::Heads heads;
  if (!found.empty()) csv = CsvColumnsOf(*found[0].message->GetDescriptor(), {});
  for (const CsvColumn& column : csv) heads.csv.push_back(column.head);
  ListWriter writer(format, std::move(heads), StyleFor(context), context.out);
  for (const Found& f : found) {
    writer.Add({f.name, [&] { return MessageToJson(*f.message); },
                [&] { return CsvCells(*f.message, csv); }, [] { return std::vector<Cell>(); }});
  }
  writer.End();
  return !found.empty();
}

}  // namespace cis::client
