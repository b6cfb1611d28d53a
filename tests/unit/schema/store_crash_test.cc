// SPDX-License-Identifier: Apache-2.0

// A writer that is killed at any moment leaves a sound file with whole transactions.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <random>

#include "schema/store/sqlite.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

// What round `round` writes: every record carries the number of the round.
RecordSet Round(const Share& share, int round) {
  RecordSet records = MakeRecords(share, Kind::kFlavors, TestTime() + absl::Minutes(round));
  for (int i = 0; i < 20; ++i) {
    records.flavors.push_back(MakeFlavor("f" + std::to_string(i), round));
  }
  return records;
}

// Writes round after round until it is killed; sends a byte when a round is committed.
[[noreturn]] void WriteUntilKilled(const std::string& path, const Share& share, int pipe_end) {
  const absl::StatusOr<std::unique_ptr<StoreWriter>> writer = OpenStoreWriter(path);
  if (!writer.ok()) _exit(2);
  const absl::StatusOr<int64_t> crawl_id = (*writer)->BeginCrawl(TestTime());
  if (!crawl_id.ok()) _exit(3);
  for (int round = 1;; ++round) {
    const RecordSet records = Round(share, round);
    const Observation observation = MakeObservation(share, Kind::kFlavors, records.observe_time);
    if (!(*writer)->ReplaceRecords(*crawl_id, observation, records, 1).ok()) _exit(4);
    if (write(pipe_end, "x", 1) != 1) _exit(5);
  }
}

class KilledWriter : public ::testing::TestWithParam<uint32_t> {};

TEST_P(KilledWriter, LeavesASoundFileWithTheLastWholeRound) {
  const TempDir dir;
  const std::string path = dir.File("cis.db");
  const Share share = MakeShare("SITE-A", "vo");
  std::mt19937 random(GetParam());
  int64_t last_round = 0;
  for (int life = 0; life < 3; ++life) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      WriteUntilKilled(path, share, ends[1]);
    }
    close(ends[1]);
    // Some rounds, then a random part of the next one.
    const int round_count = std::uniform_int_distribution<int>(1, 6)(random);
    char byte = 0;
    for (int round = 0; round < round_count; ++round) ASSERT_EQ(read(ends[0], &byte, 1), 1);
    volatile uint32_t spin = std::uniform_int_distribution<uint32_t>(0, 300000)(random);
    while (spin > 0) spin = spin - 1;
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int64_t committed = round_count;
    while (read(ends[0], &byte, 1) == 1) ++committed;
    close(ends[0]);
    int exit_state = 0;
    ASSERT_EQ(waitpid(child, &exit_state, 0), child);
    ASSERT_TRUE(WIFSIGNALED(exit_state)) << WEXITSTATUS(exit_state);

    const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path);
    ASSERT_TRUE(reader.ok()) << reader.status();
    const absl::StatusOr<Catalog> catalog = (*reader)->Load(nullptr);
    ASSERT_TRUE(catalog.ok()) << catalog.status();
    const absl::Status sound = CheckIntegrity(path);
    ASSERT_TRUE(sound.ok()) << sound;
    const EndpointCatalog& endpoint = OnlyEndpoint(*catalog);
    ASSERT_EQ(endpoint.flavors.size(), 20u);
    const int64_t round = endpoint.flavors[0].record.vcpu_count.value_or(-1);
    // Nothing that was confirmed is lost; one more round may have been committed but not confirmed.
    EXPECT_GE(round, committed);
    EXPECT_LE(round, committed + 1);
    for (const Stored<Flavor>& flavor : endpoint.flavors) {
      EXPECT_EQ(flavor.record.vcpu_count, round);
      EXPECT_TRUE(flavor.active);
    }
    EXPECT_EQ(StateOf(OnlyShare(*catalog), Kind::kFlavors).success_time,
              TestTime() + absl::Minutes(round));
    // A crawl that was killed shows as one that did not finish.
    ASSERT_EQ(catalog->crawls.size(), static_cast<size_t>(life) + 1);
    EXPECT_EQ(catalog->crawls[0].end_time, absl::InfinitePast());
    last_round += round;
  }
  EXPECT_GE(last_round, 3);
}

INSTANTIATE_TEST_SUITE_P(Seeds, KilledWriter, ::testing::Range(1u, 11u));

// Killed inside one transaction, after any number of its statements.
class KilledTransaction : public StoreTest, public ::testing::WithParamInterface<int> {};

TEST_P(KilledTransaction, LeavesTheDataBeforeIt) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a"), MakeFlavor("b"), MakeFlavor("c")});
  const Catalog before = Load();
  CloseWriter();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const absl::StatusOr<std::unique_ptr<Connection>> db =
        Connection::Open(path(), Connection::Mode::kReadWrite, kBusyTime);
    if (!db.ok()) _exit(2);
    (*db)
        ->Write([&]() -> absl::Status {
          // A tiny cache makes SQLite write unfinished pages to the file's log.
          (*db)->Execute("PRAGMA cache_size = 1").IgnoreError();
          for (int statement = 0; statement < GetParam(); ++statement) {
            (*db)
                ->Execute(
                    "UPDATE meta SET generation = generation + 1; "
                    "UPDATE site SET generation = generation + 1, revision = random(); "
                    "UPDATE flavor SET description = hex(zeroblob(20000)), "
                    "vcpu_count = 99")
                .IgnoreError();
          }
          kill(getpid(), SIGKILL);
          return absl::OkStatus();
        })
        .IgnoreError();
    _exit(3);
  }
  int exit_state = 0;
  ASSERT_EQ(waitpid(child, &exit_state, 0), child);
  ASSERT_TRUE(WIFSIGNALED(exit_state)) << WEXITSTATUS(exit_state);

  const absl::Status sound = CheckIntegrity(path());
  EXPECT_TRUE(sound.ok()) << sound;
  const Catalog after = Load();
  EXPECT_EQ(after.generation, before.generation);
  ASSERT_EQ(OnlyEndpoint(after).flavors.size(), 3u);
  EXPECT_EQ(OnlyEndpoint(after).flavors[0].record, MakeFlavor("a"));
  Reopen();
  PutFlavors(share, {MakeFlavor("d")});
  EXPECT_EQ(OnlyShare(Load()).flavor_indexes.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(StatementCounts, KilledTransaction, ::testing::Range(0, 10));

}  // namespace
}  // namespace cis
