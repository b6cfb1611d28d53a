// SPDX-License-Identifier: Apache-2.0
#include "server/token/token_verifier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/http/url.h"
#include "schema/base/status_macros.h"
#include "server/token/token_error.h"

namespace cis::server {

TokenVerifier::TokenVerifier(TokenVerifierOptions options, Fetch fetch, const Clock* clock)
    : options_(std::move(options)),
      fetch_(std::move(fetch)),
      clock_(clock),
      keys_(options_.issuers, fetch_, clock, options_.keys),
      verified_(options_.max_verified),
      refused_(options_.max_refused) {}

const IssuerOptions* TokenVerifier::FindIssuer(absl::string_view url) const {
  for (const IssuerOptions& issuer : options_.issuers) {
    if (issuer.url == url) return &issuer;
  }
  return nullptr;
}

absl::StatusOr<Identity> TokenVerifier::Verify(absl::string_view token)
    ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (token.size() > kMaxTokenBytes) {
    return MakeTokenError(TokenError::kTokenMalformed, "the token is longer than 16 KiB");
  }
  const Sha256 digest = DigestOf(token);
  {
    MutexLock lock(&mu_);
    // Another thread that verifies the same token works for this one too.
    while (true) {
      const absl::Time now = clock_->Now();
      if (auto identity = verified_.Find(digest, now)) return *std::move(identity);
      if (auto status = refused_.Find(digest, now)) return *std::move(status);
      if (running_.insert(digest).second) break;
      done_.wait(mu_);
    }
  }
  const absl::StatusOr<Identity> result = [&]() -> absl::StatusOr<Identity> {
    CIS_ASSIGN_OR_RETURN(const Claims claims, ReadClaims(token));
    const IssuerOptions* issuer = FindIssuer(claims.issuer_url);
    if (issuer == nullptr) {
      return MakeTokenError(TokenError::kIssuerUnknown, "tokens of this issuer are not accepted");
    }
    return VerifyAnew(token, claims, *issuer);
  }();
  MutexLock lock(&mu_);
  running_.erase(digest);
  done_.notify_all();
  const absl::Time now = clock_->Now();
  if (result.ok()) {
    const absl::Time until = std::min(result->expire_time, now + options_.verified_ttl);
    if (until > now) verified_.Insert(digest, *result, until);
  } else {
    // Threads that wait for this token must not each wait for the same issuer in turn.
    const bool may_recover = absl::IsUnavailable(result.status());
    refused_.Insert(digest, result.status(),
                    now + (may_recover ? options_.unavailable_ttl : options_.refused_ttl));
  }
  return result;
}

absl::StatusOr<Identity> TokenVerifier::VerifyAnew(absl::string_view token, const Claims& claims,
                                                   const IssuerOptions& issuer) {
  if (std::find(issuer.algorithms.begin(), issuer.algorithms.end(), claims.algorithm) ==
      issuer.algorithms.end()) {
    return MakeTokenError(TokenError::kAlgorithmRefused,
                          "the token is signed by an algorithm that is not accepted of its issuer");
  }
  CIS_ASSIGN_OR_RETURN(const std::shared_ptr<const IssuerDocuments> documents,
                       keys_.Find(issuer.url, claims.kid, claims.algorithm));
  const PublicKey* key = documents->keys.Find(claims.kid, claims.algorithm);
  if (key == nullptr || key->Verify(token) != claims.payload) {
    return MakeTokenError(TokenError::kSignatureInvalid, "the token's signature is not valid");
  }
  CIS_RETURN_IF_ERROR(CheckClaims(claims, issuer, clock_->Now()));
  Identity identity{issuer.url, claims.subject, claims.groups, claims.scopes, claims.expire_time};
  if (issuer.groups_from == IssuerOptions::Groups::kUserinfo) {
    CIS_ASSIGN_OR_RETURN(identity.groups, AskUserinfo(token, claims, documents->userinfo_url));
  }
  return identity;
}

absl::StatusOr<std::vector<std::string>> TokenVerifier::AskUserinfo(absl::string_view token,
                                                                    const Claims& claims,
                                                                    const std::string& url) {
  const auto unavailable =
      MakeTokenError(TokenError::kIssuerUnavailable, "the issuer's UserInfo cannot be fetched");
  if (url.empty()) return unavailable;
  {
    MutexLock lock(&mu_);
    if (userinfo_count_ >= options_.max_userinfo) return unavailable;
    ++userinfo_count_;
  }
  FetchRequest request;
  request.url = url;
  request.bearer = std::string(token);
  request.timeout = options_.keys.fetch_timeout;
  const auto issuer = ParseUrl(claims.issuer_url);
  request.allow_loopback = issuer.ok() && ClassifyHost(issuer->host) == HostClass::kLoopback;
  const absl::StatusOr<std::string> body = fetch_(request);
  {
    MutexLock lock(&mu_);
    --userinfo_count_;
  }
  if (body.ok()) return ReadUserinfo(*body, claims.subject);
  // Without the scope for UserInfo, a token has no groups.
  if (absl::IsPermissionDenied(body.status())) return std::vector<std::string>();
  if (absl::IsUnauthenticated(body.status())) {
    return MakeTokenError(TokenError::kTokenExpired,
                          "the issuer no longer accepts the token; get a new one");
  }
  return unavailable;
}

}  // namespace cis::server
