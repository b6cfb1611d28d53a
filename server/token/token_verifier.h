// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "server/token/claims.h"
#include "server/token/expiring_lru.h"
#include "server/token/fetch.h"
#include "server/token/identity.h"
#include "server/token/key_cache.h"

namespace cis::server {

struct TokenVerifierOptions {
  std::vector<IssuerOptions> issuers;
  KeyCacheOptions keys;
  size_t max_verified = 10000;  // tokens that are remembered
  size_t max_refused = 1000;
  absl::Duration verified_ttl = absl::Minutes(10);  // or until `exp`, if that is earlier
  absl::Duration refused_ttl = absl::Seconds(10);
  absl::Duration unavailable_ttl = absl::Seconds(1);  // of UNAVAILABLE
  int max_userinfo = 16;                              // UserInfo requests at one moment
};

// Verifies bearer tokens of several issuers. Safe to use from any number of threads.
class TokenVerifier {
 public:
  // `clock` must outlive the verifier. Starts the thread that fetches keys.
  TokenVerifier(TokenVerifierOptions options, Fetch fetch, const Clock* clock);

  // Returns who bears `token`. Otherwise returns UNAUTHENTICATED, or UNAVAILABLE if the issuer
  // cannot be asked; GetTokenError() of the status says why. Waits for the network for at most
  // KeyCacheOptions::max_wait, then for one UserInfo request if the issuer states groups there.
  absl::StatusOr<Identity> Verify(absl::string_view token);

  // The same, but never waits: returns nullopt if Verify might.
  std::optional<absl::StatusOr<Identity>> TryVerify(absl::string_view token);

  // Lets the thread that fetches keys look at the clock.
  void Wake() { keys_.Wake(); }

 private:
  // Returns the issuer that the token says to be of, if it is known and signs by that algorithm.
  absl::StatusOr<const IssuerOptions*> FindIssuer(const Claims& claims) const;
  // What is remembered of a token.
  std::optional<absl::StatusOr<Identity>> Remembered(const Sha256& digest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Remember(const Sha256& digest, const absl::StatusOr<Identity>& result)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Who bears the token, without the groups that UserInfo states.
  absl::StatusOr<Identity> CheckToken(absl::string_view token, const Claims& claims,
                                      const IssuerOptions& issuer,
                                      const IssuerDocuments& documents) const;
  absl::StatusOr<Identity> VerifyAnew(absl::string_view token);
  absl::StatusOr<std::vector<std::string>> AskUserinfo(absl::string_view token,
                                                       const Claims& claims,
                                                       const std::string& url);

  const TokenVerifierOptions options_;
  const Fetch fetch_;
  const Clock* const clock_;
  KeyCache keys_;
  Mutex mu_;
  std::condition_variable_any done_;
  ExpiringLru<Identity> verified_ ABSL_GUARDED_BY(mu_);
  // Apart from the others, so that a flood of wrong tokens does not displace right ones.
  ExpiringLru<absl::Status> refused_ ABSL_GUARDED_BY(mu_);
  std::set<Sha256> running_ ABSL_GUARDED_BY(mu_);  // tokens that a thread verifies
  int userinfo_count_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace cis::server
