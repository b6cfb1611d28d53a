// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/keystone_client.h"

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/keystone.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {

bool LooksUnlikeKeystone(const Answer& answer) {
  if (AnsweredWith(answer, {300})) return true;
  if (!AnsweredWith(answer, {404, 405})) return false;
  const nlohmann::json body = nlohmann::json::parse(answer.response->body, nullptr, false);
  return !body.is_object() || body.count("error") == 0;
}

KeystoneClient::KeystoneClient(Exchange* exchange, const ShareTarget* target)
    : exchange_(exchange),
      target_(target),
      base_(KeystoneBase(target->share.endpoint.keystone_url)) {}

absl::Status KeystoneClient::CheckPolicy() const {
  return CheckEndpointPolicy(*target_, "Keystone", base_);
}

HttpRequest KeystoneClient::Complete(HttpRequest request, absl::string_view path) const {
  request.url = absl::StrCat(base_, path);
  request.headers.insert(request.headers.begin(), {"Accept", "application/json"});
  request.limit_key = target_->share.endpoint.keystone_url;
  request.leads_on = true;
  request.ca_file = target_->ca_file;
  request.allow_loopback = target_->allow_loopback;
  request.timeout = exchange_->options().timeout;
  request.deadline = exchange_->options().deadline;
  request.max_body_bytes = kMaxTokenBytes;
  return request;
}

void KeystoneClient::Ask(HttpRequest request, std::string path, Exchange::Handler handler) {
  HttpRequest complete = Complete(request, path);
  exchange_->Ask(
      Kind::kAuth, std::move(complete),
      [this, request = std::move(request), path = std::move(path),
       handler = std::move(handler)](const Answer& answer) mutable {
        if (discovered_ || !LooksUnlikeKeystone(answer)) {
          handler(answer);
          return;
        }
        discovered_ = true;
        exchange_->Ask(
            Kind::kAuth, Complete(HttpRequest(), "/"),
            [this, refused = answer, request = std::move(request), path = std::move(path),
             handler = std::move(handler)](const Answer& versions) mutable {
              std::string found;
              if (AnsweredWith(versions, {200, 300})) {
                found = FindKeystoneBase(base_, versions.response->body);
              }
              if (found.empty() || found == base_) {
                handler(refused);
                return;
              }
              base_ = std::move(found);
              exchange_->Ask(Kind::kAuth, Complete(std::move(request), path), std::move(handler));
            });
      });
}

}  // namespace cis::crawler
