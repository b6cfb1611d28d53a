// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/meter/request_meter.h"
#include "server/monitor/standing.h"

namespace cis::server {

// Counts requests, and writes the counts and the state of the server in Prometheus' text format
// 0.0.4. Names and labels are listed in server/monitor/README.md and never change their meaning.
// Safe to use from any number of threads.
class Metrics final : public RequestMeter {
 public:
  explicit Metrics(absl::string_view version);
  ~Metrics() override;

  void Count(absl::string_view method, absl::StatusCode code, absl::Duration took) override;
  void CountRefusal(absl::string_view reason) override;
  void CountToken(absl::string_view result) override;

  // Returns every metric, as one text.
  std::string Text(const Standing& standing) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cis::server
