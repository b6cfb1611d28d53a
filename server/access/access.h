// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/base/mutex.h"
#include "schema/model/change.h"
#include "server/access/call_source.h"
#include "server/access/caller_digest.h"
#include "server/access/rate_limiter.h"
#include "server/meter/request_meter.h"
#include "server/placement/serving_state.h"
#include "server/policy/policy.h"
#include "server/policy/rights.h"
#include "server/policy/visible_states.h"
#include "server/pool/fair_pool.h"
#include "server/snapshot/holder.h"
#include "server/token/fetch.h"
#include "server/token/token_verifier.h"

namespace cis::server {

// What a call may see.
struct Admission {
  Rights rights;
  bool is_local = false;  // a process of this machine
  // Why the caller may see less than expected, for messages: "the token of ... lacks the scope
  // ...".
  std::string hint;
  // Stands for the caller in audit lines, turns and limits: "local", "token 0123456789abcdef" (or
  // with the subject, if the policy says so), "certificate 0123456789abcdef", "address 192.0.2.1",
  // "address 2001:db8::/64".
  std::string caller;
  // When the token expires. What lasts longer shows nothing from then on.
  absl::Time expire_time = absl::InfiniteFuture();
};

// Returns whether the caller may see a change, as RequestContext has it; null = all of them.
std::function<bool(const Change&)> MaySeeOf(const Admission& admission);

// Finds the rights of callers, and what they see of a state. Safe to use from any number of
// threads.
class Access {
 public:
  // Clock and meter must outlive the Access.
  struct Options {
    bool only_in_process = false;  // all callers are of this process
    // If there is one, a caller over loopback is not taken for a process of this machine.
    std::vector<std::string> trusted_proxies;
    RateLimits rates;  // not of processes of this machine
    Fetch fetch;       // reads the documents of issuers
    const Clock* clock = nullptr;
    RequestMeter* meter = nullptr;  // counts tokens; may be null
  };

  // How a call goes on once its caller is known. Exactly one of `admitted` and `drop` is called.
  struct Continuation {
    // Called with what the caller may see, or with ACCESS_DENIED, TOKEN_REFUSED,
    // TOKEN_NOT_VERIFIED or SERVER_BUSY.
    std::function<void(absl::StatusOr<Admission>)> admitted;
    // Asked before an issuer is: false = no client waits any more.
    std::function<bool()> is_wanted;
    // `stopped`: Close was called; otherwise the call is not wanted.
    std::function<void(bool stopped)> drop;
  };

  explicit Access(Options options);

  // Applies to calls that begin from now on. What is remembered of tokens stays if their issuers
  // do.
  void SetPolicy(std::shared_ptr<const Policy> policy);

  // Finds out what a caller may see and continues: on this thread, without waiting, unless the
  // issuer of a token has to be asked, which another thread does. Refusals leave an audit line in
  // the log. `method` is a literal.
  void AdmitThen(const CallSource& source, absl::string_view method, Continuation next);

  // Counts a request that costs as much as `units` small ones. Returns RATE_LIMITED if the caller
  // asks too fast.
  absl::Status Spend(const Admission& admission, int units);

  // Returns the address of the caller, of which trusted proxies know more; "" if it has none.
  std::string AddressOf(const CallSource& source) const;

  // Returns what a caller with these rights sees of the current state, or of one of earlier times.
  std::shared_ptr<const ServingState> Visible(const std::shared_ptr<const ServingState>& state,
                                              const Rights& rights);
  std::shared_ptr<const ServingState> VisibleThen(const std::shared_ptr<const ServingState>& state,
                                                  const Rights& rights);

  // Drops callers that wait for an issuer and takes no more of them.
  void Close() { askers_.Close(); }
  // Closes, and waits for those in progress.
  void Stop() { askers_.Stop(); }

 private:
  // What a policy needs to be applied. Immutable but for what the verifier remembers.
  struct InForce {
    std::shared_ptr<const Policy> policy;
    std::shared_ptr<TokenVerifier> verifier;  // null = no issuer is trusted
    std::shared_ptr<const CallerDigest> digest;
  };

  bool IsLocal(const CallSource& source) const;
  bool IsProxy(const CallSource& source) const;
  // Nothing if the issuer of the token has to be asked.
  std::optional<absl::StatusOr<Admission>> Admit(const CallSource& source,
                                                 absl::string_view method) const;
  // What Admit could not say; waits for the issuer.
  absl::StatusOr<Admission> AskIssuer(const CallSource& source, absl::string_view method) const;
  // The decision for `identity`: null = there is no token.
  Admission Decide(const InForce& in_force, const CallSource& source,
                   const Identity* identity) const;
  absl::StatusOr<Admission> Finish(const InForce& in_force, const CallSource& source,
                                   absl::string_view method,
                                   const absl::StatusOr<Identity>& identity) const;
  absl::Status Refuse(const CallSource& source, absl::string_view method,
                      absl::Status status) const;

  const Options options_;
  Mutex set_mu_;  // one policy is set at a time
  Holder<InForce> in_force_;
  VisibleStates visible_;
  VisibleStates visible_then_;
  RateLimiter rates_;
  FairPool askers_;
};

}  // namespace cis::server
