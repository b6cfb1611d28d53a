// SPDX-License-Identifier: Apache-2.0
#include "crawler/crawl/project_discovery.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/keystone_client.h"
#include "crawler/source/limits.h"
#include "net/http/http_error.h"
#include "nlohmann/json.hpp"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr char kWhat[] = "projects";
constexpr char kVoProperty[] = "egi.VO";
// Ids have 32 bytes and names of VOs some 40.
constexpr size_t kMaxTextBytes = 200;

std::string TextAt(const nlohmann::json& object, const char* key) {
  const std::string text = StringAt(object, key);
  return text.size() > kMaxTextBytes ? "" : std::string(absl::StripAsciiWhitespace(text));
}

}  // namespace

absl::StatusOr<std::vector<OfferedProject>> ParseOfferedProjects(const Answer& answer,
                                                                 absl::string_view token) {
  CIS_ASSIGN_OR_RETURN(const nlohmann::json body, ParseAnswer(kWhat, answer, token));
  const auto list = body.find("projects");
  if (list == body.end() || !list->is_array()) {
    return MakeSourceError(ErrorClass::kParse, absl::StrCat(kWhat, ": the answer from ", answer.url,
                                                            " has no list \"projects\""));
  }
  if (list->size() > kMaxOfferedProjects) {
    return MakeSourceError(
        ErrorClass::kLimit,
        absl::StrCat(kWhat, ": more than ", kMaxOfferedProjects, " (kMaxOfferedProjects)"));
  }
  std::vector<OfferedProject> projects;
  for (const nlohmann::json& entry : *list) {
    if (!entry.is_object()) continue;
    const auto enabled = entry.find("enabled");
    if (enabled != entry.end() && *enabled == false) continue;
    OfferedProject project;
    project.id = TextAt(entry, "id");
    project.name = Quotable(TextAt(entry, "name"), token);
    project.vo = Quotable(TextAt(entry, kVoProperty), token);
    if (!project.id.empty()) projects.push_back(std::move(project));
  }
  return projects;
}

// One Keystone of one site.
struct ProjectDiscovery::Group {
  ProjectOffers offers;
  std::set<std::string> tokens;  // that were used for a request; secrets
  std::set<std::string> ids;
  int open_count = 0;
};

// One request for a list.
struct ProjectDiscovery::Listing {
  Listing(const ShareTarget& asking, SourceOptions options)
      : target(asking), exchange(options), keystone(&exchange, &target) {}

  ShareTarget target;
  Exchange exchange;
  KeystoneClient keystone;
  std::string token;
};

ProjectDiscovery::ProjectDiscovery(HttpTransport* transport, UnscopedLogins* logins,
                                   const Clock* clock, SourceOptions options)
    : transport_(transport), logins_(logins), clock_(clock), options_(options) {}

ProjectDiscovery::~ProjectDiscovery() = default;

void ProjectDiscovery::Start(const std::vector<ShareTarget>& targets, Done done) {
  done_ = std::move(done);
  std::vector<std::pair<Group*, const ShareTarget*>> asked;
  for (const ShareTarget& target : targets) {
    if (target.credentials.type != Credentials::Type::kOidcAccessToken) continue;
    const Endpoint& endpoint = target.share.endpoint;
    std::unique_ptr<Group>& group = groups_[{endpoint.site_name, endpoint.keystone_url}];
    if (group == nullptr) {
      group = std::make_unique<Group>();
      group->offers.first = target;
    }
    ++group->open_count;
    asked.emplace_back(group.get(), &target);
  }
  for (const auto& [group, target] : asked) {
    logins_->Get(
        *target, "",
        [this, group = group, target = *target](const absl::StatusOr<UnscopedToken>& token) {
          OnToken(*group, target, token);
        });
  }
}

void ProjectDiscovery::OnToken(Group& group, const ShareTarget& target,
                               const absl::StatusOr<UnscopedToken>& token) {
  if (!token.ok()) {
    if (token.status().code() == absl::StatusCode::kCancelled) return;
    group.offers.complete = false;
    Leave(group);
    return;
  }
  // Shares with the same credential have the same token.
  if (!group.tokens.insert(token->value).second) {
    Leave(group);
    return;
  }
  Listing& listing = *listings_.emplace_back(std::make_unique<Listing>(target, options_));
  listing.token = token->value;
  listing.keystone.SetBase(token->keystone_base);
  if (const absl::Status policy = listing.keystone.CheckPolicy(); !policy.ok()) {
    group.offers.complete = false;
    Leave(group);
    return;
  }
  HttpRequest request;
  request.headers = {{"X-Auth-Token", listing.token}};
  listing.keystone.Ask(
      std::move(request), "/v3/auth/projects",
      [this, &group, &listing](const Answer& answer) { OnAnswer(group, listing, answer); });
  Pump(listing);
}

void ProjectDiscovery::Pump(Listing& listing) {
  for (SourceRequest& request : listing.exchange.Take().requests) {
    transport_->Send(std::move(request.request),
                     [this, &listing, tag = request.tag](absl::StatusOr<HttpResponse> response) {
                       if (response.status().code() == absl::StatusCode::kCancelled) return;
                       request_count_ += response.ok() ? response->try_count : 1;
                       listing.exchange.Deliver(tag, response, clock_->Now());
                       Pump(listing);
                     });
  }
}

void ProjectDiscovery::OnAnswer(Group& group, const Listing& listing, const Answer& answer) {
  absl::StatusOr<std::vector<OfferedProject>> projects =
      ParseOfferedProjects(answer, listing.token);
  if (projects.ok()) {
    for (OfferedProject& project : *projects) {
      if (group.ids.insert(project.id).second) {
        group.offers.projects.push_back(std::move(project));
      }
    }
  } else {
    group.offers.complete = false;
    group.offers.why.emplace_back(projects.status().message());
  }
  Leave(group);
}

void ProjectDiscovery::Leave(Group& group) {
  CIS_CHECK(group.open_count > 0, "each share leaves its group once");
  if (--group.open_count > 0) return;
  std::sort(group.offers.projects.begin(), group.offers.projects.end(),
            [](const OfferedProject& a, const OfferedProject& b) { return a.id < b.id; });
  done_(std::move(group.offers));
}

}  // namespace cis::crawler
