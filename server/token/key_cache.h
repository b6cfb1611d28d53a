// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "server/token/fetch.h"
#include "server/token/identity.h"
#include "server/token/key_set.h"

namespace cis::server {

struct KeyCacheOptions {
  absl::Duration refresh_interval = absl::Minutes(10);
  // Between two attempts at one issuer, also after a failure.
  absl::Duration min_interval = absl::Seconds(30);
  absl::Duration fetch_timeout = absl::Seconds(3);  // of one document
  absl::Duration max_wait = absl::Seconds(5);       // of one call of Find(), of real time
  int max_waiting = 32;                             // calls that wait at one moment
};

// What an issuer publishes. Immutable.
struct IssuerDocuments {
  KeySet keys;
  std::string userinfo_url;  // empty = none
};

// The keys of issuers, fetched by one thread: each issuer's every `refresh_interval`, and soon
// after Find() did not know a key. The last good keys stay while an issuer is down.
class KeyCache {
 public:
  // `clock` must outlive the cache. Starts the thread, which fetches all keys at once.
  KeyCache(const std::vector<IssuerOptions>& issuers, Fetch fetch, const Clock* clock,
           KeyCacheOptions options);
  ~KeyCache();
  KeyCache(const KeyCache&) = delete;
  KeyCache& operator=(const KeyCache&) = delete;

  using Documents = absl::StatusOr<std::shared_ptr<const IssuerDocuments>>;

  // Returns documents of the issuer that have a key for `kid` and `algorithm`, after waiting for a
  // refresh at most `max_wait`. Returns kKeyUnknown if the issuer has no such key,
  // kIssuerUnavailable if that is not known, kIssuerUnknown for another issuer.
  Documents Find(absl::string_view issuer_url, absl::string_view kid, absl::string_view algorithm);
  // The same without waiting; nullopt if Find would wait.
  std::optional<Documents> FindNow(absl::string_view issuer_url, absl::string_view kid,
                                   absl::string_view algorithm);

  // Lets the thread look at the clock. Tests call it after they set theirs.
  void Wake();

 private:
  struct Issuer {
    std::shared_ptr<const IssuerDocuments> documents;  // the last good ones; null = none yet
    absl::Status status;                               // of the last attempt
    absl::Time attempt_time = absl::InfinitePast();    // when it ended
    bool is_wanted = true;                             // to be fetched as soon as possible
  };

  // `issuer` is null for one that is not known.
  std::optional<Documents> Known(const Issuer* issuer, absl::string_view kid,
                                 absl::string_view algorithm) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Run();
  bool IsDue(const Issuer& issuer, absl::Time now) const;
  absl::StatusOr<std::shared_ptr<const IssuerDocuments>> FetchDocuments(
      const std::string& url) const;

  const Fetch fetch_;
  const Clock* const clock_;
  const KeyCacheOptions options_;
  Mutex mu_;
  std::condition_variable_any changed_;
  std::map<std::string, Issuer, std::less<>> issuers_ ABSL_GUARDED_BY(mu_);
  int waiting_ ABSL_GUARDED_BY(mu_) = 0;
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace cis::server
