// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/session.h"

#include <utility>

namespace cis::crawler {

Session::Session(Exchange* exchange, const ShareTarget* target)
    : exchange_(exchange), target_(target), first_(exchange, target) {}

void Session::Start(absl::AnyInvocable<void(LoginResult)> done) {
  first_.Start([this, done = std::move(done)](LoginResult result) mutable {
    OnLogin(result);
    done(std::move(result));
  });
}

void Session::OnLogin(const LoginResult& result) {
  if (!result.token.ok()) return;
  token_ = result.token->value;
  expire_time_ = result.token->expire_time;
  ++generation_;
}

void Session::Renew(int generation, absl::AnyInvocable<void(bool)> done) {
  if (generation < generation_) {
    done(true);
    return;
  }
  if (second_.has_value() && !renewing_ && exchange_->now() < expire_time_) {
    done(false);
    return;
  }
  waiting_.push_back(std::move(done));
  if (renewing_) return;
  renewing_ = true;
  second_.emplace(exchange_, target_);
  second_->Start([this](const LoginResult& result) { OnRenewed(result); });
}

void Session::OnRenewed(const LoginResult& result) {
  renewing_ = false;
  OnLogin(result);
  for (auto& done : std::exchange(waiting_, {})) done(result.token.ok());
}

}  // namespace cis::crawler
