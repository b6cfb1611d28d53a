// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/exchange.h"

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/json_bounds.h"
#include "crawler/source/limits.h"
#include "net/http/http_error.h"

namespace cis::crawler {

void Exchange::Ask(Kind kind, HttpRequest request, Handler handler, std::string share_key) {
  const int64_t tag = next_tag_++;
  pending_.emplace(tag, Pending{kind, request.url, std::move(handler)});
  step_.requests.push_back({std::move(request), tag, std::move(share_key)});
}

void Exchange::AskUnscoped(std::string refused, UnscopedHandler handler) {
  const int64_t tag = next_tag_++;
  pending_unscoped_.emplace(tag, std::move(handler));
  step_.unscoped_requests.push_back({std::move(refused), tag});
}

void Exchange::DeliverUnscoped(int64_t tag, const absl::StatusOr<UnscopedToken>& token,
                               absl::Time now) {
  now_ = now;
  const auto it = pending_unscoped_.find(tag);
  if (it == pending_unscoped_.end()) return;
  UnscopedHandler handler = std::move(it->second);
  pending_unscoped_.erase(it);
  handler(token);
}

void Exchange::Emit(SourceEvent event) { step_.events.push_back(std::move(event)); }

void Exchange::CountLimit(const absl::Status& status) {
  const std::optional<Limit> limit = GetLimit(status);
  if (limit.has_value() && CounterOf(*limit) == LimitCounter::kListing) {
    step_.limits.push_back(*limit);
  }
}

absl::Status Exchange::CheckBounds(const HttpResponse& response) {
  body_bytes_ += static_cast<int64_t>(response.body.size());
  if (body_bytes_ > kMaxShareBytes) {
    return MakeSourceLimitError(ErrorClass::kLimit, Limit::kShareBytes,
                                absl::StrCat("the answers to this share exceed ", kMaxShareBytes,
                                             " bytes, the limit (share-bytes)"));
  }
  return CheckJsonBounds(response.body);
}

void Exchange::Deliver(int64_t tag, const absl::StatusOr<HttpResponse>& response, absl::Time now) {
  now_ = now;
  const auto it = pending_.find(tag);
  if (it == pending_.end()) return;
  Pending pending = std::move(it->second);
  pending_.erase(it);
  request_counts_[pending.kind] += response.ok() ? response->try_count : 1;
  if (response.ok()) {
    if (absl::Status bounds = CheckBounds(*response); !bounds.ok()) {
      step_.limits.push_back(*GetLimit(bounds));
      bounds = Reword(bounds, absl::StrCat(pending.url, ": ", bounds.message()));
      pending.handler(Answer{std::move(pending.url), std::move(bounds), now});
      return;
    }
  }
  pending.handler(Answer{std::move(pending.url), response, now});
}

int64_t Exchange::RequestCount(Kind kind) const {
  const auto it = request_counts_.find(kind);
  return it == request_counts_.end() ? 0 : it->second;
}

}  // namespace cis::crawler
