// SPDX-License-Identifier: Apache-2.0

// Placements.

#include <google/protobuf/field_mask.pb.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/answer/place_text.h"
#include "client/answer/why_not_text.h"
#include "client/cli/commands.h"
#include "client/cli/query_file.h"
#include "client/cli/requests.h"
#include "client/format/csv.h"
#include "client/format/list_writer.h"
#include "client/format/proto_json.h"
#include "client/format/yaml.h"
#include "client/handover/handover.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

// Lines of reasons for rejected shares, whether or not something fits: the answer fits one screen.
constexpr size_t kReasonLines = 10;
constexpr size_t kReasonLinesIfNone = 18;

constexpr int32_t kVerdictsOnPage = 1000;

bool IsDocument(Format format) { return format == Format::kJson || format == Format::kYaml; }

// The placements as rows. Returns whether a cell was cut.
bool WriteRows(const CommandContext& context, const PlaceAnswer& answer) {
  const bool wide = context.options.format == Format::kWide;
  const RowKeys keys = RowKeysOf(answer);
  const std::vector<CsvColumn> csv = CsvColumnsOf(*v1::Placement::descriptor(), {});
  ListWriter::Heads heads{PlacementColumns(wide, keys), {}};
  for (const CsvColumn& column : csv) heads.csv.push_back(column.head);
  ListWriter writer(context.options.format, std::move(heads), StyleFor(context), context.out);
  for (const v1::Placement& placement : answer.found.placements()) {
    writer.Add({PlacementName(placement), [&] { return MessageToJson(placement); },
                [&] { return CsvCells(placement, csv); },
                [&] { return PlacementCells(placement, wide, keys); },
                [&] {
                  const bool has_lines = !wide || !placement.groups().empty();
                  return has_lines ? PlacementLines(placement) : std::vector<Cell>{};
                }});
  }
  return writer.End();
}

void WriteWarnings(const CommandContext& context, const v1::FindPlacementsResponse& found) {
  for (const v1::Warning& warning : found.warnings()) Note(context, warning.message());
}

void WriteNotes(const CommandContext& context, const PlaceAnswer& answer) {
  const bool none = answer.found.placements().empty();
  Note(context, SummarySentence(answer.found, context.clock.Now()));
  for (const std::string& line : ReasonLines(answer, none ? kReasonLinesIfNone : kReasonLines)) {
    Note(context, line);
  }
  WriteWarnings(context, answer.found);
}

// Prints notes on single placements, each sentence once: for a query that names an image or a kind
// of GPU, which may be found although it is not offered otherwise.
void WritePlacementNotes(const CommandContext& context, const v1::FindPlacementsResponse& found) {
  constexpr size_t kMaxNotes = 5;
  const v1::PlacementQuery& query = found.query();
  if (query.image().image().empty() && query.machine().gpu_kind() == v1::GPU_KIND_UNSPECIFIED) {
    return;
  }
  std::vector<std::string> told;
  for (const v1::Placement& placement : found.placements()) {
    for (const std::string& note : placement.notes()) {
      if (told.size() == kMaxNotes) return;
      if (std::find(told.begin(), told.end(), note) != told.end()) continue;
      told.push_back(note);
      Note(context, absl::StrCat(placement.site_name(), ": ", note));
    }
  }
}

// Hands the requested placement over to another tool. Returns INVALID_ARGUMENT if there are fewer.
absl::StatusOr<bool> HandOver(const CommandContext& context, const PlaceAnswer& answer) {
  const v1::FindPlacementsResponse& found = answer.found;
  const int64_t pick = context.options.place.pick;
  if (found.placements().empty()) {
    WriteNotes(context, answer);
    return false;
  }
  if (found.placements_size() < pick) {
    return absl::InvalidArgumentError(
        absl::StrCat("--pick ", pick, ": there are only ", found.total_size(), " placements"));
  }
  const v1::Placement& placement = found.placements(static_cast<int>(pick - 1));
  CIS_ASSIGN_OR_RETURN(const std::string text,
                       FormatHandover(placement, found.query(), context.options.format));
  context.out << text;
  Note(context, SummarySentence(found, context.clock.Now()));
  Note(context, absl::StrCat("This is placement ", pick, " of ", found.total_size(), ": ",
                             placement.site_name(), ", ", MachinesText(placement), "."));
  for (const std::string& note : placement.notes()) Note(context, note);
  return true;
}

// The document: the response of FindPlacements, and with `--explain` what ExplainPlacements adds.
nlohmann::ordered_json DocumentOf(const PlaceAnswer& answer, bool explains) {
  nlohmann::ordered_json json = MessageToJson(answer.found);
  if (!explains) return json;
  const nlohmann::ordered_json explained = MessageToJson(answer.explained);
  for (const char* field : {"verdicts", "relaxations", "suggestions"}) {
    json[field] = explained.at(field);
  }
  return json;
}

// Whether to show reasons next to the placements that were found.
bool WantsReasons(const Options& options, bool any) {
  if (options.place.explain) return true;
  if (options.quiet) return false;
  return !any || (!IsDocument(options.format) && !IsHandover(options.format));
}

