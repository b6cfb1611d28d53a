// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/server_context.h"
#include "server/placement/serving_state.h"
#include "server/policy/caller.h"
#include "server/policy/policy.h"
#include "server/policy/rights.h"
#include "server/policy/visible_states.h"
#include "server/snapshot/holder.h"

namespace cis::server {

// What a call may see.
struct Admission {
  Rights rights;
  // Why the caller may see less than expected, for messages: "the token of ... lacks the scope
  // ...".
  std::string hint;
};

// Finds the rights of callers, and what they see of a state. Safe to use from any number of
// threads.
class Access {
 public:
  // Returns what a token says, or UNAUTHENTICATED or UNAVAILABLE with the reason.
  using VerifyToken = std::function<absl::StatusOr<TokenIdentity>(absl::string_view token)>;

  struct Options {
    bool only_in_process = false;  // all callers are of this process
    // If there is one, a caller over loopback is not taken for a process of this machine.
    std::vector<std::string> trusted_proxies;
    VerifyToken verify = nullptr;  // nullptr = no token is accepted
  };

  explicit Access(Options options);

  // Applies to calls that begin from now on.
  void SetPolicy(std::shared_ptr<const Policy> policy);

  // Returns what the caller may see, or ACCESS_DENIED, TOKEN_REFUSED or TOKEN_NOT_VERIFIED, after
  // a line in the log. Waits for the issuer of a token that is not known yet.
  absl::StatusOr<Admission> Admit(const grpc::CallbackServerContext& call,
                                  absl::string_view method) const;

  // Returns the address of the caller, of which trusted proxies know more; "" if it has none.
  std::string AddressOf(const grpc::CallbackServerContext& call) const;

  // Returns what a caller with these rights sees of the current state, or of one of earlier times.
  std::shared_ptr<const ServingState> Visible(const std::shared_ptr<const ServingState>& state,
                                              const Rights& rights);
  std::shared_ptr<const ServingState> VisibleThen(const std::shared_ptr<const ServingState>& state,
                                                  const Rights& rights);

 private:
  absl::StatusOr<Admission> Decide(const grpc::CallbackServerContext& call) const;

  const Options options_;
  Holder<Policy> policy_;
  VisibleStates visible_;
  VisibleStates visible_then_;
};

}  // namespace cis::server
