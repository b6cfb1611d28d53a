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

HttpRequest ServiceClient::MakeRequest(std::string url, const GetOptions& options) const {
  HttpRequest request;
  request.url = std::move(url);
  request.leads_on = options.leads_on;
  request.headers = options.headers;
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

HttpRequest ServiceClient::MakeVersionRequest() const {
  GetOptions options;
  options.leads_on = true;
  return MakeRequest(absl::StrCat(base_.root, "/"), options);
}

void ServiceClient::Send(Kind kind, const std::string& path, GetOptions options,
                         Exchange::Handler handler) {
  HttpRequest request = MakeRequest(absl::StrCat(base_.url, path), options);
  const bool is_shared = options.audience == Audience::kEndpoint;
  std::string share_key = is_shared ? absl::StrCat(keystone_url_, " ", request.url) : "";
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

void ServiceClient::Get(Kind kind, std::string path, GetOptions options,
                        Exchange::Handler handler) {
  if (base_.versioned) {
    Send(kind, path, std::move(options), std::move(handler));
    return;
  }
  auto on_answer = [this, kind, path, options,
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
        Send(kind, path, std::move(options), std::move(handler));
      }
      return;
    }
    waiting_.push_back({kind, std::move(path), std::move(options), std::move(handler), answer});
    Discover(kind);
  };
  Send(kind, path, std::move(options), std::move(on_answer));
}

void ServiceClient::Discover(Kind kind) {
  if (discovering_) return;
  discovering_ = true;
  may_discover_ = false;
  exchange_->Ask(kind, MakeVersionRequest(), [this](const Answer& answer) { OnVersions(answer); });
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
      Send(waiting.kind, waiting.path, std::move(waiting.options), std::move(waiting.handler));
    } else {
      waiting.handler(waiting.answer);
    }
  }
}

void ServiceClient::GetVersionDocument(Kind kind, Exchange::Handler handler) {
  exchange_->Ask(kind, MakeVersionRequest(), std::move(handler));
}

}  // namespace cis
