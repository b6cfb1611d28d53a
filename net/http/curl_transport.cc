// SPDX-License-Identifier: Apache-2.0
#include "net/http/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "net/http/http_error.h"
#include "net/http/http_status.h"

namespace cis {
namespace {

// The longest delay until Cancel() or a changed clock takes effect.
constexpr absl::Duration kLongestPoll = absl::Milliseconds(100);
// Answers that are passed to callbacks before libcurl runs again. A callback takes milliseconds;
// meanwhile the places in flight that became free are filled.
constexpr int kAnswersAtOnce = 2;
// Bytes of bodies that wait for their callbacks; beyond that no request is started, so that a slow
// caller does not fill the memory.
constexpr int64_t kMaxWaitingBytes = int64_t{32} << 20;

std::string What(const HttpRequest& request) {
  return absl::StrCat(request.method, " ", RedactUrl(request.url));
}

// Returns `status` with the request before its message; the class is kept.
absl::Status WithContext(const HttpRequest& request, const absl::Status& status) {
  return Reword(status, absl::StrCat(What(request), ": ", status.message()));
}

bool IsRedirect(const HttpRequest& request, const HttpResponse& response) {
  if (response.Header("Location").empty()) return false;
  const int status = response.status;
  if (status == 307 || status == 308) return true;
  // A POST would become a GET on these; such an answer is returned instead.
  return (status == 301 || status == 302 || status == 303) &&
         (request.method == "GET" || request.method == "HEAD");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlTransport>> CurlTransport::Create(TransportOptions options,
                                                                     const Clock* clock) {
  if (options.max_in_flight_per_key < 1 || options.max_in_flight < 1 ||
      options.backoff.max_tries < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("limits of requests in flight are ", options.max_in_flight_per_key,
                     " per endpoint and ", options.max_in_flight, " in all, with ",
                     options.backoff.max_tries, " attempts; each must be at least 1"));
  }
  static const CURLcode kGlobal = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* multi = kGlobal == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi == nullptr) return absl::InternalError("libcurl cannot be initialised");
  // Idle connections are kept too: the services of an endpoint have different ports, and a share
  // sends several requests to each. By default still below the 1,024 files that a process may open.
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L * options.max_in_flight);
  return std::unique_ptr<CurlTransport>(new CurlTransport(std::move(options), clock, multi));
}

CurlTransport::CurlTransport(TransportOptions options, const Clock* clock, void* multi)
    : options_(std::move(options)),
      clock_(clock),
      multi_(multi),
      backoff_(options_.backoff, options_.seed),
      queue_(options_.max_in_flight_per_key, options_.max_in_flight) {}

CurlTransport::~CurlTransport() {
  for (auto& [id, exchange] : exchanges_) Stop(*exchange);
  curl_multi_cleanup(static_cast<CURLM*>(multi_));
}

void CurlTransport::CountHit(Limit limit, int64_t count) {
  stats_.limit_hits[std::string(FormatLimit(limit))] += count;
}

void CurlTransport::Send(HttpRequest request, Callback done) {
  ++stats_.request_count;
  const int64_t id = next_id_++;
  auto exchange = std::make_unique<Exchange>();
  exchange->done = std::move(done);
  absl::StatusOr<Url> url = ParseUrl(request.url);
  if (url.ok()) {
    exchange->url = *std::move(url);
    exchange->key = request.limit_key.empty() ? FormatOrigin(exchange->url) : request.limit_key;
    queue_.PushBack(exchange->key, id, request.leads_on, request.optional_part);
  } else {
    exchange->error = url.status();
    wrong_.push_back(id);
  }
  exchange->request = std::move(request);
  exchanges_.emplace(id, std::move(exchange));
}

absl::Status CurlTransport::Run(absl::Time deadline) {
  while (true) {
    if (cancelled_.load()) {
      EndAll(absl::StatusCode::kCancelled, "the crawl was cancelled");
      return absl::CancelledError("the crawl was cancelled");
    }
    const absl::Time now = clock_->Steady();
    const bool is_idle = exchanges_.empty() && answers_.empty();
    if (now >= deadline && !is_idle) {
      CountHit(Limit::kShareTime, static_cast<int64_t>(exchanges_.size()));
      EndAll(absl::StatusCode::kDeadlineExceeded, "the crawl's deadline has passed");
      return absl::DeadlineExceededError("the crawl's deadline has passed");
    }
    if (waiting_bytes_ < kMaxWaitingBytes) StartWaiting(now);
    if (exchanges_.empty() && answers_.empty()) return absl::OkStatus();
    int running = 0;
    const CURLMcode code = curl_multi_perform(static_cast<CURLM*>(multi_), &running);
    if (code != CURLM_OK) {
      const std::string why = absl::StrCat("libcurl: ", curl_multi_strerror(code));
      EndAll(absl::StatusCode::kInternal, why);
      return absl::InternalError(why);
    }
    const bool has_finished = TakeFinished();
    if (HandOver() || has_finished) continue;
    const absl::Duration wait =
        std::clamp(NextEvent(now, deadline) - clock_->Steady(), absl::ZeroDuration(), kLongestPoll);
    // Rounded up; otherwise the last fraction of a millisecond would be a busy loop.
    const int64_t wait_ms = absl::ToInt64Milliseconds(wait + absl::Microseconds(999));
    curl_multi_poll(static_cast<CURLM*>(multi_), nullptr, 0, static_cast<int>(wait_ms), nullptr);
  }
}

