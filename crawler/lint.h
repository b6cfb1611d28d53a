#pragma once

#include <string>
#include <vector>

#include "schema/model/catalog.h"

namespace cis {

// One thing a site should publish better.
struct LintFinding {
  std::string site_name;
  std::string noun;  // "flavor", "image", "network"
  std::string id;    // upstream
  std::string name;
  std::string code;  // stable: "OS_UNKNOWN"
  std::string text;  // what is wrong and what would help

  friend bool operator==(const LintFinding&, const LintFinding&) = default;
};

// Findings about the active records of one site, ordered by noun, id and code; each once, however
// many shares see the record.
std::vector<LintFinding> LintSite(const SiteCatalog& site);

// "CESGA image 1234 "Ubuntu": OS_UNKNOWN: …"
std::string FormatLintFinding(const LintFinding& finding);

}  // namespace cis
