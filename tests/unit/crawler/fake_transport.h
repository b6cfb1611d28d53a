// SPDX-License-Identifier: Apache-2.0
#pragma once

// A transport without sockets, and a clock that a test moves.

#include <deque>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"
#include "tests/unit/crawler/source_fixture.h"

namespace cis::crawler {

// Carries requests to a FakeSite in the order they were sent.
class FakeTransport : public HttpTransport {
 public:
  explicit FakeTransport(FakeSite* site) : site_(site) {}
  void Send(HttpRequest request, Callback done) override {
    open_.emplace_back(std::move(request), std::move(done));
  }
  absl::Status Run(absl::Time /*deadline*/) override {
    while (!open_.empty()) {
      auto [request, done] = std::move(open_.front());
      open_.pop_front();
      if (++answer_count_ == cancel_after) Cancel();
      if (cancelled_) {
        done(absl::CancelledError("cancelled"));
      } else {
        done(site_->Answer(request));
      }
    }
    return cancelled_ ? absl::CancelledError("cancelled") : absl::OkStatus();
  }
  void Cancel() override { cancelled_ = true; }

  int cancel_after = -1;  // answers

 private:
  FakeSite* site_;
  std::deque<std::pair<HttpRequest, Callback>> open_;
  int answer_count_ = 0;
  bool cancelled_ = false;
};

// Stands still until it is told.
class ManualClock : public Clock {
 public:
  absl::Time Now() const override { return now_; }
  void Advance(absl::Duration by) { now_ += by; }

 private:
  absl::Time now_ = SourceTestTime();
};

}  // namespace cis::crawler
