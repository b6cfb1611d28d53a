// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "server/policy/visible_states.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

using State = std::shared_ptr<const ServingState>;

State Published(Catalog catalog) {
  return std::make_shared<const ServingState>(
      ServingState::Build(Snapshot::Build(std::move(catalog))));
}

// Two sites with a private flavor each: SITE-A of vo-a, SITE-B of vo-b.
Catalog TwoSites() {
  CatalogBuilder builder;
  for (const char* name : {"a", "b"}) {
    Flavor flavor = MakeFlavor(absl::StrCat("private-", name));
    flavor.is_public = false;
    builder.Select(absl::StrCat("SITE-", absl::AsciiStrToUpper(name)), absl::StrCat("vo-", name))
        .AddFlavor(flavor)
        .AddFlavor(MakeFlavor("public"));
  }
  return builder.Build(1);
}

Rights MemberOf(std::set<std::string> vos) {
  Rights rights;
  rights.may_read = true;
  rights.vos = std::move(vos);
  return rights;
}

size_t FlavorsAt(const State& state, size_t site) {
  return state->snapshot->sites()[site]->flavors().size();
}

TEST(VisibleStates, WhoSeesEverythingGetsTheStateItself) {
  VisibleStates states;
  const State whole = Published(TwoSites());
  EXPECT_EQ(states.Get(whole, AllRights()), whole);
  EXPECT_EQ(states.size(), 0U);
}

TEST(VisibleStates, EqualRightsGetTheSameState) {
  VisibleStates states;
  const State whole = Published(TwoSites());
  const State first = states.Get(whole, MemberOf({"vo-a"}));
  EXPECT_EQ(FlavorsAt(first, 0), 2U);
  EXPECT_EQ(FlavorsAt(first, 1), 1U);
  EXPECT_EQ(states.Get(whole, MemberOf({"vo-a"})), first);
  const State other = states.Get(whole, MemberOf({"vo-b"}));
  EXPECT_NE(other, first);
  EXPECT_EQ(FlavorsAt(other, 0), 1U);
  EXPECT_EQ(FlavorsAt(other, 1), 2U);
  EXPECT_EQ(states.size(), 2U);
}

TEST(VisibleStates, ACallerWhoMayNotReadGetsAnEmptyState) {
  VisibleStates states;
  const State seen = states.Get(Published(TwoSites()), Rights());
  EXPECT_TRUE(seen->snapshot->sites().empty());
  EXPECT_TRUE(seen->index->shares().empty());
  EXPECT_EQ(seen->snapshot->generation(), 1);
}

TEST(VisibleStates, RightsThatSeeTheSameOfASiteShareIt) {
  VisibleStates states;
  const State whole = Published(TwoSites());
  const State anonymous = states.Get(whole, MemberOf({}));
  const State member = states.Get(whole, MemberOf({"vo-a"}));
  const auto site = [](const State& state, size_t i) {
    return state->snapshot->sites()[i]->site();
  };
  EXPECT_EQ(site(anonymous, 1), site(member, 1));
  EXPECT_NE(site(anonymous, 1), site(whole, 1));
  EXPECT_EQ(site(member, 0), site(whole, 0));
  // And so the indexes.
  EXPECT_EQ(anonymous->snapshot->sites()[1], member->snapshot->sites()[1]);
  EXPECT_EQ(member->snapshot->sites()[0], whole->snapshot->sites()[0]);
}

TEST(VisibleStates, ANewGenerationReusesTheSitesThatDidNotChange) {
  VisibleStates states;
  Catalog catalog = TwoSites();
  State whole = Published(catalog);
  State seen = states.Get(whole, MemberOf({}));
  const std::shared_ptr<const SiteIndex> kept = seen->snapshot->sites()[1];
  const std::shared_ptr<const SiteIndex> replaced = seen->snapshot->sites()[0];
  catalog.sites[0] = std::make_shared<const SiteCatalog>(*catalog.sites[0]);
  catalog.generation = 2;
  whole = Published(catalog);
  seen = states.Get(whole, MemberOf({}));
  EXPECT_EQ(seen->snapshot->generation(), 2);
  EXPECT_EQ(seen->snapshot->sites()[1], kept);
  EXPECT_NE(seen->snapshot->sites()[0], replaced);
  // Nothing refers to the first generation any more.
  EXPECT_EQ(states.size(), 1U);
}

TEST(VisibleStates, KeepsTheStatesThatWereUsedLast) {
  VisibleStates states(2);
  const State whole = Published(TwoSites());
  const State a = states.Get(whole, MemberOf({"vo-a"}));
  const State b = states.Get(whole, MemberOf({"vo-b"}));
  EXPECT_EQ(states.Get(whole, MemberOf({"vo-a"})), a);
  states.Get(whole, MemberOf({}));
  EXPECT_EQ(states.size(), 2U);
  EXPECT_EQ(states.Get(whole, MemberOf({"vo-a"})), a);
  EXPECT_NE(states.Get(whole, MemberOf({"vo-b"})), b);
  // A caller keeps what it has.
  EXPECT_EQ(FlavorsAt(b, 1), 2U);
}

TEST(VisibleStates, ServesEarlierAndPresentStatesBesideEachOther) {
  VisibleStates states;
  Catalog catalog = TwoSites();
  const State past = Published(catalog);
  catalog.generation = 2;
  const State present = Published(catalog);
  const State seen_past = states.Get(past, MemberOf({}));
  const State seen_present = states.Get(present, MemberOf({}));
  EXPECT_EQ(states.Get(past, MemberOf({})), seen_past);
  EXPECT_EQ(states.Get(present, MemberOf({})), seen_present);
  EXPECT_EQ(seen_past->snapshot->generation(), 1);
  EXPECT_EQ(seen_present->snapshot->generation(), 2);
}

TEST(VisibleStates, ManyThreadsGetOneState) {
  constexpr size_t kThreads = 8;
  VisibleStates states;
  const State whole = Published(TwoSites());
  std::vector<State> seen(kThreads);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (const char* vo : {"vo-a", "vo-b", "vo-c"}) seen[i] = states.Get(whole, MemberOf({vo}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const State& one : seen) EXPECT_EQ(one, seen[0]);
  EXPECT_EQ(states.size(), 3U);
}

}  // namespace
}  // namespace cis::server