absl::Time CurlTransport::NextEvent(absl::Time now, absl::Time deadline) const {
  absl::Time next = std::min(deadline, queue_.NextResume(now));
  if (!retries_.empty()) next = std::min(next, retries_.begin()->first);
  return next;
}

void CurlTransport::StartWaiting(absl::Time now) {
  while (!wrong_.empty()) {
    const int64_t id = wrong_.front();
    wrong_.pop_front();
    const absl::Status error = exchanges_.at(id)->error;
    End(id, error);
  }
  while (!retries_.empty() && retries_.begin()->first <= now) {
    const int64_t id = retries_.begin()->second;
    retries_.erase(retries_.begin());
    PushFront(id, *exchanges_.at(id));
  }
  while (const std::optional<int64_t> id = queue_.Start(now)) {
    StartTry(*id, *exchanges_.at(*id), now);
  }
  stats_.max_in_flight = std::max(stats_.max_in_flight, queue_.in_flight());
}

void CurlTransport::PushFront(int64_t id, const Exchange& exchange) {
  queue_.PushFront(exchange.key, id, exchange.request.optional_part);
}

void CurlTransport::Release(const Exchange& exchange) {
  queue_.Release(exchange.key, exchange.request.optional_part);
}

void CurlTransport::NoteAnswer(const Exchange& exchange, bool has_answer) {
  if (exchange.request.optional_part.empty()) return;
  int& count = silent_[{exchange.key, exchange.request.optional_part}];
  count = has_answer ? 0 : count + 1;
}

void CurlTransport::StartTry(int64_t id, Exchange& exchange, absl::Time now) {
  const auto silent = silent_.find({exchange.key, exchange.request.optional_part});
  if (silent != silent_.end() && silent->second >= kMaxSilent) {
    CountHit(Limit::kSilentPart);
    Release(exchange);
    End(id,
        MakeLimitError(absl::StatusCode::kUnavailable, ErrorClass::kTimeout, Limit::kSilentPart,
                       absl::StrCat(What(exchange.request), ": not sent, because other requests ",
                                    "like it to this endpoint got no usable answer")));
    return;
  }
  if (exchange.deadline == absl::InfiniteFuture()) {
    exchange.deadline = now + exchange.request.deadline;
  }
  const absl::Duration left = exchange.deadline - now;
  exchange.cut_by_deadline = left < exchange.request.timeout;
  absl::StatusOr<std::unique_ptr<CurlTry>> running =
      CurlTry::Create(options_.tries, exchange.request, exchange.url, exchange.fresh_connection,
                      std::min(left, exchange.request.timeout));
  if (!running.ok()) {
    Release(exchange);
    End(id, WithContext(exchange.request, running.status()));
    return;
  }
  exchange.running = *std::move(running);
  running_.emplace(exchange.running->handle(), id);
  curl_multi_add_handle(static_cast<CURLM*>(multi_),
                        static_cast<CURL*>(exchange.running->handle()));
  ++stats_.try_count;
}

bool CurlTransport::TakeFinished() {
  // Ordered by id, so that equal runs call back in equal order.
  std::map<int64_t, int> finished;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(static_cast<CURLM*>(multi_), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    finished[running_.at(message->easy_handle)] = message->data.result;
  }
  for (const auto& [id, curl_code] : finished) {
    Exchange& exchange = *exchanges_.at(id);
    CurlTryEnd end = exchange.running->Finish(curl_code);
    Stop(exchange);
    OnTryEnd(id, exchange, std::move(end));
  }
  return !finished.empty();
}

bool CurlTransport::HandOver() {
  if (answers_.empty()) return false;
  for (int i = 0; i < kAnswersAtOnce && !answers_.empty(); ++i) {
    auto [done, result] = std::move(answers_.front());
    answers_.pop_front();
    if (result.ok()) waiting_bytes_ -= static_cast<int64_t>(result->body.size());
    done(std::move(result));
  }
  return true;
}

void CurlTransport::Stop(Exchange& exchange) {
  if (exchange.running == nullptr) return;
  curl_multi_remove_handle(static_cast<CURLM*>(multi_),
                           static_cast<CURL*>(exchange.running->handle()));
  running_.erase(exchange.running->handle());
  exchange.running.reset();
  Release(exchange);
}

