// SPDX-License-Identifier: Apache-2.0

// Placement over a federation of today's size, 40 endpoints and 150 shares (7,000 rows), and over
// 20 of them, with median and 99th percentile of single queries. All shares are of one VO, so that
// each query looks at every share; `one_vo:0` gives that VO every seventh.
//   build/bench/tests/bench/placement_bench

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/placement/placement.h"
#include "server/service/placement_handlers.h"
#include "tests/bench/federation.h"
#include "tests/bench/placement_request.h"

namespace cis::server {
namespace {

PlacementQuery Wish() {
  PlacementQuery query;
  query.vos = {"vo.example.org"};
  query.vcpu_count.min = 2;
  query.ram_mib.min = 4096;
  query.os = {*ParseOsRequirement("ubuntu>=20.04")};
  query.public_v4 = AddressWish::kRequired;
  return query;
}

void BM_FindPlacements(benchmark::State& state) {
  const ServingState served = ServingState::Build(Federation(true));
  const PlacementQuery query = Wish();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        FindPlacements(served, query, TestTime() + absl::Hours(1), FreshnessPolicy()));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_FindPlacements);

// Requests of many kinds, some of which nothing fits.
std::vector<PlacementQuery> Wishes() {
  const char* const systems[] = {"ubuntu", "ubuntu>=20.04", "debian>=23", "linux", "ubuntu>=99"};
  std::vector<PlacementQuery> wishes;
  for (int i = 0; i < 60; ++i) {
    PlacementQuery query;
    query.vos = {"vo.example.org"};
    query.vcpu_count.min = 1 << (i % 5);
    query.ram_mib.min = int64_t{1024} << (i % 6);
    if (i % 3 == 0) query.disk_gib.min = 40;
    if (i % 10 == 7) query.gpu_count.min = 1;
    query.os = {*ParseOsRequirement(systems[i % 5])};
    if (i % 2 == 0) query.public_v4 = AddressWish::kRequired;
    wishes.push_back(query);
  }
  return wishes;
}

// Times each query separately. Arguments: one VO or the original ones; how many times today's size.
void BM_EachQuery(benchmark::State& state) {
  const ServingState served =
      ServingState::Build(Federation(state.range(0) == 1, static_cast<int>(state.range(1))));
  const std::vector<PlacementQuery> wishes = Wishes();
  std::vector<double> microseconds;
  size_t next = 0;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    benchmark::DoNotOptimize(FindPlacements(served, wishes[next++ % wishes.size()],
                                            TestTime() + absl::Hours(1), FreshnessPolicy()));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    microseconds.push_back(took.count());
  }
  std::sort(microseconds.begin(), microseconds.end());
  state.SetItemsProcessed(state.iterations());
  state.counters["median_us"] = microseconds[microseconds.size() / 2];
  state.counters["p99_us"] = microseconds[microseconds.size() * 99 / 100];
}
BENCHMARK(BM_EachQuery)
    ->ArgNames({"one_vo", "times"})
    ->Args({1, 1})
    ->Args({0, 1})
    ->Args({1, 20})
    ->Args({0, 20});

void BM_FindPlacementsReply(benchmark::State& state) {
  const ServingState served = ServingState::Build(Federation(true));
  const v1::FindPlacementsRequest request = TypicalRequest("vo.example.org");
  const RequestContext context{TestTime() + absl::Hours(1), FreshnessPolicy()};
  size_t bytes = 0;
  for (auto _ : state) {
    v1::FindPlacementsResponse response;
    if (!FindPlacements(context, served, request, response).ok()) {
      state.SkipWithError("refused");
    }
    bytes = response.SerializeAsString().size();
  }
  state.SetItemsProcessed(state.iterations());
  state.counters["reply_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_FindPlacementsReply);

void BM_BuildIndex(benchmark::State& state) {
  const auto snapshot = Federation(true);
  for (auto _ : state) benchmark::DoNotOptimize(PlacementIndex::Build(*snapshot));
}
BENCHMARK(BM_BuildIndex);

}  // namespace
}  // namespace cis::server
