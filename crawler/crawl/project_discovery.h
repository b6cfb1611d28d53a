// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "crawler/source/exchange.h"
#include "crawler/source/source.h"
#include "crawler/tokens/unscoped_logins.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"
#include "schema/model/records.h"

namespace cis::crawler {

// The largest number of projects in one answer; more is an error. A user of EGI is in about a dozen
// VOs.
inline constexpr size_t kMaxOfferedProjects = 1000;

// Reads Keystone's answer to GET /v3/auth/projects: the projects that it offers to the token,
// without disabled ones. The VO is the property "egi.VO" of a project (EGI's documentation for
// providers). Returns a parse error naming the URL if the answer is not such a list, and a limit
// error if it is too long.
absl::StatusOr<std::vector<OfferedProject>> ParseOfferedProjects(const Answer& answer,
                                                                 absl::string_view token);

// What one Keystone of a site offers to the credentials of the site's shares.
struct ProjectOffers {
  ShareTarget first;  // the share that asked; a discovered share is crawled like it
  std::vector<OfferedProject> projects;
  bool complete = true;          // false if a credential could not be asked
  std::vector<std::string> why;  // not complete; one sentence each, without login errors
};

// Asks each Keystone which projects it offers to a federated login, with the unscoped token that
// the shares there use anyway: one request per login. Credentials of other types are for one
// project only. Not thread-safe.
class ProjectDiscovery {
 public:
  using Done = absl::AnyInvocable<void(ProjectOffers)>;

  // All must outlive the object, which must outlive the transport's Run().
  ProjectDiscovery(HttpTransport* transport, UnscopedLogins* logins, const Clock* clock,
                   SourceOptions options);
  ~ProjectDiscovery();
  ProjectDiscovery(const ProjectDiscovery&) = delete;
  ProjectDiscovery& operator=(const ProjectDiscovery&) = delete;

  // Asks for all `targets`. `done` is called once per site and Keystone with a federated login,
  // unless the transport is cancelled before.
  void Start(const std::vector<ShareTarget>& targets, Done done);

  int64_t request_count() const { return request_count_; }

 private:
  struct Group;
  struct Listing;

  void OnToken(Group& group, const ShareTarget& target, const absl::StatusOr<UnscopedToken>& token);
  void OnAnswer(Group& group, const Listing& listing, const Answer& answer);
  void Pump(Listing& listing);
  void Leave(Group& group);

  HttpTransport* transport_;
  UnscopedLogins* logins_;
  const Clock* clock_;
  SourceOptions options_;
  Done done_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Group>> groups_;  // site, URL
  std::vector<std::unique_ptr<Listing>> listings_;
  int64_t request_count_ = 0;
};

}  // namespace cis::crawler
