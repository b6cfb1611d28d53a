// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a crawl would do, determined without sending a request.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/sites/sites.h"
#include "crawler/source/source.h"
#include "schema/model/catalog.h"

namespace cis::crawler {

// What a crawl would do with a share.
enum class PlanState {
  kAsked,         // requests its data
  kWaits,         // requests it once another share has shown that the endpoint works again
  kBackingOff,    // sends no request: the endpoint has failed for days
  kCannotBeAsked  // has no usable credential, or a rule forbids sending it
};

// "asked", "waits", "backing-off", "cannot-be-asked".
absl::string_view FormatPlanState(PlanState state);

// One share of the plan. Holds no secret.
struct PlannedShare {
  std::string site_name;
  std::string keystone_url;
  std::string region;  // empty = as the site's catalog says
  std::string vo;
  std::string project;  // id or NAME@DOMAIN; empty = the credential decides
  std::string origin;   // "sites/CESGA.yaml:12"
  std::string login;    // the result of DescribeLogin
  PlanState state = PlanState::kAsked;
  std::string why;  // for all states but kAsked; one sentence
};

struct CrawlPlan {
  std::vector<PlannedShare> shares;   // by site, Keystone URL, region, VO, project
  int64_t left_out_count = 0;         // configured shares that --site and --vo leave out
  std::vector<std::string> settings;  // "database cis.db: does not exist yet; the crawl creates it"
  std::vector<std::string> problems;  // what is wrong and can be fixed; each once
  std::vector<std::string> remarks;   // what is odd and changes nothing; each once

  int64_t CountOf(PlanState state) const;
  int64_t CountSites() const;
  int64_t CountEndpoints() const;  // Keystone URL and region
};

// Returns how a share would log in: "password", "OIDC refresh token of https://issuer", "-" = not
// at all. Never contains a secret or a user's name.
std::string DescribeLogin(const Credentials& credentials);

// Adds each share that LoadSites found to the plan. `known` is the content of the store; null =
// there is none, or back-off is off. `check_file` returns an error if a file cannot be read (CA
// files).
void PlanShares(const std::vector<ShareTarget>& targets, const Catalog* known, absl::Time now,
                const std::function<absl::Status(const std::string& path)>& check_file,
                CrawlPlan* plan);

// Returns 0 if every share could be asked · 3 if some could not, or there are problems · 4 if none
// could.
int PlanExitCode(const CrawlPlan& plan);

// Returns the plan for a person: a block per endpoint, then settings, problems, remarks and totals.
std::string FormatPlanText(const CrawlPlan& plan);

// Returns the same for programs: one JSON object per line, with `type` share, setting, problem,
// remark or total.
std::string FormatPlanJson(const CrawlPlan& plan);

}  // namespace cis::crawler
