// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/crawl_plan.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/service_endpoint.h"
#include "crawler/tokens/token_messages.h"
#include "schema/base/time_text.h"
#include "schema/model/back_off.h"

namespace cis::crawler {
namespace {

// Returns why nothing can be sent for `target`; empty if something can.
std::string WhyNotAsked(const ShareTarget& target, absl::Time now,
                        const std::function<absl::Status(const std::string& path)>& check_file) {
  const Credentials& credentials = target.credentials;
  if (credentials.type == Credentials::Type::kNone) return "no credential";
  const absl::Status policy =
      CheckEndpointPolicy(target, "Keystone", target.share.endpoint.keystone_url);
  if (!policy.ok()) return std::string(policy.message());
  if (!target.ca_file.empty()) {
    const absl::Status read = check_file(target.ca_file);
    if (!read.ok()) return absl::StrCat("ca_file ", read.message());
  }
  if (credentials.type != Credentials::Type::kOidcAccessToken) return "";
  const TokenGrant& grant = credentials.grant;
  if (!grant.ca_file.empty()) {
    const absl::Status read = check_file(grant.ca_file);
    if (!read.ok()) return absl::StrCat("ca_file of the issuer ", read.message());
  }
  if (grant.type == TokenGrant::Type::kOidcAgent && grant.socket.empty()) {
    return "OIDC_SOCK is not set: is oidc-agent running?";
  }
  if (grant.type == TokenGrant::Type::kGiven) {
    const AccessToken token = MakeAccessToken(grant.access_token, absl::InfiniteFuture());
    if (token.expire_time <= now) {
      return absl::StrCat("the OIDC access token expired at ", FormatMinute(token.expire_time),
                          "; give a fresh one, or credentials that renew it");
    }
  }
  return "";
}

}  // namespace

absl::string_view FormatPlanState(PlanState state) {
  switch (state) {
    case PlanState::kAsked:
      return "asked";
    case PlanState::kWaits:
      return "waits";
    case PlanState::kBackingOff:
      return "backing-off";
    case PlanState::kCannotBeAsked:
      break;
  }
  return "cannot-be-asked";
}

int64_t CrawlPlan::CountOf(PlanState state) const {
  return std::count_if(shares.begin(), shares.end(),
                       [state](const PlannedShare& share) { return share.state == state; });
}

int64_t CrawlPlan::CountSites() const {
  std::set<std::string> names;
  for (const PlannedShare& share : shares) names.insert(share.site_name);
  return static_cast<int64_t>(names.size());
}

int64_t CrawlPlan::CountEndpoints() const {
  std::set<std::tuple<std::string, std::string, std::string>> keys;
  for (const PlannedShare& share : shares) {
    keys.emplace(share.site_name, share.keystone_url, share.region);
  }
  return static_cast<int64_t>(keys.size());
}

std::string DescribeLogin(const Credentials& credentials) {
  switch (credentials.type) {
    case Credentials::Type::kNone:
      return "-";
    case Credentials::Type::kToken:
      return "Keystone token";
    case Credentials::Type::kPassword:
      return "password";
    case Credentials::Type::kApplicationCredential:
      return "application credential";
    case Credentials::Type::kOidcAccessToken:
      break;
  }
  switch (credentials.grant.type) {
    case TokenGrant::Type::kGiven:
      return "OIDC access token as given";
    case TokenGrant::Type::kRefreshToken:
      return absl::StrCat("OIDC refresh token of ", DescribeGrant(credentials.grant));
    case TokenGrant::Type::kOidcAgent:
    case TokenGrant::Type::kMytoken:
      break;
  }
  return absl::StrCat("OIDC, ", DescribeGrant(credentials.grant));
}

void PlanShares(const std::vector<ShareTarget>& targets, const Catalog* known, absl::Time now,
                const std::function<absl::Status(const std::string& path)>& check_file,
                CrawlPlan* plan) {
  const BackOffs back_offs = known == nullptr ? BackOffs() : FindBackOffs(*known, now);
  std::set<BackOffs::key_type> probed;
  for (const ShareTarget& target : targets) {
    const Endpoint& endpoint = target.share.endpoint;
    PlannedShare share;
    share.site_name = endpoint.site_name;
    share.keystone_url = endpoint.keystone_url;
    share.region = endpoint.region;
    share.vo = target.share.vo;
    share.project =
        target.share.project_id.empty() ? target.share.project_key : target.share.project_id;
    share.origin = target.config_origin;
    share.login = DescribeLogin(target.credentials);
    const BackOffs::key_type key(endpoint.site_name, endpoint.keystone_url);
    const auto back_off = back_offs.find(key);
    share.why = WhyNotAsked(target, now, check_file);
    if (!share.why.empty()) {
      share.state = PlanState::kCannotBeAsked;
    } else if (back_off != back_offs.end() && !IsDue(back_off->second, now)) {
      share.state = PlanState::kBackingOff;
      share.why = DescribeBackOff(back_off->second);
    } else if (back_off != back_offs.end() && !probed.insert(key).second) {
      share.state = PlanState::kWaits;
      share.why = absl::StrCat("the endpoint has failed since ",
                               FormatMinute(back_off->second.failing_since),
                               ": this share follows if another share's login succeeds");
    }
    plan->shares.push_back(std::move(share));
  }
}

int PlanExitCode(const CrawlPlan& plan) {
  const int64_t unusable_count = plan.CountOf(PlanState::kCannotBeAsked);
  if (unusable_count == static_cast<int64_t>(plan.shares.size())) return 4;
  return unusable_count > 0 || !plan.problems.empty() ? 3 : 0;
}

}  // namespace cis::crawler
