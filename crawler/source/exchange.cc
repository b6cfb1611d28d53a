#include "crawler/source/exchange.h"

namespace cis {

void Exchange::Ask(Kind kind, HttpRequest request, Handler handler) {
  const int64_t tag = next_tag_++;
  pending_.emplace(tag, Pending{kind, request.url, std::move(handler)});
  step_.requests.push_back({std::move(request), tag});
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

void Exchange::Deliver(int64_t tag, const absl::StatusOr<HttpResponse>& response, absl::Time now) {
  now_ = now;
  const auto it = pending_.find(tag);
  if (it == pending_.end()) return;
  Pending pending = std::move(it->second);
  pending_.erase(it);
  request_counts_[pending.kind] += response.ok() ? response->try_count : 1;
  pending.handler(Answer{std::move(pending.url), response, now});
}

int64_t Exchange::RequestCount(Kind kind) const {
  const auto it = request_counts_.find(kind);
  return it == request_counts_.end() ? 0 : it->second;
}

}  // namespace cis
