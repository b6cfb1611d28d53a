// SPDX-License-Identifier: Apache-2.0
#include "crawler/tokens/access_tokens.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "schema/base/duration_text.h"

namespace cis::crawler {
namespace {

absl::Status Expired(const TokenGrant& grant, const AccessToken& token, absl::Time now) {
  const std::string when =
      absl::StrCat(absl::FormatTime(absl::RFC3339_sec, token.expire_time, absl::UTCTimeZone()),
                   " (", FormatAge(now - token.expire_time), " ago)");
  if (grant.type == TokenGrant::Type::kGiven) {
    return MakeSourceError(
        ErrorClass::kAuth,
        absl::StrCat("the OIDC access token expired at ", when,
                     ": give a fresh one, or credentials that renew it (oidc_refresh_token, "
                     "oidc_agent or mytoken)"));
  }
  return MakeSourceError(ErrorClass::kAuth,
                         absl::StrCat("the OIDC access token of ", DescribeGrant(grant),
                                      " had already expired when it arrived, at ", when,
                                      ": the clock of this machine or of the issuer is wrong"));
}

}  // namespace

AccessTokens::AccessTokens(HttpTransport* transport, const Clock* clock,
                           AccessTokensOptions options)
    : transport_(transport), clock_(clock), options_(std::move(options)) {}

AccessTokens::Entry& AccessTokens::Find(const TokenGrant& grant) {
  std::unique_ptr<Entry>& entry = entries_[grant];
  if (entry == nullptr) {
    entry = std::make_unique<Entry>();
    entry->grant = grant;
    entry->secret = grant.type == TokenGrant::Type::kMytoken ? grant.mytoken : grant.refresh_token;
    if (grant.type == TokenGrant::Type::kGiven) {
      entry->token = MakeAccessToken(grant.access_token, absl::InfiniteFuture());
    }
  }
  return *entry;
}

void AccessTokens::Get(const TokenGrant& grant, Done done) {
  Entry& entry = Find(grant);
  if (entry.renewing) {
    entry.waiting.push_back(std::move(done));
    return;
  }
  const absl::Time now = clock_->Now();
  const absl::Duration life =
      entry.token.has_value() ? entry.token->expire_time - now : -absl::InfiniteDuration();
  if (life >= kMinAccessTokenLife) {
    done(*entry.token);
    return;
  }
  // It cannot be renewed, or a renewal has just been tried: use it as long as it is valid.
  const bool is_given = grant.type == TokenGrant::Type::kGiven;
  if (is_given || now < entry.error_time + kRenewalPause) {
    if (life > absl::ZeroDuration()) {
      done(*entry.token);
    } else {
      done(is_given ? Expired(grant, *entry.token, now) : entry.error);
    }
    return;
  }
  entry.waiting.push_back(std::move(done));
  Renew(entry);
}

void AccessTokens::Renew(Entry& entry) {
  entry.renewing = true;
  if (entry.grant.type == TokenGrant::Type::kOidcAgent) {
    AskAgentFor(entry);
  } else if (entry.endpoint.has_value()) {
    AskEndpoint(entry);
  } else {
    Discover(entry);
  }
}

void AccessTokens::AskAgentFor(Entry& entry) {
  const absl::StatusOr<std::string> answer =
      options_.ask_agent(entry.grant.socket, AgentRequest(entry.grant, kMinAccessTokenLife));
  if (!answer.ok()) {
    Finish(entry, answer.status());
  } else {
    Finish(entry, ParseAgentAnswer(entry.grant, *answer));
  }
}

void AccessTokens::Discover(Entry& entry) {
  absl::StatusOr<HttpRequest> request = DiscoveryRequest(entry.grant);
  if (!request.ok()) {
    Finish(entry, request.status());
    return;
  }
  Send(*std::move(request), [this, &entry](const Answer& answer) {
    absl::StatusOr<TokenEndpoint> endpoint = ParseDiscovery(entry.grant, answer);
    if (!endpoint.ok()) {
      Finish(entry, endpoint.status());
      return;
    }
    entry.endpoint = *std::move(endpoint);
    AskEndpoint(entry);
  });
}

void AccessTokens::AskEndpoint(Entry& entry) {
  Send(TokenRequest(entry.grant, *entry.endpoint, entry.secret),
       [this, &entry](const Answer& answer) {
         absl::StatusOr<TokenAnswer> got = ParseTokenAnswer(entry.grant, answer, entry.secret);
         if (!got.ok()) {
           Finish(entry, got.status());
           return;
         }
         if (!got->next_secret.empty()) {
           entry.secret = got->next_secret;
           if (options_.on_rotated) options_.on_rotated(entry.grant, entry.secret);
         }
         Finish(entry, std::move(got->token));
       });
}

void AccessTokens::Send(HttpRequest request, absl::AnyInvocable<void(const Answer&)> done) {
  request.timeout = options_.timeout;
  request.deadline = options_.deadline;
  std::string url = request.url;
  transport_->Send(std::move(request), [this, url = std::move(url), done = std::move(done)](
                                           absl::StatusOr<HttpResponse> response) mutable {
    request_count_ += response.ok() ? response->try_count : 1;
    done(Answer{std::move(url), std::move(response), clock_->Now()});
  });
}

void AccessTokens::Finish(Entry& entry, absl::StatusOr<AccessToken> token) {
  const absl::Time now = clock_->Now();
  if (token.ok() && token->expire_time <= now) token = Expired(entry.grant, *token, now);
  entry.renewing = false;
  absl::StatusOr<AccessToken> result = token;
  if (token.ok()) {
    entry.token = *std::move(token);
  } else {
    entry.error = token.status();
    entry.error_time = now;
    // The old token may still be valid.
    if (entry.token.has_value() && entry.token->expire_time > now) result = *entry.token;
  }
  for (Done& done : std::exchange(entry.waiting, {})) done(result);
}

}  // namespace cis::crawler
