#pragma once

// What the rules of lint have in common.

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

  // `openstack NOUN set ARGUMENT... ID`, the words quoted for a shell.
  std::string SetCommand(const std::vector<std::string>& arguments) const;

  // What the rules noted as "CODE: text"; `arguments` of each code's command come from `remedy`,
  // which may give none.
  template <typename Remedy>
  void AddWarnings(const Provenance& provenance, const Remedy& remedy) {
    for (const std::string& warning : provenance.warnings) {
      const size_t colon = warning.find(": ");
      if (colon == std::string::npos) continue;
      const std::string code = warning.substr(0, colon);
      if (code == "OVERRIDE_CONTRADICTED") continue;  // told by AddOverridden
      const std::vector<std::string> arguments = remedy(code);
      Add(code, warning.substr(colon + 2), arguments.empty() ? "" : SetCommand(arguments));
    }
  }

 private:
  std::vector<LintFinding>* findings_;
  LintFinding base_;
};

// The source of the override that set `field`; empty if none did.
absl::string_view OverrideOf(const Provenance& provenance, absl::string_view field);

// Whether the site itself says `field` in a property: not only a name, a tag or our tables.
bool IsPublished(const Provenance& provenance, absl::string_view field);

// The rules, a file each.
void LintImages(const EndpointCatalog& endpoint, absl::Time now,
                std::vector<LintFinding>* findings);
void LintFlavors(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings);
void LintNetworks(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings);

}  // namespace cis::crawler
