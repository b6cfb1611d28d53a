// SPDX-License-Identifier: Apache-2.0
#include "server/token/key_cache.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "net/http/url.h"
#include "schema/base/status_macros.h"
#include "server/token/strict_json.h"
#include "server/token/token_error.h"

namespace cis::server {
namespace {

// How long the thread sleeps if nothing wakes it.
constexpr std::chrono::seconds kKeyPoll(1);

bool IsLoopbackUrl(const absl::StatusOr<Url>& url) {
  return url.ok() && ClassifyHost(url->host) == HostClass::kLoopback;
}

// Returns a link of a discovery document. Only an issuer that is itself http on loopback may have
// links that are not https.
absl::StatusOr<std::string> LinkOf(const nlohmann::json& document, const char* name,
                                   const absl::StatusOr<Url>& issuer) {
  const auto at = document.find(name);
  if (at == document.end()) return std::string();
  const auto url = ParseUrl(at->is_string() ? at->get<std::string>() : std::string());
  const bool may_be_plain = issuer.ok() && issuer->scheme == "http" && IsLoopbackUrl(issuer);
  if (!url.ok() || (url->scheme != "https" && !(may_be_plain && IsLoopbackUrl(url)))) {
    return absl::InvalidArgumentError(absl::StrCat(name, " is no https URL"));
  }
  return FormatUrl(*url);
}

}  // namespace

KeyCache::KeyCache(const std::vector<IssuerOptions>& issuers, Fetch fetch, const Clock* clock,
                   KeyCacheOptions options)
    : fetch_(std::move(fetch)), clock_(clock), options_(options) {
  for (const IssuerOptions& issuer : issuers) issuers_[issuer.url];
  thread_ = std::thread([this] { Run(); });
}

KeyCache::~KeyCache() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void KeyCache::Wake() {
  MutexLock lock(&mu_);
  changed_.notify_all();
}

bool KeyCache::IsDue(const Issuer& issuer, absl::Time now) const {
  const absl::Duration age = now - issuer.attempt_time;
  const bool is_wanted = issuer.is_wanted || !issuer.status.ok();
  return age >= (is_wanted ? options_.min_interval : options_.refresh_interval);
}

void KeyCache::Run() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  mu_.Lock();
  while (!stop_) {
    bool is_idle = true;
    for (auto& [url, issuer] : issuers_) {
      if (stop_ || !IsDue(issuer, clock_->Steady())) continue;
      is_idle = false;
      mu_.Unlock();
      auto documents = FetchDocuments(url);
      mu_.Lock();
      issuer.status = documents.status();
      if (documents.ok()) issuer.documents = *std::move(documents);
      issuer.attempt_time = clock_->Steady();
      issuer.is_wanted = false;
      changed_.notify_all();
    }
    if (is_idle && !stop_) changed_.wait_for(mu_, kKeyPoll);
  }
  mu_.Unlock();
}

absl::StatusOr<std::shared_ptr<const IssuerDocuments>> KeyCache::FetchDocuments(
    const std::string& url) const {
  const absl::StatusOr<Url> issuer = ParseUrl(url);
  FetchRequest request;
  request.timeout = options_.fetch_timeout;
  request.allow_loopback = IsLoopbackUrl(issuer);
  request.url = absl::StrCat(absl::StripSuffix(url, "/"), "/.well-known/openid-configuration");
  CIS_ASSIGN_OR_RETURN(const std::string discovery, fetch_(request));
  const auto document = ParseStrictObject(discovery);
  if (!document.has_value() || document->value("issuer", nlohmann::json()) != url) {
    return absl::InvalidArgumentError("the discovery document is of another issuer");
  }
  IssuerDocuments result;
  CIS_ASSIGN_OR_RETURN(request.url, LinkOf(*document, "jwks_uri", issuer));
  CIS_ASSIGN_OR_RETURN(result.userinfo_url, LinkOf(*document, "userinfo_endpoint", issuer));
  if (request.url.empty()) return absl::InvalidArgumentError("there is no jwks_uri");
  CIS_ASSIGN_OR_RETURN(const std::string jwks, fetch_(request));
  std::optional<KeySet> keys = KeySet::Parse(jwks);
  if (!keys.has_value() || keys->size() == 0) {
    return absl::InvalidArgumentError("the key set has no key that can be used");
  }
  result.keys = *std::move(keys);
  return std::make_shared<const IssuerDocuments>(std::move(result));
}

std::optional<KeyCache::Documents> KeyCache::Known(const Issuer* issuer, absl::string_view kid,
                                                   absl::string_view algorithm) const {
  if (issuer == nullptr) {
    return MakeTokenError(TokenError::kIssuerUnknown, "tokens of this issuer are not accepted");
  }
  if (issuer->documents != nullptr && issuer->documents->keys.Find(kid, algorithm) != nullptr) {
    return issuer->documents;
  }
  if (issuer->is_wanted || clock_->Steady() - issuer->attempt_time >= options_.min_interval) {
    return std::nullopt;
  }
  if (!issuer->status.ok() || issuer->documents == nullptr) {
    return MakeTokenError(TokenError::kIssuerUnavailable,
                          "the keys of the issuer cannot be fetched");
  }
  return MakeTokenError(TokenError::kKeyUnknown, "the issuer has no key for this token");
}

std::optional<KeyCache::Documents> KeyCache::FindNow(absl::string_view issuer_url,
                                                     absl::string_view kid,
                                                     absl::string_view algorithm) {
  const MutexLock lock(&mu_);
  const auto at = issuers_.find(issuer_url);
  return Known(at == issuers_.end() ? nullptr : &at->second, kid, algorithm);
}

KeyCache::Documents KeyCache::Find(absl::string_view issuer_url, absl::string_view kid,
                                   absl::string_view algorithm) ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const MutexLock lock(&mu_);
  const auto at = issuers_.find(issuer_url);
  Issuer* const issuer = at == issuers_.end() ? nullptr : &at->second;
  if (std::optional<Documents> known = Known(issuer, kid, algorithm)) return *std::move(known);
  if (waiting_ < options_.max_waiting) {
    issuer->is_wanted = true;
    changed_.notify_all();
    ++waiting_;
    changed_.wait_for(mu_, absl::ToChronoNanoseconds(options_.max_wait),
                      [&] { return stop_ || !issuer->is_wanted; });
    --waiting_;
    if (std::optional<Documents> known = Known(issuer, kid, algorithm)) return *std::move(known);
  }
  return MakeTokenError(TokenError::kIssuerUnavailable, "the keys of the issuer cannot be fetched");
}

}  // namespace cis::server
