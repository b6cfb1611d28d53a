// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/service_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"

namespace cis::crawler {

ServiceClient::ServiceClient(Exchange* exchange, const ShareTarget& target, ServiceType type,
                             absl::string_view catalog_url, Session* session)
    : exchange_(exchange),
      type_(type),
      base_(MakeServiceBase(type, catalog_url)),
      session_(session),
      keystone_url_(target.share.endpoint.keystone_url),
      ca_file_(target.ca_file),
      allow_loopback_(target.allow_loopback) {
  const auto& known = target.share.endpoint.service_bases;
  const auto found = known.find(base_.catalog_url);
  // Only on the catalog's own host, because only that was checked.
  if (found != known.end() && IsBelowOrigin(found->second, base_.root)) {
    base_.url = absl::StrCat(found->second, base_.suffix);
  }
}

HttpRequest ServiceClient::MakeRequest(std::string url, const GetOptions& options) const {
  HttpRequest request;
  request.url = std::move(url);
  request.leads_on = options.leads_on;
  request.headers = options.headers;
  request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back({"X-Auth-Token", token()});
  request.limit_key = keystone_url_;
  request.ca_file = ca_file_;
  request.allow_loopback = allow_loopback_;
  request.timeout = exchange_->options().timeout;
  request.deadline = exchange_->options().deadline;
  switch (options.need) {
    case Need::kKind:
      return request;
    case Need::kFacts:
      request.deadline = std::min(request.deadline, kFactsDeadline);
      break;
    case Need::kExtras:
      request.timeout = std::min(request.timeout, kOptionalTimeout);
      request.deadline = std::min(request.deadline, kOptionalTimeout);
      request.max_tries = 2;
      break;
  }
  // If Cinder is down, it is down for all its listings.
  request.optional_part =
      type_ == ServiceType::kVolume ? std::string(FormatServiceType(type_)) : options.part;
  return request;
}

HttpRequest ServiceClient::MakeVersionRequest() const {
  GetOptions options;
  options.leads_on = true;
  if (type_ == ServiceType::kVolume) options.need = Need::kExtras;
  return MakeRequest(absl::StrCat(base_.root, "/"), options);
}

void ServiceClient::Send(Kind kind, const std::string& path, GetOptions options,
                         Exchange::Handler handler) {
  HttpRequest request = MakeRequest(absl::StrCat(base_.url, path), options);
  // Without the project, which may be a part of the URL.
  std::string share_key = options.audience == Audience::kEndpoint
                              ? absl::StrCat(keystone_url_, " ", base_.root, " ", path)
                              : "";
  exchange_->Ask(
      kind, request,
      [this, kind, url = request.url, options = std::move(options),
       generation = session_->generation(),
       handler = std::move(handler)](const Answer& answer) mutable {
        if (!AnsweredWith(answer, {401})) {
          handler(answer);
          return;
        }
        session_->Renew(generation, [this, kind, url, options = std::move(options),
                                     handler = std::move(handler), answer](bool renewed) mutable {
          if (!renewed) {
            handler(answer);
          } else {
            exchange_->Ask(kind, MakeRequest(url, options), std::move(handler));
          }
        });
      },
      std::move(share_key));
}

bool ServiceClient::MayBeWrongBase(const Answer& answer) {
  // 300: Glance's answer to a path it does not know.
  return AnsweredWith(answer, {300, 404, 410});
}

void ServiceClient::Get(Kind kind, std::string path, GetOptions options,
                        Exchange::Handler handler) {
  options.shows_base = options.shows_base || options.need == Need::kKind;
  auto on_answer = [this, kind, path, options,
                    handler = std::move(handler)](const Answer& answer) mutable {
    if (!MayBeWrongBase(answer)) {
      // A refusal comes from the API too; without an answer, no better base is known.
      if (AnsweredWith(answer, {200}) || options.shows_base) Settle();
      handler(answer);
      return;
    }
    if (state_ == BaseState::kSettled) {
      if (answer.url == absl::StrCat(base_.url, path)) {
        handler(answer);
      } else {
        // Another request has found the base meanwhile.
        Send(kind, path, std::move(options), std::move(handler));
      }
      return;
    }
    // A listing that is not offered gives 404 too.
    const bool is_sure = options.shows_base || !AnsweredWith(answer, {404});
    waiting_.push_back({kind, std::move(path), std::move(options), std::move(handler), answer});
    if (is_sure) Discover(kind);
  };
  Send(kind, path, std::move(options), std::move(on_answer));
}

void ServiceClient::Settle() {
  if (state_ != BaseState::kUntried) return;
  state_ = BaseState::kSettled;
  for (Waiting& waiting : std::exchange(waiting_, {})) waiting.handler(waiting.answer);
}

void ServiceClient::Discover(Kind kind) {
  if (state_ == BaseState::kDiscovering) return;
  state_ = BaseState::kDiscovering;
  exchange_->Ask(kind, MakeVersionRequest(), [this](const Answer& answer) { OnVersions(answer); });
}

void ServiceClient::OnVersions(const Answer& answer) {
  state_ = BaseState::kSettled;
  std::string found;
  if (AnsweredWith(answer, {200, 300})) {
    found = FindVersionUrl(type_, base_.root, answer.response->body);
  }
  // CIS does not support the version: the usual one may be next to it.
  if (found.empty()) found = base_.usual_url;
  const std::string url = absl::StrCat(found, base_.suffix);
  const bool changed = !found.empty() && url != base_.url;
  if (changed) {
    base_.url = url;
    if (on_found_) on_found_(base_.catalog_url, found);
  }
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (changed) {
      Send(waiting.kind, waiting.path, std::move(waiting.options), std::move(waiting.handler));
    } else {
      waiting.handler(waiting.answer);
    }
  }
}

void ServiceClient::GetVersionDocument(Kind kind, Exchange::Handler handler) {
  exchange_->Ask(kind, MakeVersionRequest(), std::move(handler));
}

}  // namespace cis::crawler
