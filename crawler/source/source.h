// SPDX-License-Identifier: Apache-2.0
#pragma once

// A source implements the protocol of one upstream for one share, without I/O ("sans-I/O"): it
// returns the requests to send, receives the answers, and returns finished observations. Its owner
// moves the bytes.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crawler/source/token_claims.h"
#include "crawler/source/token_grant.h"
#include "net/http/limit.h"
#include "net/http/transport.h"
#include "schema/model/observation.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Credentials of one share. Held in memory only; never stored, logged or part of an error.
struct Credentials {
  enum class Type { kNone, kToken, kPassword, kApplicationCredential, kOidcAccessToken };
  Type type = Type::kNone;
  std::string token;                                                 // kToken: of Keystone
  std::string username, user_domain_name, user_domain_id, password;  // kPassword
  std::string credential_id, credential_secret;                      // kApplicationCredential
  TokenGrant grant;                                                  // kOidcAccessToken
  std::string identity_provider = "egi.eu";  // kOidcAccessToken: Keystone's name for the issuer
  std::string protocol;  // kOidcAccessToken: Keystone's name; empty = "openid" or "oidc", as found
  // The project by name, if the site file has no project id (clouds.yaml).
  std::string project_name, project_domain_name, project_domain_id;
};

// What a site file says about how to crawl a share.
struct ShareTarget {
  Share share;
  Credentials credentials;
  std::string interface = "public";      // catalog interface
  std::string ca_file;                   // empty = the system's
  bool allow_http = false;               // tokens may travel over plain http to this site
  bool allow_loopback = false;           // endpoints on loopback addresses are allowed
  std::vector<std::string> allow_hosts;  // further hosts the catalog may name
  std::string config_origin;             // "sites/CESGA.yaml:12", for messages
};

// A Keystone token without a project, from one federated login that the shares of an endpoint use
// together.
struct UnscopedToken {
  std::string value;          // secret
  std::string keystone_base;  // Keystone's URL without "/v3", as found by the login
  std::string protocol;       // Keystone's name of the login's protocol
  absl::Time expire_time = absl::InfiniteFuture();
  std::optional<TokenClaims> claims;  // of the access token; absent if it is opaque
};

// A request to send, with a tag that only the source understands.
struct SourceRequest {
  HttpRequest request;
  int64_t tag = 0;
  // Not empty: if one share gets 200, every share that sends a request with the same key gets the
  // same document, so one such answer may be used for all of them during a crawl. So may an answer
  // that says that the site has no such document.
  std::string share_key;
};

// A source needs an unscoped token for its target. `refused` is one that it was given before and
// that Keystone does not accept any more; empty at first.
struct UnscopedRequest {
  std::string refused;
  int64_t tag = 0;
};

// Something that the source has found out.
struct SourceEvent {
  enum class Type {
    kLogin,        // Keystone issued a scoped token; `share` has project id, name, resolved region
    kRegions,      // several complete regions and none configured: crawl each; the source is done
    kObservation,  // one kind is complete
    kFailure,      // one kind failed; `error` says why. A failed kAuth ends the source.
  };
  Type type = Type::kFailure;
  Share share;
  Kind kind = Kind::kAuth;
  Observation observation;           // kObservation
  std::vector<std::string> regions;  // kRegions
  absl::Status status;               // kFailure
  ErrorClass error = ErrorClass::kNone;
  int64_t request_count = 0;  // requests answered for this kind, retries included
};

// Requests to send and events to handle.
struct SourceStep {
  std::vector<SourceRequest> requests;
  std::vector<UnscopedRequest> unscoped_requests;
  std::vector<SourceEvent> events;
  std::vector<Limit> limits;  // of the source, that were hit
};

// Not thread-safe. Every request that is returned, of both kinds, must be answered exactly once, in
// any order.
class Source {
 public:
  virtual ~Source() = default;
  // Returns the first requests.
  virtual SourceStep Start(absl::Time now) = 0;
  // Delivers the answer to the request with `tag`, or the transport's error.
  virtual SourceStep OnResponse(int64_t tag, const absl::StatusOr<HttpResponse>& response,
                                absl::Time now) = 0;
  // Delivers the answer to the unscoped request with `tag`: a token, or why there is none.
  virtual SourceStep OnUnscopedToken(int64_t tag, const absl::StatusOr<UnscopedToken>& token,
                                     absl::Time now) = 0;
  // True when no answer is outstanding.
  virtual bool Done() const = 0;
};

}  // namespace cis::crawler
