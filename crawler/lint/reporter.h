// SPDX-License-Identifier: Apache-2.0
#pragma once

// Code that the rules of lint share.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/lint/lint.h"
#include "schema/model/fact.h"

namespace cis::crawler {

// Adds findings about one record.
class LintReporter {
 public:
  // `findings` must outlive the reporter.
  LintReporter(std::vector<LintFinding>* findings, absl::string_view site_name,
               absl::string_view noun, absl::string_view id, absl::string_view name);

  void Add(absl::string_view code, absl::string_view text, absl::string_view command = "");

  // Returns `openstack NOUN set ARGUMENT... ID`, with the words quoted for a shell.
  std::string SetCommand(const std::vector<std::string>& arguments) const;

  // Adds the warnings that the rules recorded as "CODE: text"; `remedy` returns the arguments of
  // the command for a code, or none.
  template <typename Remedy>
  void AddWarnings(const Provenance& provenance, const Remedy& remedy) {
    for (const absl::string_view warning : provenance.warnings) {
      const size_t colon = warning.find(": ");
      if (colon == absl::string_view::npos) continue;
      const std::string code(warning.substr(0, colon));
      if (code == "OVERRIDE_CONTRADICTED") continue;  // reported by AddOverridden
      const std::vector<std::string> arguments = remedy(code);
      Add(code, warning.substr(colon + 2), arguments.empty() ? "" : SetCommand(arguments));
    }
  }

 private:
  std::vector<LintFinding>* findings_;
  LintFinding base_;
};

// Returns the source of the override that set `field`; empty if none did.
absl::string_view OverrideOf(const Provenance& provenance, absl::string_view field);

// Returns whether the site itself publishes `field` as a property: not only in a name or tag, or
// only in CIS's tables.
bool IsPublished(const Provenance& provenance, absl::string_view field);

// The rules, one file per noun.
void LintImages(const EndpointCatalog& endpoint, absl::Time now,
                std::vector<LintFinding>* findings);
void LintFlavors(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings);
void LintNetworks(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings);

}  // namespace cis::crawler