void CurlTransport::OnTryEnd(int64_t id, Exchange& exchange, CurlTryEnd end) {
  const absl::Time now = clock_->Steady();
  stats_.connection_count += end.connection_count;
  stats_.wire_bytes += end.wire_bytes;
  stats_.body_bytes += static_cast<int64_t>(end.response.body.size());
  if (end.http2) ++stats_.http2_count;
  if (end.result == TryResult::kTimeout && exchange.cut_by_deadline) {
    end.limit = Limit::kRequestTime;
    end.result = TryResult::kFinal;
  }
  if (end.limit.has_value()) CountHit(*end.limit);
  if (end.result == TryResult::kAnswer && OnRedirect(id, exchange, end.response)) return;

  std::optional<absl::Duration> retry_after;
  if (end.result == TryResult::kAnswer && IsRetryableHttpStatus(end.response.status)) {
    retry_after = ParseRetryAfter(end.response.Header("Retry-After"), end.response.Header("Date"),
                                  clock_->Now());
    if (retry_after > options_.backoff.retry_after_cap) CountHit(Limit::kRetryAfter);
  }
  TryHistory after = exchange.history;
  ++after.try_count;
  if (end.result == TryResult::kTimeout) ++after.timeout_count;
  const RetryDecision decision = backoff_.Decide(end.result, end.response.status, retry_after,
                                                 exchange.request.idempotent, after);
  if (decision.fresh_connection) {
    ++exchange.history.fresh_count;
    ++stats_.fresh_count;
    exchange.fresh_connection = true;
    PushFront(id, exchange);
    return;
  }
  exchange.history = after;
  const bool is_last_try =
      exchange.request.max_tries > 0 && after.try_count >= exchange.request.max_tries;
  if (decision.retry && !is_last_try && now + decision.wait < exchange.deadline) {
    ++stats_.retry_count;
    exchange.fresh_connection = false;
    if (retry_after.has_value()) queue_.Pause(exchange.key, now + decision.wait);
    retries_.emplace(now + decision.wait, id);
    return;
  }
  if (decision.retry && !is_last_try) {
    CountHit(Limit::kRequestTime);
  } else if (after.try_count >= options_.backoff.max_tries) {
    CountHit(Limit::kTries);
  }
  NoteAnswer(exchange, end.result == TryResult::kAnswer);
  if (end.result == TryResult::kAnswer) {
    end.response.try_count = after.try_count;
    End(id, std::move(end.response));
    return;
  }
  absl::Status status = WithContext(exchange.request, end.status);
  if (after.try_count > 1) {
    status = Reword(status, absl::StrCat(status.message(), " (", after.try_count, " attempts)"));
  }
  End(id, std::move(status));
}

bool CurlTransport::OnRedirect(int64_t id, Exchange& exchange, const HttpResponse& response) {
  if (!IsRedirect(exchange.request, response)) return false;
  const absl::StatusOr<Url> target = JoinUrl(exchange.url, response.Header("Location"));
  std::string why;
  Limit limit = Limit::kRedirectOrigin;
  if (!target.ok()) {
    why = absl::StrCat("the site answers with a redirect to something that is not a URL: ",
                       target.status().message());
  } else if (FormatOrigin(*target) != FormatOrigin(exchange.url)) {
    why = absl::StrCat("the site redirects to ", RedactUrl(FormatUrl(*target)),
                       ", which is another origin; credentials are not sent there. If it is "
                       "the right URL, write it into the site file");
  } else if (exchange.redirect_count >= options_.max_redirects) {
    limit = Limit::kRedirects;
    why = absl::StrCat("the site redirects more than ", options_.max_redirects, " times, last to ",
                       RedactUrl(FormatUrl(*target)));
  } else {
    ++exchange.redirect_count;
    ++stats_.redirect_count;
    exchange.url = *target;
    exchange.fresh_connection = false;
    PushFront(id, exchange);
    return true;
  }
  CountHit(limit);
  End(id, MakeLimitError(absl::StatusCode::kFailedPrecondition, ErrorClass::kPolicy, limit,
                         absl::StrCat(What(exchange.request), ": ", why)));
  return true;
}

void CurlTransport::End(int64_t id, absl::StatusOr<HttpResponse> result) {
  const auto it = exchanges_.find(id);
  if (result.ok()) waiting_bytes_ += static_cast<int64_t>(result->body.size());
  answers_.emplace_back(std::move(it->second->done), std::move(result));
  exchanges_.erase(it);
}

void CurlTransport::EndAll(absl::StatusCode code, absl::string_view why) {
  const ErrorClass error =
      code == absl::StatusCode::kDeadlineExceeded ? ErrorClass::kTimeout : ErrorClass::kInternal;
  // Callbacks may send more; those end the same way.
  while (!exchanges_.empty() || HandOver()) {
    if (exchanges_.empty()) continue;
    const int64_t id = exchanges_.begin()->first;
    Exchange& exchange = *exchanges_.begin()->second;
    Stop(exchange);
    const std::string message = absl::StrCat(What(exchange.request), ": ", why);
    End(id, error == ErrorClass::kTimeout ? MakeLimitError(code, error, Limit::kShareTime, message)
                                          : MakeError(code, error, message));
  }
  wrong_.clear();
  retries_.clear();
  queue_ = InFlightQueue(options_.max_in_flight_per_key, options_.max_in_flight);
}

}  // namespace cis
