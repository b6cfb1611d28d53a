// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/curl_transport.h"
#include "net/http/http_error.h"
#include "schema/base/clock.h"
#include "tests/support/loopback_server.h"

namespace cis::crawler {

// Options with waits of milliseconds instead of seconds.
inline TransportOptions QuickOptions() {
  TransportOptions options;
  options.backoff.base = absl::Milliseconds(2);
  options.backoff.cap = absl::Milliseconds(5);
  options.backoff.retry_after_cap = absl::Milliseconds(5);
  options.seed = 1;
  return options;
}

// A transport, and a place for the answers. Run() has a deadline that no passing test reaches.
class HttpTest : public testing::Test {
 protected:
  CurlTransport& transport(TransportOptions options = QuickOptions()) {
    if (transport_ == nullptr) {
      absl::StatusOr<std::unique_ptr<CurlTransport>> made =
          CurlTransport::Create(std::move(options), &clock_);
      if (!made.ok()) {
        ADD_FAILURE() << made.status();
        std::abort();
      }
      transport_ = *std::move(made);
    }
    return *transport_;
  }

  absl::Status Run() { return transport().Run(clock_.Steady() + absl::Seconds(30)); }

  // Sends one request and runs until it is answered.
  absl::StatusOr<HttpResponse> Fetch(HttpRequest request) {
    std::optional<absl::StatusOr<HttpResponse>> answer;
    transport().Send(std::move(request), [&](absl::StatusOr<HttpResponse> result) {
      EXPECT_FALSE(answer.has_value()) << "the callback ran twice";
      answer = std::move(result);
    });
    const absl::Status run = Run();
    if (!answer.has_value()) return absl::InternalError("the callback did not run");
    if (answer->ok()) {
      EXPECT_TRUE(run.ok()) << run;
    }
    return *std::move(answer);
  }

  absl::StatusOr<HttpResponse> Get(const std::string& url) {
    HttpRequest request;
    request.url = url;
    return Fetch(std::move(request));
  }

  SystemClock clock_;
  std::unique_ptr<CurlTransport> transport_;
};

// The error's code and class, e.g. "UNAVAILABLE connect"; "OK none" for an answer.
inline std::string CodeAndClass(const absl::StatusOr<HttpResponse>& result) {
  return absl::StrCat(absl::StatusCodeToString(result.status().code()), " ",
                      FormatErrorClass(GetErrorClass(result.status())));
}

}  // namespace cis::crawler
