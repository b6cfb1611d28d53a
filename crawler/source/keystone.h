// SPDX-License-Identifier: Apache-2.0
#pragma once

// Requests and answers of Keystone v3: request bodies, tokens, catalogs. No I/O.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// One endpoint of the service catalog.
struct CatalogEntry {
  std::string type;       // "compute", "image", "network", "volumev3"…
  std::string interface;  // "public", "internal", "admin"
  std::string region;     // may be empty
  std::string url;

  friend bool operator==(const CatalogEntry&, const CatalogEntry&) = default;
};

// A token as Keystone describes it. `value` is the secret.
struct KeystoneToken {
  std::string value;
  std::string project_id;  // empty = not scoped to a project
  std::string project_name;
  std::string project_domain;  // name, or id where there is no name
  std::string user_domain;
  absl::Time expire_time = absl::InfiniteFuture();  // from Keystone; infinite if it gives none
  std::vector<CatalogEntry> catalog;
};

// The project that a token is requested for: by id, or by name and domain; neither = the credential
// decides.
struct ProjectScope {
  std::string id;
  std::string name;
  std::string domain_name;
  std::string domain_id;

  bool empty() const { return id.empty() && name.empty(); }
};

// Returns the scope that `target` requests.
ProjectScope ScopeOf(const ShareTarget& target);

// Bodies of POST /v3/auth/tokens. They contain secrets.
std::string PasswordAuthBody(const Credentials& credentials, const ProjectScope& scope);
std::string ApplicationCredentialAuthBody(const Credentials& credentials);
std::string TokenAuthBody(absl::string_view token, const ProjectScope& scope);

// Returns the path, below the Keystone URL, of the login with an OIDC access token.
std::string FederationAuthPath(absl::string_view identity_provider, absl::string_view protocol);

// Returns `url` without final slashes and without a final "/v3".
std::string KeystoneBase(absl::string_view url);

// Reads the answer of POST or GET /v3/auth/tokens. `value` is set from X-Subject-Token if the
// answer has it. Returns a parse error if the body contains no token.
absl::StatusOr<KeystoneToken> ParseKeystoneToken(const HttpResponse& response);

// Returns true if `token` is scoped to the project that `scope` names (any project if it names
// none).
bool TokenMatches(const KeystoneToken& token, const ProjectScope& scope);

// Which region of the catalog to crawl. Exactly one of `region` (found is true) and `regions` is
// set.
struct RegionChoice {
  bool found = false;
  std::string region;
  std::vector<std::string> regions;  // several complete ones, sorted
};

// Chooses the configured region; otherwise the only region; otherwise the only one that offers
// compute, image and network at `interface`; otherwise all that do. Returns a config error that
// names the regions of the catalog if the configured one is not among them, or if none is complete.
absl::StatusOr<RegionChoice> ChooseRegion(const std::vector<CatalogEntry>& catalog,
                                          absl::string_view interface,
                                          absl::string_view configured);

// The services a share is asked about.
enum class ServiceType { kCompute, kImage, kNetwork, kVolume };

// "compute", "image", "network" or "volume".
absl::string_view FormatServiceType(ServiceType type);

// Returns the URL of a service. Returns NOT_FOUND (class not-found) naming the services that the
// catalog has.
absl::StatusOr<std::string> FindServiceUrl(const std::vector<CatalogEntry>& catalog,
                                           ServiceType type, absl::string_view interface,
                                           absl::string_view region);

}  // namespace cis::crawler
