// SPDX-License-Identifier: Apache-2.0

// What one request may cost, and that a page is the same however little is kept.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/placement/placement_list.h"
#include "server/placement/work.h"
#include "tests/unit/server/placement_generator.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

TEST(Work, EndsWhenItIsSpentAndStaysEnded) {
  Work work(10, nullptr);
  EXPECT_TRUE(work.Spend(10));
  EXPECT_FALSE(work.Spend(1));
  EXPECT_FALSE(work.Spend(0));
  EXPECT_EQ(work.end(), Work::End::kSpent);
}

TEST(Work, ChecksWhetherTheCallIsCancelled) {
  bool is_cancelled = false;
  Work work(1'000'000, [&is_cancelled] { return is_cancelled; });
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(work.Spend(1));
  is_cancelled = true;
  int made = 0;
  while (work.Spend(1)) ++made;
  EXPECT_LE(made, 10'001);
  EXPECT_EQ(work.end(), Work::End::kCancelled);
}

TEST(Work, WithoutBoundsNeverEnds) {
  Work work;
  EXPECT_TRUE(work.Spend(INT64_MAX / 4));
  EXPECT_TRUE(work.Spend(1));
}

std::vector<std::string> NamesOf(const std::vector<Placement>& placements) {
  std::vector<std::string> names;
  for (const Placement& p : placements) {
    names.push_back(absl::StrCat(p.share->name, " ", p.flavor->id, " ", p.image->image->id, " ",
                                 p.plan->network == nullptr ? "" : p.plan->network->id, " ",
                                 p.plan->pool == nullptr ? "" : p.plan->pool->id, " ",
                                 static_cast<int>(p.plan->kind)));
  }
  return names;
}

// Pages of a few placements, put together, are what one page of all is, in every order.
TEST(PlacementPages, TogetherAreAllPlacements) {
  size_t found = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Generator generator(seed);
    const ServingState state = ServingState::Build(
        Snapshot::Build(generator.Catalogs(1 + generator.Below(4), seed).Build()));
    PlacementQuery query = generator.Query();
    query.all_combinations = true;
    query.order = static_cast<PlacementOrder>(generator.Below(7));
    query.descending = generator.OneIn(2);
    const absl::Time now = TestTime() + absl::Hours(1);
    const PlacementResult all = FindPlacements(state, query, now, FreshnessPolicy());
    const std::vector<std::string> expected = NamesOf(all.placements);
    ASSERT_EQ(all.placement_count, static_cast<int64_t>(expected.size()));
    PlacementPage page;
    page.limit = 1 + static_cast<size_t>(generator.Below(5));
    std::vector<std::string> names;
    for (bool more = true; more;) {
      Work work;
      const PlacementResult part =
          FindPlacements(state, query, now, FreshnessPolicy(), page, &work);
      ASSERT_EQ(part.placement_count, all.placement_count);
      ASSERT_LE(part.placements.size(), page.limit);
      for (const std::string& name : NamesOf(part.placements)) names.push_back(name);
      more = part.has_more;
      ASSERT_EQ(more, names.size() < expected.size()) << "seed " << seed;
      if (more) page.after = KeyOf(part.placements.back(), query);
    }
    ASSERT_EQ(names, expected) << "seed " << seed;
    found += expected.size();
  }
  EXPECT_GT(found, 100u);
}

CatalogBuilder ManyPairs(int flavors, int images) {
  CatalogBuilder builder = PlainScene();
  for (int i = 0; i < flavors; ++i) {
    builder.AddFlavor(MakeFlavor(absl::StrCat("f", i), 4, 8192, 80));
  }
  for (int i = 0; i < images; ++i) {
    builder.AddImage(SureImage(absl::StrCat("i", i), "ubuntu", "22.04"));
  }
  return builder;
}

TEST(PlacementWork, ASearchEndsWhereItIsSpent) {
  const ServingState state = ServingState::Build(Snapshot::Build(ManyPairs(60, 60).Build()));
  PlacementQuery query = QueryOf();
  query.all_combinations = true;
  const absl::Time now = TestTime() + absl::Hours(1);
  Work enough(1'000'000, nullptr);
  PlacementPage page;
  page.limit = 10;
  const PlacementResult result =
      FindPlacements(state, query, now, FreshnessPolicy(), page, &enough);
  EXPECT_EQ(enough.end(), Work::End::kNotYet);
  EXPECT_EQ(result.placements.size(), 10u);
  EXPECT_GT(result.placement_count, 3000);
  Work little(1000, nullptr);
  FindPlacements(state, query, now, FreshnessPolicy(), page, &little);
  EXPECT_EQ(little.end(), Work::End::kSpent);
  query.all_combinations = false;
  query.os = {*ParseOsRequirement("debian")};
  Work least(5, nullptr);
  ExplainPlacements(state, query, now, FreshnessPolicy(), &least);
  EXPECT_EQ(least.end(), Work::End::kSpent);
}

}  // namespace
}  // namespace cis::server
