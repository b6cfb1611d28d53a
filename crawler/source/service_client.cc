#include "crawler/source/service_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"

namespace cis {

ServiceClient::ServiceClient(Exchange* exchange, const ShareTarget& target, ServiceType type,
                             absl::string_view catalog_url, Session* session)
    : exchange_(exchange),
      type_(type),
      base_(MakeServiceBase(type, catalog_url)),
      session_(session),
      keystone_url_(target.share.endpoint.keystone_url),
      limit_key_(keystone_url_),
      ca_file_(target.ca_file),
      allow_loopback_(target.allow_loopback),
      may_discover_(!base_.versioned) {}

void ServiceClient::SetOptional() {
  optional_ = true;
  // A slot of its own: a service that hangs must not hold up the endpoint's other requests.
  absl::StrAppend(&limit_key_, "#", FormatServiceType(type_));
}

HttpRequest ServiceClient::MakeRequest(std::string url, std::vector<HttpHeader> headers) const {
  HttpRequest request;
  request.url = std::move(url);
  request.headers = std::move(headers);
  request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back({"X-Auth-Token", token()});
  request.limit_key = limit_key_;
  request.ca_file = ca_file_;
  request.allow_loopback = allow_loopback_;
  request.timeout = exchange_->options().timeout;
  request.deadline = exchange_->options().deadline;
  if (optional_) {
    request.timeout = std::min(request.timeout, kOptionalTimeout);
    request.max_tries = 1;
  }
  return request;
}

void ServiceClient::Send(Kind kind, const std::string& path, std::vector<HttpHeader> headers,
                         Exchange::Handler handler, Audience audience) {
  HttpRequest request = MakeRequest(absl::StrCat(base_.url, path), headers);
  exchange_->Ask(
      kind, request,
      [this, kind, url = request.url, headers = std::move(headers),
       generation = session_->generation(),
       handler = std::move(handler)](const Answer& answer) mutable {
        if (!AnsweredWith(answer, {401})) {
          handler(answer);
          return;
        }
        session_->Renew(generation, [this, kind, url, headers = std::move(headers),
                                     handler = std::move(handler), answer](bool renewed) mutable {
          if (!renewed) {
            handler(answer);
          } else {
            exchange_->Ask(kind, MakeRequest(url, std::move(headers)), std::move(handler));
          }
        });
      },
      audience == Audience::kEndpoint ? absl::StrCat(keystone_url_, " ", request.url) : "");
}

void ServiceClient::Get(Kind kind, std::string path, std::vector<HttpHeader> headers,
                        Exchange::Handler handler, Audience audience) {
  if (base_.versioned) {
    Send(kind, path, std::move(headers), std::move(handler), audience);
    return;
  }
  auto on_answer = [this, kind, path, headers, audience,
                    handler = std::move(handler)](const Answer& answer) mutable {
    // 300: Glance's answer to a path it does not know.
    if (!AnsweredWith(answer, {300, 404})) {
      if (AnsweredWith(answer, {200})) may_discover_ = false;
      handler(answer);
      return;
    }
    if (!may_discover_ && !discovering_) {
      // Another request has found the versions meanwhile.
      if (answer.url == absl::StrCat(base_.url, path)) {
        handler(answer);
      } else {
        Send(kind, path, std::move(headers), std::move(handler), audience);
      }
      return;
    }
    waiting_.push_back(
        {kind, std::move(path), std::move(headers), std::move(handler), audience, answer});
    Discover(kind);
  };
  Send(kind, path, std::move(headers), std::move(on_answer), audience);
}

void ServiceClient::Discover(Kind kind) {
  if (discovering_) return;
  discovering_ = true;
  may_discover_ = false;
  exchange_->Ask(kind, MakeRequest(absl::StrCat(base_.root, "/"), {}),
                 [this](const Answer& answer) { OnVersions(answer); });
}

void ServiceClient::OnVersions(const Answer& answer) {
  discovering_ = false;
  std::string found;
  if (AnsweredWith(answer, {200, 300})) {
    found = FindVersionUrl(type_, base_.root, answer.response->body);
  }
  const bool changed = !found.empty() && found != base_.url;
  if (changed) base_.url = std::move(found);
  for (Waiting& waiting : std::exchange(waiting_, {})) {
    if (changed) {
      Send(waiting.kind, waiting.path, std::move(waiting.headers), std::move(waiting.handler),
           waiting.audience);
    } else {
      waiting.handler(waiting.answer);
    }
  }
}

void ServiceClient::GetVersionDocument(Kind kind, Exchange::Handler handler) {
  exchange_->Ask(kind, MakeRequest(absl::StrCat(base_.root, "/"), {}), std::move(handler));
}

}  // namespace cis
