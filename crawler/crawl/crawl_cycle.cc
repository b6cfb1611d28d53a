// SPDX-License-Identifier: Apache-2.0
#include "crawler/crawl/crawl_cycle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/normalizer.h"
#include "net/http/http_error.h"
#include "schema/base/check.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {

namespace {

// Whether an answer is valid for all shares: the document, or that the site does not have it.
bool HoldsForAll(int status) {
  constexpr int kStatuses[] = {200, 400, 404, 405, 410, 501};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

}  // namespace

bool ShareOutcome::Refreshed() const {
  if (kinds.size() != std::size(kAllKinds)) return false;
  return std::all_of(kinds.begin(), kinds.end(),
                     [](const auto& entry) { return entry.second.error == ErrorClass::kNone; });
}

bool ShareOutcome::RefreshedAny() const {
  return std::any_of(kinds.begin(), kinds.end(), [](const auto& entry) {
    return entry.first != Kind::kAuth && entry.second.error == ErrorClass::kNone;
  });
}

int CrawlExitCode(const CrawlSummary& summary, size_t config_error_count) {
  if (summary.interrupted) return 1;
  if (summary.refreshed_count == 0 && summary.partial_count == 0) return 4;
  if (summary.refreshed_count < summary.share_count || config_error_count > 0) return 3;
  return 0;
}

CrawlCycle::CrawlCycle(HttpTransport* transport, StoreWriter* store, const Clock* clock,
                       const Rules& rules, CrawlCycleOptions options)
    : transport_(transport),
      store_(store),
      clock_(clock),
      rules_(rules),
      options_(std::move(options)) {}

CrawlCycle::~CrawlCycle() = default;

absl::StatusOr<CrawlSummary> CrawlCycle::Run(const std::vector<ShareTarget>& targets,
                                             CrawlConfiguration configuration) {
  configuration_ = std::move(configuration);
  start_time_ = clock_->Now();
  CIS_ASSIGN_OR_RETURN(crawl_id_, store_->BeginCrawl(start_time_));
  CIS_RETURN_IF_ERROR(
      store_->ReplaceConfiguration(configuration_.sites(), configuration_.shares()));
  std::vector<ShareTarget> discovering;
  for (const ShareTarget& target : targets) {
    if (!options_.gate.IsBackedOff(target.share)) discovering.push_back(target);
    if (options_.gate.Admit(target)) StartShare(target);
  }
  if (options_.discovery != nullptr) {
    options_.discovery->Start(discovering,
                              [this](const ProjectOffers& offers) { OnOffers(offers); });
  }
  // All shares start now. A request's own deadline excludes its wait in the queue; this one
  // includes it.
  const absl::Status driven = transport_->Run(clock_->Steady() + options_.share_deadline);
  CIS_RETURN_IF_ERROR(store_status_);
  for (const auto& [name, count] : transport_->limit_hits()) summary_.limit_hits[name] += count;
  if (summary_.interrupted) return summary_;
  // Shares that the deadline cut off have recorded their own failure.
  if (!driven.ok() && driven.code() != absl::StatusCode::kDeadlineExceeded) return driven;
  CIS_RETURN_IF_ERROR(RecordHeld());
  CIS_CHECK(summary_.refreshed_count + summary_.partial_count <= summary_.share_count,
            "each share is counted once");
  Crawl crawl;
  crawl.id = crawl_id_;
  crawl.end_time = clock_->Now();
  crawl.share_count = summary_.share_count;
  crawl.refreshed_count = summary_.refreshed_count;
  crawl.failed_count = summary_.share_count - summary_.refreshed_count;
  if (options_.logins != nullptr) summary_.request_count += options_.logins->request_count();
  if (options_.discovery != nullptr) {
    summary_.request_count += options_.discovery->request_count();
  }
  crawl.request_count = summary_.request_count;
  crawl.backing_off_count = summary_.backing_off_count;
  crawl.error_counts = summary_.error_counts;
  crawl.limit_hits = summary_.limit_hits;
  CIS_RETURN_IF_ERROR(store_->EndCrawl(crawl));
  return summary_;
}

void CrawlCycle::StartShare(ShareTarget target) {
  auto owned = std::make_unique<ShareRun>();
  ShareRun& run = *owned;
  runs_.push_back(std::move(owned));
  run.outcome.share = target.share;
  run.start_time = clock_->Steady();
  run.source = options_.make_source(target);
  CIS_CHECK(run.source != nullptr, "each share has a source");
  run.target = std::move(target);
  ++summary_.share_count;
  Take(run, run.source->Start(clock_->Now()));
}

void CrawlCycle::OpenGate(const ShareRun& run, bool site_works) {
  if (!site_works) return;
  for (ShareTarget& target : options_.gate.Open(run.target.share)) StartShare(std::move(target));
}

absl::Status CrawlCycle::RecordHeld() {
  for (const auto& [target, back_off] : options_.gate.Held()) {
    ShareOutcome outcome;
    outcome.share = target.share;
    outcome.kinds[Kind::kAuth] = {ErrorClass::kBackingOff, DescribeBackOff(back_off), 0, 0, {}};
    ++summary_.share_count;
    ++summary_.done_count;
    ++summary_.backing_off_count;
    for (const Share& share : configuration_.SharesOf(target.share)) {
      CIS_RETURN_IF_ERROR(store_->RecordNotAsked(
          crawl_id_, share, outcome.kinds[Kind::kAuth].message, clock_->Now()));
    }
    if (options_.on_share_done) options_.on_share_done(outcome);
  }
  return absl::OkStatus();
}

void CrawlCycle::Take(ShareRun& run, SourceStep step) {
  for (const Limit limit : step.limits) ++summary_.limit_hits[std::string(FormatLimit(limit))];
  for (SourceRequest& request : step.requests) {
    ++run.open_count;
    if (!UseSharedAnswer(run, &request)) Send(run, std::move(request));
  }
  for (const SourceEvent& event : step.events) OnEvent(run, event);
  // Last, because the answer may arrive at once, and its step is then handled here too.
  for (const UnscopedRequest& request : step.unscoped_requests) AskUnscoped(run, request);
  FinishIfDone(run);
}

void CrawlCycle::Send(ShareRun& run, SourceRequest request) {
  const absl::Duration left = run.start_time + options_.share_deadline - clock_->Steady();
  // A request that comes too late is still sent, so that it ends in the same way as all others.
  request.request.deadline =
      std::min(request.request.deadline, std::max(left, absl::Milliseconds(1)));
  transport_->Send(std::move(request.request),
                   [this, &run, tag = request.tag,
                    key = std::move(request.share_key)](absl::StatusOr<HttpResponse> answer) {
                     if (!key.empty()) OnSharedAnswer(key, answer);
                     OnAnswer(run, tag, std::move(answer));
                   });
}

bool CrawlCycle::UseSharedAnswer(ShareRun& run, SourceRequest* request) {
  if (request->share_key.empty()) return false;
  const auto [it, is_first] = shared_.try_emplace(request->share_key);
  if (is_first) return false;
  if (it->second.answer.has_value()) {
    answered_.emplace_back(&run, std::move(*request));
  } else {
    it->second.waiting.emplace_back(&run, std::move(*request));
  }
  return true;
}

void CrawlCycle::OnSharedAnswer(const std::string& key,
                                const absl::StatusOr<HttpResponse>& answer) {
  SharedAnswer& shared = shared_[key];
  auto waiting = std::exchange(shared.waiting, {});
  if (answer.ok() && HoldsForAll(answer->status)) {
    shared.answer = *answer;
    shared.answer->try_count = 0;  // the request is counted where it was made
    for (auto& one : waiting) answered_.push_back(std::move(one));
    return;
  }
  // A refusal or an outage is specific to the share: every share sends its own request.
  shared_.erase(key);
  if (!answer.ok() && answer.status().code() == absl::StatusCode::kCancelled) return;
  for (auto& [run, request] : waiting) {
    request.share_key.clear();
    Send(*run, std::move(request));
  }
}

void CrawlCycle::DeliverShared() {
  while (!answered_.empty() && store_status_.ok()) {
    const auto [run, request] = std::move(answered_.front());
    answered_.pop_front();
    ++summary_.shared_count;
    CIS_CHECK(run->open_count > 0, "each answer is of an open request");
    --run->open_count;
    Take(*run,
         run->source->OnResponse(request.tag, *shared_[request.share_key].answer, clock_->Now()));
  }
}

void CrawlCycle::OnAnswer(ShareRun& run, int64_t tag, absl::StatusOr<HttpResponse> answer) {
  CIS_CHECK(run.open_count > 0, "each answer is of an open request");
  --run.open_count;
  if (NoteInterrupt(answer.status())) return;
  summary_.request_count += answer.ok() ? answer->try_count : 1;
  if (!store_status_.ok()) return;
  Take(run, run.source->OnResponse(tag, answer, clock_->Now()));
  DeliverShared();
  if (options_.on_progress) options_.on_progress(summary_);
}

void CrawlCycle::AskUnscoped(ShareRun& run, const UnscopedRequest& request) {
  ++run.open_count;
  options_.logins->Get(run.target, request.refused,
                       [this, &run, tag = request.tag](const absl::StatusOr<UnscopedToken>& token) {
                         CIS_CHECK(run.open_count > 0, "each token is of an open request");
                         --run.open_count;
                         if (NoteInterrupt(token.status()) || !store_status_.ok()) return;
                         Take(run, run.source->OnUnscopedToken(tag, token, clock_->Now()));
                       });
}

bool CrawlCycle::NoteInterrupt(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kCancelled) return false;
  summary_.interrupted = true;
  return true;
}

