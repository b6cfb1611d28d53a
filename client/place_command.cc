// Placements.

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/commands.h"
#include "client/csv.h"
#include "client/handover.h"
#include "client/list_writer.h"
#include "client/place_text.h"
#include "client/proto_json.h"
#include "client/requests.h"
#include "client/why_not_text.h"
#include "client/yaml.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

// Reasons of refused shares when something fits, and when nothing does: one screen either way.
constexpr size_t kReasonLines = 10;
constexpr size_t kReasonLinesIfNone = 18;

bool IsDocument(Format format) { return format == Format::kJson || format == Format::kYaml; }

// The placements as rows. Returns whether a cell was cut.
bool WriteRows(const CommandContext& context, const v1::FindPlacementsResponse& response) {
  const bool wide = context.options.format == Format::kWide;
  const RowKeys keys = RowKeysOf(response);
  const std::vector<CsvColumn> csv = CsvColumnsOf(*v1::Placement::descriptor(), {});
  ListWriter::Heads heads{PlacementColumns(wide, keys), {}};
  for (const CsvColumn& column : csv) heads.csv.push_back(column.head);
  ListWriter writer(context.options.format, std::move(heads), StyleFor(context), context.out);
  for (const v1::Placement& placement : response.placements()) {
    writer.Add({PlacementName(placement), [&] { return MessageToJson(placement); },
                [&] { return CsvCells(placement, csv); },
                [&] { return PlacementCells(placement, wide, keys); },
                [&] { return wide ? std::vector<Cell>{} : PlacementLines(placement); }});
  }
  return writer.End();
}

void WriteNotes(const CommandContext& context, const v1::FindPlacementsResponse& response) {
  const bool none = response.placements().empty();
  Note(context, SummarySentence(response, context.clock.Now()));
  for (const std::string& line : ReasonLines(response, none ? kReasonLinesIfNone : kReasonLines)) {
    Note(context, line);
  }
  for (const std::string& note : response.notes()) Note(context, note);
}

// What is worth knowing of single placements, each sentence once: for a client that names an image
// or a kind of GPU, which may be found where nothing else is offered.
void WritePlacementNotes(const CommandContext& context,
                         const v1::FindPlacementsResponse& response) {
  constexpr size_t kMaxNotes = 5;
  const v1::FindPlacementsRequest& request = response.interpreted_request();
  if (request.image().image().empty() && request.machine().gpu_kind().empty()) return;
  std::vector<std::string> told;
  for (const v1::Placement& placement : response.placements()) {
    for (const std::string& note : placement.notes()) {
      if (told.size() == kMaxNotes) return;
      if (std::find(told.begin(), told.end(), note) != told.end()) continue;
      told.push_back(note);
      Note(context, absl::StrCat(placement.site_name(), ": ", note));
    }
  }
}

// Hands the wanted placement to another tool. Returns INVALID_ARGUMENT if there are fewer.
absl::StatusOr<bool> HandOver(const CommandContext& context,
                              const v1::FindPlacementsResponse& response) {
  const int64_t pick = context.options.place.pick;
  if (response.placements().empty()) {
    WriteNotes(context, response);
    return false;
  }
  if (response.placements_size() < pick) {
    return absl::InvalidArgumentError(
        absl::StrCat("--pick ", pick, ": there are only ", response.total_size(), " placements"));
  }
  const v1::Placement& placement = response.placements(static_cast<int>(pick - 1));
  CIS_ASSIGN_OR_RETURN(
      const std::string text,
      FormatHandover(placement, response.interpreted_request(), context.options.format));
  context.out << text;
  Note(context, SummarySentence(response, context.clock.Now()));
  Note(context, absl::StrCat("This is number ", pick, " of ", response.total_size(), ": ",
                             placement.site_name(), ", ", placement.flavor().display_name(), ", ",
                             placement.image().display_name(), ", ",
                             NetworkPlanText(placement.network()), "."));
  for (const std::string& note : placement.notes()) Note(context, note);
  return true;
}

}  // namespace

absl::StatusOr<bool> RunPlace(const CommandContext& context) {
  const Options& options = context.options;
  PlaceOptions asked = options.place;
  if (IsHandover(options.format)) asked.limit = asked.pick;
  v1::FindPlacementsRequest request = MakePlaceRequest(asked);
  SetAsOf(context, request);
  CIS_ASSIGN_OR_RETURN(const v1::FindPlacementsResponse response,
                       context.client.FindPlacements(std::move(request), PlacementLimit(asked)));
  if (IsHandover(options.format)) return HandOver(context, response);
  const bool any = !response.placements().empty();
  if (IsDocument(options.format)) {
    const nlohmann::ordered_json json = MessageToJson(response);
    context.out << (options.format == Format::kJson ? DumpJson(json, 2) + "\n" : FormatYaml(json));
    // The document has the reasons; who sees nothing that fits wants to read them all the same.
    if (!any) WriteNotes(context, response);
    return any;
  }
  const bool cut = WriteRows(context, response);
  const bool table = options.format == Format::kTable || options.format == Format::kWide;
  if (options.place.explain && table) {
    if (any) context.out << "\n";
    context.out << ExplainText(response, StyleFor(context), context.clock.Now());
    Note(context, SummarySentence(response, context.clock.Now()));
    for (const std::string& line : HintLines(response)) Note(context, line);
    for (const std::string& note : response.notes()) Note(context, note);
  } else {
    WriteNotes(context, response);
  }
  if (table) WritePlacementNotes(context, response);
  if (cut) Note(context, "Long names are cut; -o wide shows them whole.");
  if (options.place.page_token.empty() && response.total_size() > response.placements_size()) {
    Note(context, absl::StrCat(response.total_size() - response.placements_size(),
                               " more; --limit 0 shows all."));
  }
  return any;
}

}  // namespace cis
