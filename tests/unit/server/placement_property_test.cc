// SPDX-License-Identifier: Apache-2.0

// What must hold for every catalog and every request.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/placement/score.h"
#include "tests/unit/server/placement_generator.h"
#include "tests/unit/server/placement_reference.h"
#include "tests/unit/server/placement_scenes.h"
#include "tests/unit/server/placement_ways.h"

namespace cis::server {
namespace {

constexpr uint64_t kPropertyRuns = 250;

Combination CombinationOf(const Placement& p) {
  return {p.share->view.site->site.name, p.share->share().vo, std::string(p.flavor->id),
          std::string(p.image->image->id), WayOf(*p.plan)};
}

std::set<Combination> CombinationsOf(const Answer& answer) {
  std::set<Combination> out;
  for (const Placement& p : answer->placements) out.insert(CombinationOf(p));
  return out;
}

std::set<std::pair<std::string, std::string>> FittingShares(const Answer& answer) {
  std::set<std::pair<std::string, std::string>> out;
  for (const ShareVerdict& v : answer->verdicts) {
    if (v.fits) out.insert({v.share->view.site->site.name, v.share->share().vo});
  }
  return out;
}

TEST(PlacementProperty, FindsExactlyWhatTryingEverythingFinds) {
  size_t found = 0;
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    PlacementQuery query = generator.Query();
    query.all_combinations = true;
    const Answer answer = Find(builder, query);
    const std::set<Combination> expected = TryEverything(builder.Build(), query);
    ASSERT_EQ(CombinationsOf(answer), expected) << "seed " << seed;
    ASSERT_EQ(answer->placements.size(), expected.size()) << "twice the same, seed " << seed;
    found += expected.size();
  }
  EXPECT_GT(found, 500u) << "the generator makes too little that fits";
}

TEST(PlacementProperty, GivesEachFittingShareItsFirstCombinationAndEachOtherAReason) {
  size_t fitting = 0;
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    const PlacementQuery query = generator.Query();
    const Answer answer = Find(builder, query);
    const std::set<Combination> all = TryEverything(builder.Build(), query);
    std::map<std::pair<std::string, std::string>, int> shares;
    std::set<std::pair<std::string, std::string>> maybe;  // with assumed ways too
    for (const Combination& c : all) {
      maybe.insert({std::get<0>(c), std::get<1>(c)});
      if (!std::get<Way>(c).is_assumed) ++shares[{std::get<0>(c), std::get<1>(c)}];
    }
    for (const ShareVerdict& v : answer->verdicts) {
      const bool possible = shares.count({v.share->view.site->site.name, v.share->share().vo}) > 0;
      ASSERT_EQ(v.fits, possible) << "seed " << seed;
      ASSERT_EQ(v.blocking() != nullptr, !v.fits) << "seed " << seed;
    }
    ASSERT_EQ(answer->placements.size(), maybe.size()) << "seed " << seed;
    for (const Placement& p : answer->placements) {
      ASSERT_EQ(all.count(CombinationOf(p)), 1u) << "seed " << seed;
    }
    fitting += shares.size();
  }
  EXPECT_GT(fitting, 50u);
}

TEST(PlacementProperty, FunnelAddsUpToTheVerdicts) {
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(6), seed);
    const Answer answer = Find(builder, generator.Query());
    std::array<int32_t, kStageCount> blocked{};
    int32_t fits = 0;
    for (const ShareVerdict& v : answer->verdicts) {
      if (v.fits) ++fits;
      if (v.blocking() != nullptr) ++blocked[static_cast<size_t>(StageOf(v.blocking()->code))];
      for (const Reason& reason : v.also()) {
        ASSERT_GE(StageOf(reason.code), StageOf(v.blocking()->code)) << "seed " << seed;
      }
    }
    int32_t left = static_cast<int32_t>(answer->verdicts.size());
    for (size_t i = 0; i < blocked.size(); ++i) {
      ASSERT_EQ(answer->funnel[i].in_count, left);
      ASSERT_EQ(answer->funnel[i].in_count - answer->funnel[i].out_count, blocked[i]);
      left = answer->funnel[i].out_count;
    }
    ASSERT_EQ(left, fits);
  }
}

