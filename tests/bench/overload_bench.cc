// SPDX-License-Identifier: Apache-2.0

// What a running cis-server does with more requests than it can answer.
//
//   overload_bench ADDRESS VO [SECONDS]
//
// Finds the capacity: FindPlacements for VO by 16 callers that each wait for their answer. Then
// sends at fixed rates, whether or not answers come: half of it, all, twice, four times, and half
// again. Prints for each rate what was answered and refused, the median and 99th percentile of
// those that were answered, in ms, and how long the last answer took to come.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "cis/v1/placement.grpc.pb.h"
#include "schema/base/mutex.h"
#include "tests/bench/placement_request.h"

namespace cis {
namespace {

constexpr int kChannels = 32;
constexpr int kCallers = 16;

// What became of the requests of one rate.
struct Outcome {
  Mutex mu;
  std::vector<double> answered_ms;
  int refused = 0;
  int failed = 0;
};

struct Call {
  grpc::ClientContext context;
  v1::FindPlacementsResponse response;
  absl::Time start;
};

class Load {
 public:
  Load(const std::string& address, const std::string& vo) : request_(TypicalRequest(vo)) {
    for (int i = 0; i < kChannels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      stubs_.push_back(v1::PlacementService::NewStub(
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
    }
  }

  // Returns answers per second of callers that wait.
  double Capacity(double seconds) {
    std::atomic<int> count{0};
    const absl::Time end = absl::Now() + absl::Seconds(seconds);
    std::vector<std::thread> callers;
    for (size_t i = 0; i < kCallers; ++i) {
      callers.emplace_back([&, i] {
        while (absl::Now() < end) {
          Call call;
          if (stubs_[i]->FindPlacements(&call.context, request_, &call.response).ok()) ++count;
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
    return count / seconds;
  }

  void Run(double per_second, double seconds) {
    Outcome outcome;
    std::atomic<int> waiting{0};
    const absl::Time start = absl::Now();
    const int total = static_cast<int>(per_second * seconds);
    for (int i = 0; i < total; ++i) {
      absl::SleepFor(start + absl::Seconds(i / per_second) - absl::Now());
      auto* call = new Call;  // deleted by its callback
      call->start = absl::Now();
      call->context.set_deadline(absl::ToChronoTime(call->start + absl::Seconds(60)));
      ++waiting;
      stubs_[static_cast<size_t>(i) % kChannels]->async()->FindPlacements(
          &call->context, &request_, &call->response, [&, call](const grpc::Status& status) {
            {
              const MutexLock lock(&outcome.mu);
              if (status.ok()) {
                outcome.answered_ms.push_back(
                    absl::ToDoubleMilliseconds(absl::Now() - call->start));
              } else {
                ++(status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED ? outcome.refused
                                                                               : outcome.failed);
              }
            }
            delete call;
            --waiting;
          });
    }
    const absl::Time sent = absl::Now();
    while (waiting > 0) absl::SleepFor(absl::Milliseconds(1));
    const MutexLock lock(&outcome.mu);
    std::vector<double>& ms = outcome.answered_ms;
    std::sort(ms.begin(), ms.end());
    const auto at = [&ms](double part) {
      return ms.empty() ? 0 : ms[static_cast<size_t>(part * static_cast<double>(ms.size() - 1))];
    };
    std::printf(
        "%8.0f/s offered: %8.0f/s answered, %8.0f/s refused, %d failed; median %8.2f, "
        "p99 %8.2f ms; the last came %.2f s after the last was sent\n",
        per_second, static_cast<double>(ms.size()) / seconds, outcome.refused / seconds,
        outcome.failed, at(0.5), at(0.99), absl::ToDoubleSeconds(absl::Now() - sent));
    std::fflush(stdout);
  }

 private:
  const v1::FindPlacementsRequest request_;
  std::vector<std::unique_ptr<v1::PlacementService::Stub>> stubs_;
};

int Main(int argc, char** argv) {
  double seconds = 5;
  if (argc < 3 || argc > 4 || (argc == 4 && !absl::SimpleAtod(argv[3], &seconds))) {
    std::fprintf(stderr, "usage: overload_bench ADDRESS VO [SECONDS]\n");
    return 2;
  }
  Load load(argv[1], argv[2]);
  load.Capacity(1);  // connects
  const double capacity = load.Capacity(seconds);
  std::printf("capacity with %d callers that wait: %.0f/s\n", kCallers, capacity);
  for (const double factor : {0.5, 1.0, 2.0, 4.0, 0.5}) load.Run(factor * capacity, seconds);
  return 0;
}

}  // namespace
}  // namespace cis

int main(int argc, char** argv) { return cis::Main(argc, argv); }
