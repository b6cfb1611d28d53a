// SPDX-License-Identifier: Apache-2.0

// Snapshots and lists over twenty times today's federation: 800 endpoints, 5000 shares, 140,000
// flavors and images.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/service/inventory_handlers.h"
#include "server/snapshot/snapshot.h"
#include "tests/bench/large_catalog.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

void BuildAll(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Snapshot::Build(LargeCatalog()));
  }
}
BENCHMARK(BuildAll)->Unit(benchmark::kMillisecond);

void RebuildOneSite(benchmark::State& state) {
  const auto before = Snapshot::Build(LargeCatalog());
  Catalog changed = LargeCatalog();
  changed.sites[7] = MakeSiteCatalog(7);
  for (auto _ : state) {
    benchmark::DoNotOptimize(Snapshot::Build(changed, before.get()));
  }
}
BENCHMARK(RebuildOneSite)->Unit(benchmark::kMillisecond);

void List(benchmark::State& state, const char* filter, const char* order_by) {
  const auto snapshot = Snapshot::Build(LargeCatalog());
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  request.set_filter(filter);
  request.set_order_by(order_by);
  for (auto _ : state) {
    v1::ListFlavorsResponse response;
    const absl::Status status = ListFlavors({TestTime(), {}}, *snapshot, request, response);
    if (!status.ok()) state.SkipWithError(std::string(status.message()).c_str());
    benchmark::DoNotOptimize(response);
  }
}
BENCHMARK_CAPTURE(List, all, "", "")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(List, filtered, "vcpu_count >= 4 AND ram_mib < 8192 AND vos:\"vo.3*\"", "")
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(List, ordered, "", "ram_mib desc, display_name")->Unit(benchmark::kMillisecond);

void GetOneFlavor(benchmark::State& state) {
  const auto snapshot = Snapshot::Build(LargeCatalog());
  v1::ListFlavorsRequest list;
  list.set_parent("sites/-");
  list.set_page_size(1);
  v1::ListFlavorsResponse listed;
  if (!ListFlavors({TestTime(), {}}, *snapshot, list, listed).ok()) state.SkipWithError("list");
  v1::GetFlavorRequest request;
  request.set_name(listed.flavors(0).name());
  for (auto _ : state) {
    v1::Flavor flavor;
    benchmark::DoNotOptimize(GetFlavor({TestTime(), {}}, *snapshot, request, flavor).ok());
  }
}
BENCHMARK(GetOneFlavor)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cis::server