TEST(PlacementProperty, FindCountsTheStagesThatExplainNames) {
  size_t refused = 0;
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    const PlacementQuery query = generator.Query();
    const Answer explained = Find(builder, query);
    const PlacementResult found =
        FindPlacements(explained.state, query, TestTime() + absl::Hours(1), FreshnessPolicy());
    ASSERT_EQ(found.verdicts.size(), explained->verdicts.size());
    for (size_t i = 0; i < found.verdicts.size(); ++i) {
      const ShareVerdict& a = found.verdicts[i];
      const ShareVerdict& b = explained->verdicts[i];
      ASSERT_EQ(a.fits, b.fits) << "seed " << seed;
      ASSERT_EQ(a.unknowns, b.unknowns) << "seed " << seed;
      ASSERT_EQ(a.blocked_at, b.blocked_at)
          << "seed " << seed << " " << FormatReason(b.reasons.front(), query);
      if (!a.fits) ++refused;
    }
    ASSERT_EQ(found.placements.size(), explained->placements.size()) << "seed " << seed;
  }
  EXPECT_GT(refused, 100u);
}

TEST(PlacementProperty, AddingASiteLeavesTheOthersPlacementsAlone) {
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const int sites = 1 + generator.Below(4);
    const CatalogBuilder fewer = generator.Catalogs(sites, seed);
    const CatalogBuilder more = generator.Catalogs(sites + 1, seed);
    const PlacementQuery query = generator.Query();
    const Answer before = Find(fewer, query);
    const Answer after = Find(more, query);
    std::map<Combination, double> scores;
    for (const Placement& p : after->placements) scores[CombinationOf(p)] = p.score;
    for (const Placement& p : before->placements) {
      const auto it = scores.find(CombinationOf(p));
      ASSERT_NE(it, scores.end()) << "seed " << seed;
      ASSERT_EQ(it->second, p.score) << "seed " << seed;
    }
  }
}

TEST(PlacementProperty, TighteningNeverAddsAShare) {
  for (uint64_t seed = 1; seed <= kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    PlacementQuery query = generator.Query();
    const Answer loose = Find(builder, query);
    generator.Tighten(&query);
    const Answer tight = Find(builder, query);
    const auto before = FittingShares(loose);
    for (const auto& share : FittingShares(tight)) {
      ASSERT_EQ(before.count(share), 1u) << share.first << " " << share.second << " seed " << seed;
    }
  }
}

// The same catalog with the records of every list in another order.
std::shared_ptr<const Snapshot> Shuffled(const Catalog& catalog, std::mt19937_64& engine) {
  Catalog out = catalog;
  for (auto& shared : out.sites) {
    auto site = std::make_shared<SiteCatalog>(*shared);
    for (EndpointCatalog& endpoint : site->endpoints) {
      const auto permute = [&](auto& records, auto indexes) {
        std::vector<int32_t> order(records.size());
        for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
        std::shuffle(order.begin(), order.end(), engine);
        auto copy = records.items();
        for (size_t i = 0; i < order.size(); ++i) copy[static_cast<size_t>(order[i])] = records[i];
        records = copy;
        for (ShareCatalog& share : endpoint.shares) {
          for (int32_t& index : share.*indexes) index = order[static_cast<size_t>(index)];
          std::shuffle((share.*indexes).begin(), (share.*indexes).end(), engine);
        }
      };
      permute(endpoint.flavors, &ShareCatalog::flavor_indexes);
      permute(endpoint.images, &ShareCatalog::image_indexes);
      for (ShareCatalog& share : endpoint.shares) {
        std::shuffle(share.networks.begin(), share.networks.end(), engine);
        std::shuffle(share.routers.begin(), share.routers.end(), engine);
        std::shuffle(share.floating_ips.begin(), share.floating_ips.end(), engine);
        std::shuffle(share.subnet_pools.begin(), share.subnet_pools.end(), engine);
        std::shuffle(share.quotas.begin(), share.quotas.end(), engine);
        std::shuffle(share.kinds.begin(), share.kinds.end(), engine);
      }
      std::shuffle(endpoint.shares.begin(), endpoint.shares.end(), engine);
    }
    shared = std::move(site);
  }
  std::shuffle(out.sites.begin(), out.sites.end(), engine);
  return Snapshot::Build(std::move(out));
}