// Returns the resource name for `--like SITE/FLAVOR`: a flavor by its name or id. Returns
// NOT_FOUND, or INVALID_ARGUMENT if several have the name.
absl::StatusOr<std::string> FlavorNamed(const CommandContext& context, const std::string& text) {
  if (absl::StrContains(text, "/flavors/")) return text;
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('/', 1));
  if (parts.first.empty() || parts.second.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--like: \"", text, "\" is not understood; write SITE/FLAVOR, for example CESGA/m1.large"));
  }
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  const std::string name = QuoteFilterValue(parts.second);
  request.set_filter(absl::StrCat("site_name = ", QuoteFilterValue(parts.first),
                                  " AND (display_name = ", name, " OR upstream_id = ", name, ")"));
  request.mutable_read_mask()->add_paths("name");
  SetAsOf(context, &request);
  std::vector<std::string> found;
  CIS_RETURN_IF_ERROR(context.client
                          .List<v1::Flavor>(std::move(request), 2,
                                            [&found](const v1::Flavor& flavor) {
                                              found.push_back(flavor.name());
                                              return true;
                                            })
                          .status());
  if (found.size() == 1) return found[0];
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat("--like: site ", parts.first, " has no flavor ",
                                            parts.second, "; cisquery flavors --site ", parts.first,
                                            " lists them"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--like: several flavors of ", parts.first, " are named ", parts.second,
                   "; write the resource name, as cisquery flavors -o name prints it"));
}

// Replaces `SITE/FLAVOR` of `--like` with resource names, in every kind of machine.
absl::Status ResolveLike(const CommandContext& context, v1::PlacementQuery* query) {
  const auto resolve = [&context](v1::MachineRequirements* machine) -> absl::Status {
    if (machine->like().empty()) return absl::OkStatus();
    CIS_ASSIGN_OR_RETURN(*machine->mutable_like(), FlavorNamed(context, machine->like()));
    return absl::OkStatus();
  };
  absl::Status status = resolve(query->mutable_machine());
  for (v1::MachineAlternative& alternative : *query->mutable_alternatives()) {
    if (alternative.has_machine()) status.Update(resolve(alternative.mutable_machine()));
  }
  for (v1::MachineGroup& group : *query->mutable_groups()) {
    if (group.has_machine()) status.Update(resolve(group.mutable_machine()));
  }
  return status;
}

absl::StatusOr<PlaceAnswer> Ask(const CommandContext& context, const PlaceOptions& asked) {
  PlaceAnswer answer;
  CIS_ASSIGN_OR_RETURN(v1::FindPlacementsRequest request, MakeFindRequest(asked));
  CIS_RETURN_IF_ERROR(ResolveLike(context, request.mutable_query()));
  SetAsOf(context, &request);
  v1::ExplainPlacementsRequest explain;
  *explain.mutable_query() = request.query();
  CIS_ASSIGN_OR_RETURN(answer.found,
                       context.client.FindPlacements(std::move(request), PlacementLimit(asked)));
  if (!WantsReasons(context.options, !answer.found.placements().empty())) return answer;
  explain.set_page_size(kVerdictsOnPage);
  explain.set_with_candidates(asked.explain);
  SetAsOf(context, &explain);
  CIS_ASSIGN_OR_RETURN(answer.explained, context.client.ExplainPlacements(std::move(explain)));
  return answer;
}

}  // namespace

absl::StatusOr<bool> RunPlace(const CommandContext& context) {
  const Options& options = context.options;
  PlaceOptions asked = options.place;
  if (IsHandover(options.format)) asked.limit = asked.pick;
  if (options.format == Format::kQuery) {
    CIS_ASSIGN_OR_RETURN(v1::PlacementQuery query, MakeQuery(asked));
    CIS_RETURN_IF_ERROR(ResolveLike(context, &query));
    context.out << FormatQuery(query);
    return true;
  }
  CIS_ASSIGN_OR_RETURN(const PlaceAnswer answer, Ask(context, asked));
  const v1::FindPlacementsResponse& found = answer.found;
  if (IsHandover(options.format)) return HandOver(context, answer);
  const bool any = !found.placements().empty();
  if (IsDocument(options.format)) {
    const nlohmann::ordered_json json = DocumentOf(answer, options.place.explain);
    context.out << (options.format == Format::kJson ? DumpJson(json, 2) + "\n" : FormatYaml(json));
    // If nothing fits, the reasons are the answer.
    if (!any) WriteNotes(context, answer);
    return any;
  }
  const bool cut = WriteRows(context, answer);
  const bool table = options.format == Format::kTable || options.format == Format::kWide;
  if (options.place.explain && table) {
    if (any) context.out << "\n";
    context.out << ExplainText(answer, StyleFor(context), context.clock.Now());
    Note(context, SummarySentence(found, context.clock.Now()));
    for (const std::string& line : HintLines(answer)) Note(context, line);
    WriteWarnings(context, found);
  } else {
    WriteNotes(context, answer);
  }
  if (table) WritePlacementNotes(context, found);
  if (cut) Note(context, "Long names are cut; -o wide shows them whole.");
  if (options.place.page_token.empty() && found.total_size() > found.placements_size()) {
    Note(context,
         absl::StrCat(found.total_size() - found.placements_size(), " more; --limit 0 shows all."));
  }
  return any;
}

}  // namespace cis::client
