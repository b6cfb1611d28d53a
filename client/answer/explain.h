#pragma once

// Why a flavor, image or network is what CIS says it is: each fact with its evidence, and what the
// site could publish to change it.

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/format/table.h"

namespace cis::client {

// One thing that says a fact.
struct FactSource {
  // How much such a source is worth: A asserted by an operator or the image's publisher, B observed
  // (addresses, resources), C said by the API in its own terms, D inferred from relations and
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
  std::string change;  // what would change it: words, or a command for the site's administrator
};

// The level of a source as the rules name it.
char EvidenceLevel(absl::string_view source);

// True for flavors, images and networks.
bool IsExplainable(const google::protobuf::Message& message);

// The facts of such a message that are inferred, or may be published better, in its fields' order.
std::vector<ExplainedFact> Explain(const google::protobuf::Message& message);

// The facts for people. Texts of the site are cleaned.
std::string ExplanationText(const google::protobuf::Message& message, const TableStyle& style);
// {"name", "facts": [{"field", "value", "confidence", "evidence": [...], "change"}], "warnings"}
nlohmann::ordered_json ExplanationJson(const google::protobuf::Message& message);

}  // namespace cis::client