TEST(PlacementProperty, DoesNotDependOnTheOrderOfAnyInput) {
  for (uint64_t seed = 1; seed <= kPropertyRuns / 2; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    PlacementQuery query = generator.Query();
    query.all_combinations = generator.OneIn(2);
    const Answer straight = Find(builder, query);
    std::mt19937_64 engine(seed);
    Answer shuffled;
    shuffled.state = ServingState::Build(Shuffled(builder.Build(), engine));
    shuffled.result =
        ExplainPlacements(shuffled.state, query, TestTime() + absl::Hours(1), FreshnessPolicy());
    ASSERT_EQ(straight->placements.size(), shuffled->placements.size()) << "seed " << seed;
    for (size_t i = 0; i < straight->placements.size(); ++i) {
      const Placement& a = straight->placements[i];
      const Placement& b = shuffled->placements[i];
      ASSERT_EQ(CombinationOf(a), CombinationOf(b)) << "seed " << seed;
      ASSERT_EQ(FormatPlacementKey(KeyOf(a, query)), FormatPlacementKey(KeyOf(b, query)));
    }
    ASSERT_EQ(straight->verdicts.size(), shuffled->verdicts.size());
    for (size_t i = 0; i < straight->verdicts.size(); ++i) {
      const auto& a = straight->verdicts[i];
      const auto& b = shuffled->verdicts[i];
      ASSERT_EQ(a.blocking() != nullptr, b.blocking() != nullptr) << "seed " << seed;
      if (a.blocking() == nullptr) continue;
      ASSERT_EQ(FormatReason(*a.blocking(), query), FormatReason(*b.blocking(), query))
          << "seed " << seed;
      ASSERT_EQ(a.also().size(), b.also().size()) << "seed " << seed;
    }
    ASSERT_EQ(straight->relaxations.size(), shuffled->relaxations.size()) << "seed " << seed;
  }
}

TEST(PlacementProperty, AnIndexThatTakesOverWhatDidNotChangeAnswersAsANewOne) {
  for (uint64_t seed = 1; seed <= kPropertyRuns / 2; ++seed) {
    Generator generator(seed);
    const int sites = 1 + generator.Below(5);
    Catalog first = generator.Catalogs(sites, seed).Build();
    Catalog second = first;
    const size_t changed = static_cast<size_t>(generator.Below(sites));
    second.sites[changed] = generator.Catalogs(sites, seed + kPropertyRuns).Build().sites[changed];
    const ServingState before = ServingState::Build(Snapshot::Build(std::move(first)));
    const auto after = Snapshot::Build(std::move(second), before.snapshot.get());
    PlacementQuery query = generator.Query();
    query.all_combinations = generator.OneIn(2);
    const auto answer = [&](const ServingState& of) {
      return ExplainPlacements(of, query, TestTime() + absl::Hours(1), FreshnessPolicy());
    };
    const PlacementResult updated = answer(ServingState::Build(after, &before));
    const PlacementResult built = answer(ServingState::Build(after));
    ASSERT_EQ(updated.placements.size(), built.placements.size()) << "seed " << seed;
    for (size_t i = 0; i < built.placements.size(); ++i) {
      ASSERT_EQ(CombinationOf(updated.placements[i]), CombinationOf(built.placements[i]));
    }
    for (size_t i = 0; i < built.verdicts.size(); ++i) {
      ASSERT_EQ(updated.verdicts[i].reasons, built.verdicts[i].reasons) << "seed " << seed;
    }
  }
}

TEST(PlacementProperty, EveryOrderIsTotalAndItsKeysReadBack) {
  for (uint64_t seed = 1; seed <= kPropertyRuns / 4; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    PlacementQuery query = generator.Query();
    query.all_combinations = true;
    query.order = static_cast<PlacementOrder>(generator.Below(7));
    query.descending = generator.OneIn(2);
    const Answer answer = Find(builder, query);
    for (size_t i = 0; i < answer->placements.size(); ++i) {
      const PlacementKey key = KeyOf(answer->placements[i], query);
      ASSERT_FALSE(IsBefore(key, key, query));
      const std::vector<std::string> text = FormatPlacementKey(key);
      PlacementKey read;
      ASSERT_TRUE(ParsePlacementKey(text, &read));
      ASSERT_FALSE(IsBefore(key, read, query) || IsBefore(read, key, query));
      if (i == 0) continue;
      const PlacementKey before = KeyOf(answer->placements[i - 1], query);
      ASSERT_TRUE(IsBefore(before, key, query)) << "seed " << seed;
      ASSERT_FALSE(IsBefore(key, before, query)) << "seed " << seed;
    }
  }
}

