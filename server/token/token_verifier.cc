// SPDX-License-Identifier: Apache-2.0
#include "server/token/token_verifier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/http/url.h"
#include "schema/base/status_macros.h"
#include "server/token/token_error.h"

namespace cis::server {
namespace {

absl::Status TooLongError() {
  return MakeTokenError(TokenError::kTokenMalformed, "the token is longer than 16 KiB");
}

}  // namespace

TokenVerifier::TokenVerifier(TokenVerifierOptions options, Fetch fetch, const Clock* clock)
    : options_(std::move(options)),
      fetch_(std::move(fetch)),
      clock_(clock),
      keys_(options_.issuers, fetch_, clock, options_.keys),
      verified_(options_.max_verified),
      refused_(options_.max_refused) {}

absl::StatusOr<const IssuerOptions*> TokenVerifier::FindIssuer(const Claims& claims) const {
  for (const IssuerOptions& issuer : options_.issuers) {
    if (issuer.url != claims.issuer_url) continue;
    const std::vector<std::string>& accepted = issuer.algorithms;
    if (std::find(accepted.begin(), accepted.end(), claims.algorithm) != accepted.end()) {
      return &issuer;
    }
    return MakeTokenError(TokenError::kAlgorithmRefused,
                          "the token is signed by an algorithm that is not accepted of its issuer");
  }
  return MakeTokenError(TokenError::kIssuerUnknown, "tokens of this issuer are not accepted");
}

std::optional<absl::StatusOr<Identity>> TokenVerifier::Remembered(const Sha256& digest) {
  const absl::Time now = clock_->Now();
  if (auto identity = verified_.Find(digest, now)) return *std::move(identity);
  if (auto status = refused_.Find(digest, now)) return *std::move(status);
  return std::nullopt;
}

void TokenVerifier::Remember(const Sha256& digest, const absl::StatusOr<Identity>& result) {
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
}

absl::StatusOr<Identity> TokenVerifier::CheckToken(absl::string_view token, const Claims& claims,
                                                   const IssuerOptions& issuer,
                                                   const IssuerDocuments& documents) const {
  const PublicKey* key = documents.keys.Find(claims.kid, claims.algorithm);
  if (key == nullptr || key->Verify(token) != claims.payload) {
    return MakeTokenError(TokenError::kSignatureInvalid, "the token's signature is not valid");
  }
  CIS_RETURN_IF_ERROR(CheckClaims(claims, issuer, clock_->Now()));
  return Identity{issuer.url, claims.subject, claims.groups, claims.scopes, claims.expire_time};
}

std::optional<absl::StatusOr<Identity>> TokenVerifier::TryVerify(absl::string_view token) {
  if (token.size() > kMaxTokenBytes) return TooLongError();
  const Sha256 digest = DigestOf(token);
  {
    const MutexLock lock(&mu_);
    if (auto known = Remembered(digest)) return known;
    if (running_.contains(digest)) return std::nullopt;
  }
  const auto result = [&]() -> std::optional<absl::StatusOr<Identity>> {
    const absl::StatusOr<Claims> claims = ReadClaims(token);
    if (!claims.ok()) return claims.status();
    const auto issuer = FindIssuer(*claims);
    if (!issuer.ok()) return issuer.status();
    const auto documents = keys_.FindNow((*issuer)->url, claims->kid, claims->algorithm);
    if (!documents.has_value()) return std::nullopt;
    if (!documents->ok()) return documents->status();
    absl::StatusOr<Identity> identity = CheckToken(token, *claims, **issuer, ***documents);
    const bool asks = (*issuer)->groups_from == IssuerOptions::Groups::kUserinfo;
    if (identity.ok() && asks) return std::nullopt;
    return identity;
  }();
  if (result.has_value()) {
    const MutexLock lock(&mu_);
    Remember(digest, *result);
  }
  return result;
}

absl::StatusOr<Identity> TokenVerifier::Verify(absl::string_view token)
    ABSL_NO_THREAD_SAFETY_ANALYSIS {
  if (token.size() > kMaxTokenBytes) return TooLongError();
  const Sha256 digest = DigestOf(token);
  {
    MutexLock lock(&mu_);
    // Another thread that verifies the same token works for this one too.
    while (true) {
      if (auto known = Remembered(digest)) return *std::move(known);
      if (running_.insert(digest).second) break;
      done_.wait(mu_);
    }
  }
  absl::StatusOr<Identity> result = VerifyAnew(token);
  MutexLock lock(&mu_);
  running_.erase(digest);
  done_.notify_all();
  Remember(digest, result);
  return result;
}

absl::StatusOr<Identity> TokenVerifier::VerifyAnew(absl::string_view token) {
  CIS_ASSIGN_OR_RETURN(const Claims claims, ReadClaims(token));
  CIS_ASSIGN_OR_RETURN(const IssuerOptions* const issuer, FindIssuer(claims));
  CIS_ASSIGN_OR_RETURN(const std::shared_ptr<const IssuerDocuments> documents,
                       keys_.Find(issuer->url, claims.kid, claims.algorithm));
  CIS_ASSIGN_OR_RETURN(Identity identity, CheckToken(token, claims, *issuer, *documents));
  if (issuer->groups_from == IssuerOptions::Groups::kUserinfo) {
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
