#pragma once

// Why CIS reports a flavor, image or network as it does: each fact with its evidence, and what the
// site could publish to change it.

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/format/table.h"

namespace cis::client {

// One piece of evidence for a fact.
struct FactSource {
  // The strength of the evidence: A asserted by an operator or the image's publisher, B observed
  // (addresses, resources), C reported by the API in its own terms, D inferred from relations and
  // tables, E read from names and free texts.
  char level = 'E';
  std::string source;  // `property:os_distro`
  std::string value;
};

struct ExplainedFact {
  std::string field;
  std::string value;       // empty = not known
  std::string confidence;  // `strong`; empty for a fact that needs none
  std::vector<FactSource> sources;
  std::string change;  // what would change it: text, or a command for the site's administrator
};

// Returns the level of a source by its name in the rules.
char EvidenceLevel(absl::string_view source);

// Returns true for flavors, images and networks.
bool IsExplainable(const google::protobuf::Message& message);

// Returns the facts of such a message that are inferred, or that could be published better, in the
// order of its fields.
std::vector<ExplainedFact> Explain(const google::protobuf::Message& message);

// Returns the facts for people. Texts of the site are cleaned.
std::string ExplanationText(const google::protobuf::Message& message, const TableStyle& style);
// Returns {"name", "facts": [{"field", "value", "confidence", "evidence": [...], "change"}],
// "warnings"}.
nlohmann::ordered_json ExplanationJson(const google::protobuf::Message& message);

}  // namespace cis::client