void CrawlCycle::OnEvent(ShareRun& run, const SourceEvent& event) {
  if (!store_status_.ok()) return;
  run.outcome.request_count += event.request_count;
  switch (event.type) {
    case SourceEvent::Type::kLogin:
      run.outcome.share = event.share;
      run.outcome.kinds[Kind::kAuth] = {};
      if (configuration_.Merge(event.share)) {
        CheckStore(store_->ReplaceConfiguration(configuration_.sites(), configuration_.shares()));
      }
      CheckStore(store_->RecordLogin(crawl_id_, event.share, clock_->Now(), event.request_count));
      OpenGate(run, true);
      return;
    case SourceEvent::Type::kRegions:
      OnRegions(run, event);
      OpenGate(run, true);
      return;
    case SourceEvent::Type::kObservation:
      CheckStore(OnObservation(run, event));
      return;
    case SourceEvent::Type::kFailure:
      run.outcome.share = event.share;
      CheckStore(RecordFailure(run, event.share, event.kind, event.error, event.status.message(),
                               event.request_count));
      // A site that rejects a login works.
      OpenGate(run, event.kind == Kind::kAuth && !IsSiteFailure(event.error));
      return;
  }
}

void CrawlCycle::OnOffers(const ProjectOffers& offers) {
  if (!store_status_.ok()) return;
  const Share& asked = offers.first.share;
  for (const std::string& why : offers.why) {
    Log(LogLevel::kWarning, "crawl.discovery",
        {{"site", asked.endpoint.site_name}, {"message", why}});
  }
  const absl::Time now = clock_->Now();
  for (const Share& one : configuration_.SharesOf(asked)) {
    CheckStore(store_->PutOffers(one, offers.projects, now));
    if (offers.complete) CheckStore(store_->DropOffers(one, start_time_));
  }
  bool changed = offers.complete && configuration_.ForgetDiscovered(asked, offers.projects);
  std::vector<ShareTarget> found;
  for (const OfferedProject& project : offers.projects) {
    if (project.vo.empty()) continue;
    ShareTarget target = offers.first;
    target.share.vo = project.vo;
    target.share.project_id = target.share.project_key = project.id;
    target.share.project_name = project.name;
    target.share.discovered = true;
    target.config_origin = absl::StrCat("project ", project.id, " of ", asked.endpoint.site_name);
    const bool is_new = configuration_.Discover(target.share);
    changed = changed || is_new;
    if (is_new || configuration_.IsDiscovered(target.share)) found.push_back(std::move(target));
  }
  if (changed) {
    CheckStore(store_->ReplaceConfiguration(configuration_.sites(), configuration_.shares()));
  }
  for (ShareTarget& target : found) {
    const auto& vos = options_.discovered_vos;
    const bool wanted = vos.empty() || std::any_of(vos.begin(), vos.end(), [&](const auto& vo) {
                          return absl::EqualsIgnoreCase(vo, target.share.vo);
                        });
    if (wanted && store_status_.ok()) StartShare(std::move(target));
  }
}

