// SPDX-License-Identifier: Apache-2.0
#include "client/answer/explain.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/inventory.pb.h"
#include "client/format/csv.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"
#include "schema/base/columns.h"
#include "schema/base/evidence_level.h"
#include "schema/base/remedy.h"

namespace cis::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::optional<RemedyNoun> NounOf(const Message& message) {
  if (message.GetDescriptor() == v1::Image::descriptor()) return RemedyNoun::kImage;
  if (message.GetDescriptor() == v1::Flavor::descriptor()) return RemedyNoun::kFlavor;
  if (message.GetDescriptor() == v1::Network::descriptor()) return RemedyNoun::kNetwork;
  return std::nullopt;
}

// Returns the text of a field that is known; empty otherwise.
std::string TextOf(const Message& message, const FieldDescriptor& field) {
  if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) return "";
  CsvColumn column;
  column.path.push_back(&field);
  return CsvCells(message, {column})[0];
}

std::string StringOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return message.GetReflection()->GetString(message, field);
}

v1::Provenance ProvenanceOf(const Message& message) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("provenance");
  v1::Provenance provenance;
  provenance.CopyFrom(message.GetReflection()->GetMessage(message, field));
  return provenance;
}

}  // namespace

bool IsExplainable(const Message& message) { return NounOf(message).has_value(); }

std::vector<ExplainedFact> Explain(const Message& message) {
  std::vector<ExplainedFact> facts;
  const std::optional<RemedyNoun> noun = NounOf(message);
  if (!noun.has_value()) return facts;
  const v1::Provenance provenance = ProvenanceOf(message);
  const std::string id = StringOf(message, "upstream_id");
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!HasRemedy(*noun, field.name())) continue;
    ExplainedFact fact;
    fact.field = field.name();
    fact.value = TextOf(message, field);
    for (const v1::Evidence& evidence : provenance.evidence()) {
      if (evidence.field() != fact.field) continue;
      fact.sources.push_back(
          {EvidenceLevel(evidence.source()), evidence.source(), evidence.value()});
    }
    std::stable_sort(fact.sources.begin(), fact.sources.end(),
                     [](const FactSource& a, const FactSource& b) { return a.level < b.level; });
    for (const v1::FieldConfidence& entry : provenance.confidences()) {
      if (entry.field() == fact.field) fact.confidence = ConfidenceText(entry.confidence());
    }
    fact.change = RemedyText(*noun, fact.field, fact.value, id);
    facts.push_back(std::move(fact));
  }
  return facts;
}

std::string ExplanationText(const Message& message, const TableStyle& style) {
  const std::vector<ExplainedFact> facts = Explain(message);
  size_t width = 0;
  for (const ExplainedFact& fact : facts) width = std::max(width, fact.field.size());
  const std::string indent(width + 2, ' ');
  std::string text = absl::StrCat(CleanText(StringOf(message, "name")), "  ",
                                  CleanText(StringOf(message, "display_name")), "\n");
  for (const ExplainedFact& fact : facts) {
    absl::StrAppend(&text, PadRight(fact.field, width), "  ",
                    fact.value.empty() ? "unknown" : CleanText(fact.value),
                    fact.confidence.empty() ? "" : absl::StrCat("  (", fact.confidence, ")"), "\n");
    for (const FactSource& source : fact.sources) {
      absl::StrAppend(&text, indent, absl::string_view(&source.level, 1), "  ",
                      CleanText(absl::StrCat(source.source, " \"", source.value, "\"")), "\n");
    }
    absl::StrAppend(&text,
                    Paint(absl::StrCat(indent, "to change: ", CleanText(fact.change)), Tone::kDim,
                          style.colour),
                    "\n");
  }
  const v1::Provenance provenance = ProvenanceOf(message);
  for (const v1::Warning& warning : provenance.warnings()) {
    absl::StrAppend(&text, "warning: ",
                    Paint(CleanText(WarningText(warning)), Tone::kWarning, style.colour), "\n");
  }
  const std::string legend =
      absl::StrCat("Evidence: ", kEvidenceLevels,
                   ". An operator of CIS can override each fact: cis-crawler --overrides.");
  constexpr size_t kLegendWidth = 99;  // keeps "E read from names" together
  for (const std::string& line : WrapText(legend, kLegendWidth, 0))
    absl::StrAppend(&text, line, "\n");
  return text;
}

nlohmann::ordered_json ExplanationJson(const Message& message) {
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  const auto or_null = [](const std::string& text) {
    return text.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(text);
  };
  for (const ExplainedFact& fact : Explain(message)) {
    nlohmann::ordered_json sources = nlohmann::ordered_json::array();
    for (const FactSource& source : fact.sources) {
      sources.push_back({{"level", std::string(1, source.level)},
                         {"source", source.source},
                         {"value", source.value}});
    }
    facts.push_back({{"field", fact.field},
                     {"value", or_null(fact.value)},
                     {"confidence", or_null(fact.confidence)},
                     {"evidence", std::move(sources)},
                     {"change", fact.change}});
  }
  nlohmann::ordered_json warnings = nlohmann::ordered_json::array();
  const v1::Provenance provenance = ProvenanceOf(message);
  for (const v1::Warning& warning : provenance.warnings()) {
    warnings.push_back({{"code", warning.code()}, {"message", warning.message()}});
  }
  return {{"name", StringOf(message, "name")},
          {"facts", std::move(facts)},
          {"warnings", std::move(warnings)}};
}

}  // namespace cis::client
