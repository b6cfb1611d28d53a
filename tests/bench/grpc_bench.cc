// SPDX-License-Identifier: Apache-2.0

// Latency of FindPlacements over gRPC, against a running server.
//
//   grpc_bench HOST:PORT VO [CALLS]
//
// One caller, one call at a time: prints median, 99th percentile and calls a second.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/time/clock.h"
#include "cis/v1/placement.grpc.pb.h"
#include "tests/bench/placement_request.h"

int main(int argc, char** argv) {
  int calls = 2000;
  if (argc < 3 || (argc > 3 && !absl::SimpleAtoi(argv[3], &calls)) || calls < 1) {
    std::fprintf(stderr, "usage: grpc_bench HOST:PORT VO [CALLS]\n");
    return 2;
  }
  const auto stub = cis::v1::PlacementService::NewStub(
      grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  const cis::v1::FindPlacementsRequest request = cis::TypicalRequest(argv[2]);
  std::vector<double> micros;
  int64_t bytes = 0;
  int shares = 0;
  for (int i = 0; i < calls; ++i) {
    grpc::ClientContext context;
    cis::v1::FindPlacementsResponse response;
    const absl::Time start = absl::Now();
    const grpc::Status status = stub->FindPlacements(&context, request, &response);
    micros.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
    if (!status.ok()) {
      std::fprintf(stderr, "grpc_bench: %s\n", status.error_message().c_str());
      return 1;
    }
    bytes = static_cast<int64_t>(response.ByteSizeLong());
    shares = response.funnel(0).in_count();
  }
  double total = 0;
  for (const double m : micros) total += m;
  std::sort(micros.begin(), micros.end());
  std::printf("%d calls, %d shares, %lld bytes: median %.0f us, p99 %.0f us, %.0f calls/s\n", calls,
              shares, static_cast<long long>(bytes), micros[micros.size() / 2],
              micros[micros.size() * 99 / 100], 1e6 * calls / total);
  return 0;
}
