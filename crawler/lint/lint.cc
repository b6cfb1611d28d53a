// SPDX-License-Identifier: Apache-2.0
#include "crawler/lint/lint.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/lint/reporter.h"
#include "schema/base/one_line.h"
#include "schema/base/remedy.h"

namespace cis::crawler {

LintReporter::LintReporter(std::vector<LintFinding>* findings, absl::string_view site_name,
                           absl::string_view noun, absl::string_view id, absl::string_view name)
    : findings_(findings) {
  base_.site_name = std::string(site_name);
  base_.noun = std::string(noun);
  base_.id = std::string(id);
  base_.name = std::string(name);
}

void LintReporter::Add(absl::string_view code, absl::string_view text, absl::string_view command) {
  LintFinding finding = base_;
  finding.code = std::string(code);
  finding.text = std::string(text);
  finding.command = std::string(command);
  findings_->push_back(std::move(finding));
}

std::string LintReporter::SetCommand(const std::vector<std::string>& arguments) const {
  return OpenStackCommand(base_.noun, "set", arguments, base_.id);
}

absl::string_view OverrideOf(const Provenance& provenance, absl::string_view field) {
  for (const Evidence& evidence : provenance.evidence) {
    if (evidence.field == field && absl::StartsWith(evidence.source, "override:")) {
      return evidence.source;
    }
  }
  return "";
}

bool IsPublished(const Provenance& provenance, absl::string_view field) {
  return std::any_of(
      provenance.evidence.begin(), provenance.evidence.end(), [&](const Evidence& evidence) {
        const absl::string_view source = evidence.source;
        return evidence.field == field && source != "name" && source != "tag" &&
               !absl::StartsWith(source, "table:") && !absl::StartsWith(source, "override:");
      });
}

std::vector<LintFinding> LintSite(const SiteCatalog& site, absl::Time now) {
  std::vector<LintFinding> findings;
  for (const EndpointCatalog& endpoint : site.endpoints) {
    LintFlavors(endpoint, &findings);
    LintImages(endpoint, now, &findings);
    LintNetworks(endpoint, &findings);
  }
  const auto key = [](const LintFinding& f) { return std::tie(f.noun, f.id, f.code, f.text); };
  std::sort(findings.begin(), findings.end(),
            [&](const LintFinding& a, const LintFinding& b) { return key(a) < key(b); });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  return findings;
}

std::string FormatLintTable(const std::vector<LintFinding>& findings) {
  std::string text;
  for (const LintFinding& finding : findings) {
    absl::StrAppend(
        &text, finding.code, "  ",
        OneLine(absl::StrCat(finding.site_name, " ", finding.noun, " ", finding.id,
                             finding.name.empty() ? "" : absl::StrCat(" \"", finding.name, "\""))),
        "\n    ", OneLine(finding.text), "\n");
    if (!finding.command.empty()) absl::StrAppend(&text, "    $ ", finding.command, "\n");
  }
  return text;
}

std::string FormatLintJson(const std::vector<LintFinding>& findings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const LintFinding& finding : findings) {
    list.push_back(
        {{"site", finding.site_name},
         {"kind", finding.noun},
         {"id", finding.id},
         {"name", finding.name},
         {"code", finding.code},
         {"text", finding.text},
         {"command", finding.command.empty() ? nlohmann::ordered_json(nullptr)
                                             : nlohmann::ordered_json(finding.command)}});
  }
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cis::crawler
