// SPDX-License-Identifier: Apache-2.0
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
  char level = 'E';    // schema/base/evidence_level.h
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
