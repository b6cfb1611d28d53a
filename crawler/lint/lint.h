// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the administrators of a site could publish better, and the command that fixes it.

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schema/model/catalog.h"

namespace cis::crawler {

// One thing a site should publish better.
struct LintFinding {
  std::string site_name;
  std::string noun;  // "flavor", "image", "network", "site"
  std::string id;    // upstream; of a site, its Keystone URL
  std::string name;
  std::string code;  // stable: "OS_UNKNOWN"; README.md has them all
  std::string text;  // what is wrong and what would help
  // For a shell with administrator's credentials, one line, quoted whatever the site wrote. Words
  // in capitals are placeholders for what CIS cannot know. Empty if no command of OpenStack's
  // client fixes it.
  std::string command;

  friend bool operator==(const LintFinding&, const LintFinding&) = default;
};

// Returns the findings about the active records of one site, ordered by noun, id and code; each
// once, however many shares see the record. `now` decides which releases have ended.
std::vector<LintFinding> LintSite(const SiteCatalog& site, absl::Time now);

// Returns each finding as three lines for people: what it is about, what is wrong, the command.
std::string FormatLintTable(const std::vector<LintFinding>& findings);
// Returns an array of objects with the members' names; ends with a newline.
std::string FormatLintJson(const std::vector<LintFinding>& findings);

}  // namespace cis::crawler
