// SPDX-License-Identifier: Apache-2.0

// What callers see of twenty times today's federation: 800 sites, 4800 shares, 140,000 flavors and
// images, of which all are public.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <memory>
#include <string>

#include "server/policy/visible_catalog.h"
#include "server/policy/visible_states.h"
#include "tests/bench/large_catalog.h"

namespace cis::server {
namespace {

using State = std::shared_ptr<const ServingState>;

const State& Whole() {
  static const State& state = *new State(
      std::make_shared<const ServingState>(ServingState::Build(Snapshot::Build(LargeCatalog()))));
  return state;
}

// 0: anonymous; 1: a member of a VO that has a share at each site.
Rights RightsOfArgument(const benchmark::State& bench) {
  Rights rights;
  rights.may_read = true;
  if (bench.range(0) == 1) rights.vos = {"vo.1.example.org"};
  return rights;
}

double HeapMib() { return static_cast<double>(mallinfo2().uordblks) / (1 << 20); }

void VisibleCatalogOfAllSites(benchmark::State& bench) {
  const Rights rights = RightsOfArgument(bench);
  const Catalog& catalog = Whole()->snapshot->catalog();
  for (auto _ : bench) benchmark::DoNotOptimize(VisibleCatalog(catalog, rights));
}
BENCHMARK(VisibleCatalogOfAllSites)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void FirstRequestWithRights(benchmark::State& bench) {
  const Rights rights = RightsOfArgument(bench);
  const State& whole = Whole();
  const double before = HeapMib();
  for (auto _ : bench) {
    VisibleStates states;
    const State seen = states.Get(whole, rights);
    bench.counters["MiB"] = HeapMib() - before;
  }
}
BENCHMARK(FirstRequestWithRights)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void FirstRequestOfAMemberAfterAnonymousOnes(benchmark::State& bench) {
  const Rights rights = RightsOfArgument(bench);
  Rights anonymous = rights;
  anonymous.vos.clear();
  for (auto _ : bench) {
    bench.PauseTiming();
    auto states = std::make_unique<VisibleStates>();
    const State first = states->Get(Whole(), anonymous);
    const double before = HeapMib();
    bench.ResumeTiming();
    const State seen = states->Get(Whole(), rights);
    bench.counters["MiB"] = HeapMib() - before;
  }
}
BENCHMARK(FirstRequestOfAMemberAfterAnonymousOnes)->Arg(1)->Unit(benchmark::kMillisecond);

void RepeatedRequest(benchmark::State& bench) {
  const Rights rights = RightsOfArgument(bench);
  VisibleStates states;
  for (auto _ : bench) benchmark::DoNotOptimize(states.Get(Whole(), rights));
}
BENCHMARK(RepeatedRequest)->Arg(0)->Arg(1)->Unit(benchmark::kNanosecond);

void FirstRequestAfterOneSiteChanged(benchmark::State& bench) {
  const Rights rights = RightsOfArgument(bench);
  VisibleStates states;
  State whole = Whole();
  State seen = states.Get(whole, rights);
  for (auto _ : bench) {
    bench.PauseTiming();
    Catalog catalog = whole->snapshot->catalog();
    catalog.sites[0] = std::make_shared<const SiteCatalog>(*catalog.sites[0]);
    ++catalog.generation;
    whole = std::make_shared<const ServingState>(ServingState::Build(
        Snapshot::Build(std::move(catalog), whole->snapshot.get()), whole.get()));
    bench.ResumeTiming();
    seen = states.Get(whole, rights);
  }
}
BENCHMARK(FirstRequestAfterOneSiteChanged)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cis::server