// A bound that is changed by one less, or one machine more, lets in fewer shares.
TEST(PlacementProperty, RelaxationsChangeNoMoreThanTheyNeed) {
  size_t tried = 0;
  for (uint64_t seed = 1; seed <= 4 * kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(5), seed);
    PlacementQuery query = generator.Query();
    if (generator.OneIn(2)) query.count = 1 + generator.Below(9);
    const Answer answer = Find(builder, query);
    for (const Relaxation& r : answer->relaxations) {
      if (r.changed_fields.size() != 1) continue;
      PlacementQuery nearer = r.query;
      const std::string& field = r.changed_fields[0];
      if (field == "count") {
        ++nearer.count;
      } else if (field == "machine.vcpu_count.min") {
        ++*nearer.vcpu_count.min;
      } else if (field == "machine.ram_mib.min") {
        ++*nearer.ram_mib.min;
      } else if (field == "machine.disk_gib.min") {
        ++*nearer.disk_gib.min;
      } else if (field == "machine.disk_gib.max") {
        --*nearer.disk_gib.max;
      } else {
        continue;
      }
      const size_t before = FittingShares(answer).size();
      const size_t after = FittingShares(Find(builder, nearer)).size();
      ASSERT_LT(after - before, static_cast<size_t>(r.added_share_count))
          << field << " seed " << seed;
      ++tried;
    }
  }
  EXPECT_GT(tried, 100u);
}

// Each wish of a request by its field, with what drops it.
struct Wish {
  std::string field;
  std::function<void(PlacementQuery*)> drop;
};

std::vector<Wish> WishesOf(const PlacementQuery& query) {
  using Q = PlacementQuery;
  std::vector<Wish> out;
  const auto add = [&out](bool asked, const char* field, std::function<void(Q*)> drop) {
    if (asked) out.push_back({field, std::move(drop)});
  };
  const auto bounds = [&](const char* field, Int64Bounds Q::*which) {
    add((query.*which).min.value_or(0) > 0, field, [=](Q* q) { (q->*which).min.reset(); });
    add((query.*which).max.has_value(), field, [=](Q* q) { (q->*which).max.reset(); });
  };
  bounds("machine.vcpu_count", &Q::vcpu_count);
  bounds("machine.ram_mib", &Q::ram_mib);
  bounds("machine.disk_gib", &Q::disk_gib);
  add(query.WantsGpu(), "machine.gpu", [](Q* q) {
    q->gpu_count = q->gpu_memory_mib = {};
    q->gpu_kind.clear();
  });
  add(!query.cpu_alloc.empty(), "machine.cpu_alloc", [](Q* q) { q->cpu_alloc.clear(); });
  add(!query.arch.empty(), "machine.arch", [](Q* q) { q->arch.clear(); });
  add(!query.excluded_flavor_globs.empty(), "machine.excluded_flavors",
      [](Q* q) { q->excluded_flavor_globs.clear(); });
  add(!query.allow_boot_from_volume, "machine.allow_boot_from_volume",
      [](Q* q) { q->allow_boot_from_volume = true; });
  add(!query.excluded_image_globs.empty(), "image.excluded_images",
      [](Q* q) { q->excluded_image_globs.clear(); });
  add(!query.os.empty(), "image.os", [](Q* q) { q->os.clear(); });
  add(query.public_v4 == AddressWish::kRequired || query.public_v4 == AddressWish::kNone,
      "network.public_v4", [](Q* q) { q->public_v4 = AddressWish::kAny; });
  add(query.public_v6 == AddressWish::kRequired, "network.public_v6",
      [](Q* q) { q->public_v6 = AddressWish::kAny; });
  add(query.count > 1, "count", [](Q* q) { q->count = 1; });
  return out;
}

// If nothing fits and dropping one requirement would help, that requirement is among the changes
// that are reported.
TEST(PlacementProperty, AWishThatAloneStandsInTheWayIsNamed) {
  size_t tried = 0;
  for (uint64_t seed = 1; seed <= 3 * kPropertyRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(3), seed);
    PlacementQuery query = generator.Query();
    generator.Tighten(&query);
    const Answer answer = Find(builder, query);
    if (!FittingShares(answer).empty()) continue;
    for (const Wish& wish : WishesOf(query)) {
      PlacementQuery without = query;
      wish.drop(&without);
      if (FittingShares(Find(builder, without)).empty()) continue;
      ++tried;
      const bool named = std::any_of(
          answer->relaxations.begin(), answer->relaxations.end(),
          [&wish](const Relaxation& r) { return r.changed_fields[0].rfind(wish.field, 0) == 0; });
      ASSERT_TRUE(named) << wish.field << " would help; seed " << seed;
    }
  }
  EXPECT_GT(tried, 100u);
}

}  // namespace
}  // namespace cis::server
