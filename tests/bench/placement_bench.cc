// Placement over a federation of today's size: 40 endpoints, 150 shares of one VO each in turn.
//   build/bench/tests/bench/placement_bench

#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/placement/placement.h"
#include "server/service/placement_handlers.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis {
namespace {

constexpr int kSites = 40;
constexpr int kShares = 150;

std::shared_ptr<const Snapshot> Federation(bool one_vo) {
  CatalogBuilder builder;
  for (int i = 0; i < kShares; ++i) {
    const std::string vo = one_vo ? "vo.example.org" : absl::StrCat("vo-", i / kSites);
    Share share = MakeShare(absl::StrCat("SITE-", i % kSites), vo);
    share.project_id = share.project_key = absl::StrCat("project-", i);
    builder.Select(share);
    for (int f = 0; f < 25; ++f) {
      builder.AddFlavor(MakeFlavor(absl::StrCat("f", f), 1 << (f % 6), int64_t{1024} << (f % 7),
                                   f % 5 == 0 ? 0 : 20 * (f % 4 + 1)));
    }
    for (int n = 0; n < 15; ++n) {
      builder.AddImage(SureImage(absl::StrCat("image ", n), n % 2 == 0 ? "ubuntu" : "debian",
                                 absl::StrCat(16 + n, ".04")));
    }
    AddRoutedNetworks(builder);
    for (const char* resource : {"instances", "cores", "ram_mib", "floating_ips"}) {
      builder.AddQuota(MakeQuota(resource, i % 7 == 0 ? 0 : 100000, 10));
    }
  }
  return Snapshot::Build(builder.Build());
}

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
  const auto snapshot = Federation(true);
  const PlacementQuery query = Wish();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        FindPlacements(*snapshot, query, TestTime() + absl::Hours(1), FreshnessPolicy()));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_FindPlacements);

void BM_FindPlacementsReply(benchmark::State& state) {
  const auto snapshot = Federation(true);
  v1::FindPlacementsRequest request;
  request.add_vos("vo.example.org");
  request.mutable_machine()->mutable_vcpu_count()->set_min(2);
  request.mutable_machine()->mutable_ram_mib()->set_min(4096);
  request.mutable_image()->add_os("ubuntu>=20.04");
  request.mutable_network()->set_public_v4(v1::ADDRESS_WISH_REQUIRED);
  request.set_page_size(10);
  const RequestContext context{TestTime() + absl::Hours(1), FreshnessPolicy()};
  size_t bytes = 0;
  for (auto _ : state) {
    v1::FindPlacementsResponse response;
    if (!FindPlacements(context, *snapshot, request, response).ok()) state.SkipWithError("refused");
    bytes = response.ByteSizeLong();
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
}  // namespace cis
