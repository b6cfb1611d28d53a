// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/crawl/configuration.h"
#include "crawler/crawl/endpoint_gate.h"
#include "crawler/crawl/project_discovery.h"
#include "crawler/normalize/rules.h"
#include "crawler/overrides/corrector.h"
#include "crawler/source/source.h"
#include "crawler/tokens/unscoped_logins.h"
#include "net/http/limit.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"
#include "schema/model/records.h"
#include "schema/store/store.h"

namespace cis::crawler {

// The result of the crawl for one kind of one share.
struct KindOutcome {
  ErrorClass error = ErrorClass::kNone;
  std::string message;
  int64_t record_count = 0;
  int64_t skipped_count = 0;
  std::vector<std::string> remarks;  // as KindState::remarks
};

// The result of the crawl for one share.
struct ShareOutcome {
  Share share;
  std::map<Kind, KindOutcome> kinds;  // those that were tried
  int64_t request_count = 0;
  absl::Duration duration;

  // Returns true if every kind was replaced by fresh data.
  bool Refreshed() const;
  // Returns true if at least one kind besides the login was.
  bool RefreshedAny() const;
};

// The progress of a crawl, and at its end its result.
struct CrawlSummary {
  int64_t share_count = 0;
  int64_t done_count = 0;
  int64_t refreshed_count = 0;                  // all kinds fresh
  int64_t partial_count = 0;                    // some kinds fresh, some kept
  int64_t request_count = 0;                    // answers, retries included
  int64_t shared_count = 0;                     // answers taken from another share's request
  int64_t backing_off_count = 0;                // shares that were not asked
  std::map<std::string, int64_t> error_counts;  // kinds that failed, by class
  LimitHits limit_hits;
  bool interrupted = false;  // Cancel() was called before the end
};

// Returns 0 if all shares were refreshed · 3 if some kept their last good data · 4 if none was
// refreshed · 1 if interrupted. With `config_error_count` > 0 (a site file could not be read), the
// crawl is not a full success either.
int CrawlExitCode(const CrawlSummary& summary, size_t config_error_count);

struct CrawlCycleOptions {
  absl::Duration share_deadline = absl::Minutes(10);  // of all requests of one share together
  std::function<std::unique_ptr<Source>(const ShareTarget&)> make_source;  // required
  // Federated logins; null = there are none. Must outlive the cycle.
  UnscopedLogins* logins = nullptr;
  // Finds projects that no file names; null = does not look for them. Must outlive the cycle.
  ProjectDiscovery* discovery = nullptr;
  std::vector<std::string> discovered_vos;  // whose discovered shares are crawled; empty = all
  Corrector* corrector = nullptr;  // the operator's overrides; null = none. Must outlive the cycle.
  EndpointGate gate;               // endpoints that are backed off from
  // Called when a share is done, and after every answer. May be null.
  std::function<void(const ShareOutcome&)> on_share_done;
  std::function<void(const CrawlSummary&)> on_progress;
};

// One pass over some shares: moves bytes between their sources and the transport, normalises the
// answers and stores each kind as soon as it is complete, in one transaction. A failure keeps the
// last good data and is recorded. Not thread-safe; for one Run().
class CrawlCycle {
 public:
  // All must outlive the cycle.
  CrawlCycle(HttpTransport* transport, StoreWriter* store, const Clock* clock, const Rules& rules,
             CrawlCycleOptions options);
  ~CrawlCycle();
  CrawlCycle(const CrawlCycle&) = delete;
  CrawlCycle& operator=(const CrawlCycle&) = delete;

  // Stores `configuration` and crawls `targets`. Sites that fail are part of the summary. After a
  // Cancel() of the transport, everything that was stored is complete, and the crawl has no end in
  // the history. Returns the store's error if it cannot be written.
  absl::StatusOr<CrawlSummary> Run(const std::vector<ShareTarget>& targets,
                                   CrawlConfiguration configuration);

 private:
  struct ShareRun {
    ShareTarget target;
    std::unique_ptr<Source> source;
    ShareOutcome outcome;
    absl::Time start_time;   // from the clock's Steady()
    int64_t open_count = 0;  // requests without an answer, of both kinds
    bool split = false;      // replaced by one run a region
    bool done = false;
  };

  void StartShare(ShareTarget target);
  // Starts the shares that waited for this share's login, if the login shows that the site works.
  void OpenGate(const ShareRun& run, bool site_works);
  // Records the shares that are still held back at the end as not asked.
  absl::Status RecordHeld();
  void Take(ShareRun& run, SourceStep step);
  void Send(ShareRun& run, SourceRequest request);
  // For a request whose answer may be shared: returns true if it need not be sent.
  bool UseSharedAnswer(ShareRun& run, SourceRequest* request);
  void OnSharedAnswer(const std::string& key, const absl::StatusOr<HttpResponse>& answer);
  // Delivers the answers that came from requests of other shares.
  void DeliverShared();
  void OnAnswer(ShareRun& run, int64_t tag, absl::StatusOr<HttpResponse> answer);
  void AskUnscoped(ShareRun& run, const UnscopedRequest& request);
  // Returns true if the crawl is being interrupted, which is not a failure of a site.
  bool NoteInterrupt(const absl::Status& status);
  void OnEvent(ShareRun& run, const SourceEvent& event);
  void OnOffers(const ProjectOffers& offers);
  void OnRegions(ShareRun& run, const SourceEvent& event);
  absl::Status OnObservation(ShareRun& run, const SourceEvent& event);
  absl::Status RecordFailure(ShareRun& run, const Share& share, Kind kind, ErrorClass error,
                             absl::string_view message, int64_t request_count);
  void FinishIfDone(ShareRun& run);
  // Keeps the first error of the store and ends the crawl.
  void CheckStore(const absl::Status& status);

  HttpTransport* transport_;
  StoreWriter* store_;
  const Clock* clock_;
  const Rules& rules_;
  CrawlCycleOptions options_;
  int64_t crawl_id_ = 0;
  absl::Time start_time_;
  CrawlConfiguration configuration_;
  std::vector<std::unique_ptr<ShareRun>> runs_;
  // An answer that is valid for all shares of an endpoint, or the shares that wait for it.
  struct SharedAnswer {
    std::optional<HttpResponse> answer;
    std::vector<std::pair<ShareRun*, SourceRequest>> waiting;
  };
  std::map<std::string, SharedAnswer> shared_;                // by SourceRequest::share_key
  std::deque<std::pair<ShareRun*, SourceRequest>> answered_;  // that are to get a shared answer
  CrawlSummary summary_;
  absl::Status store_status_;
};

}  // namespace cis::crawler