void CrawlCycle::OnRegions(ShareRun& run, const SourceEvent& event) {
  run.split = true;
  if (configuration_.Split(run.target.share, event.regions)) {
    CheckStore(store_->ReplaceConfiguration(configuration_.sites(), configuration_.shares()));
  }
  for (const std::string& region : event.regions) {
    ShareTarget target = run.target;
    target.share.endpoint.region = region;
    StartShare(std::move(target));
  }
}

absl::Status CrawlCycle::OnObservation(ShareRun& run, const SourceEvent& event) {
  absl::StatusOr<RecordSet> records = Normalize(rules_, event.observation);
  if (!records.ok()) {
    return RecordFailure(run, event.share, event.kind, ErrorClass::kParse,
                         records.status().message(), event.request_count);
  }
  if (options_.corrector != nullptr) options_.corrector->Apply(&*records);
  KindOutcome& outcome = run.outcome.kinds[event.kind];
  outcome.record_count = RecordCount(*records);
  outcome.skipped_count = records->skipped_count;
  outcome.remarks = records->remarks;
  return store_->ReplaceRecords(crawl_id_, event.observation, *records, event.request_count);
}

absl::Status CrawlCycle::RecordFailure(ShareRun& run, const Share& share, Kind kind,
                                       ErrorClass error, absl::string_view message,
                                       int64_t request_count) {
  KindOutcome& outcome = run.outcome.kinds[kind];
  outcome.error = error == ErrorClass::kNone ? ErrorClass::kInternal : error;
  outcome.message = std::string(message);
  ++summary_.error_counts[std::string(FormatErrorClass(outcome.error))];
  if (options_.corrector != nullptr) options_.corrector->NoteMissing(share, kind);
  // A login that fails before the regions are known fails for all known regions.
  for (const Share& one : configuration_.SharesOf(share)) {
    CIS_RETURN_IF_ERROR(store_->RecordFailure(crawl_id_, one, kind, outcome.error, message,
                                              clock_->Now(), request_count));
  }
  return absl::OkStatus();
}

void CrawlCycle::FinishIfDone(ShareRun& run) {
  if (run.done || run.open_count > 0 || !run.source->Done() || !store_status_.ok()) return;
  run.done = true;
  if (run.split) {
    --summary_.share_count;
    return;
  }
  run.outcome.duration = clock_->Steady() - run.start_time;
  ++summary_.done_count;
  if (run.outcome.Refreshed()) {
    ++summary_.refreshed_count;
  } else if (run.outcome.RefreshedAny()) {
    ++summary_.partial_count;
  }
  if (options_.on_share_done) options_.on_share_done(run.outcome);
}

void CrawlCycle::CheckStore(const absl::Status& status) {
  if (status.ok() || !store_status_.ok()) return;
  store_status_ = status;
  transport_->Cancel();
}

}  // namespace cis::crawler
