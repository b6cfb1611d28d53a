// SPDX-License-Identifier: Apache-2.0

// Snapshots and lists over twenty times today's federation: 800 endpoints, 5000 shares, 140,000
// flavors and images.

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/model/catalog.h"
#include "server/service/inventory_handlers.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

constexpr int kSites = 800;
constexpr int kSharesPerSite = 6;
constexpr int kFlavorsPerSite = 60;
constexpr int kImagesPerSite = 115;

std::shared_ptr<const SiteCatalog> MakeSiteCatalog(int number) {
  auto site = std::make_shared<SiteCatalog>();
  const std::string name = absl::StrCat("SITE-", number);
  site->site = MakeSite(name);
  EndpointCatalog& endpoint = site->endpoints.emplace_back();
  endpoint.endpoint = MakeEndpoint(name);
  for (int i = 0; i < kFlavorsPerSite; ++i) {
    Stored<Flavor>& stored = endpoint.flavors.emplace_back();
    stored.record = MakeFlavor(absl::StrCat("flavor.", number, ".", i), 1 + i % 32, 1024 * (i + 1));
  }
  for (int i = 0; i < kImagesPerSite; ++i) {
    Stored<Image>& stored = endpoint.images.emplace_back();
    stored.record = MakeImage(absl::StrCat("image ", number, " ", i));
    stored.record.id = absl::StrFormat("%08x-0000-4000-8000-%012x", number, i);
  }
  for (int s = 0; s < kSharesPerSite; ++s) {
    ShareCatalog& share = endpoint.shares.emplace_back();
    share.share = MakeShare(endpoint.endpoint, absl::StrCat("vo.", s, ".example.org"));
    for (const Kind kind : kAllKinds) share.kinds.push_back(MakeKindState(kind));
    for (int32_t i = 0; i < kFlavorsPerSite; ++i) share.flavor_indexes.push_back(i);
    for (int32_t i = 0; i < kImagesPerSite; ++i) share.image_indexes.push_back(i);
  }
  return site;
}

const Catalog& LargeCatalog() {
  static const Catalog& catalog = *[] {
    auto* made = new Catalog();
    for (int i = 0; i < kSites; ++i) made->sites.push_back(MakeSiteCatalog(i));
    made->generation = 1;
    return made;
  }();
  return catalog;
}

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
