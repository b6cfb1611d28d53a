// SPDX-License-Identifier: Apache-2.0

// What a reader sees while and after others write.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "schema/store/backup.h"
#include "schema/store/sqlite.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::unique_ptr<StoreReader> OpenReader(const std::string& path) {
  absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return reader.ok() ? *std::move(reader) : nullptr;
}

TEST_F(StoreTest, GenerationGrowsWithEveryChange) {
  const std::unique_ptr<StoreReader> reader = OpenReader(path());
  std::vector<int64_t> generations = {reader->Version().value().generation};
  const auto note = [&] { generations.push_back(reader->Version().value().generation); };
  const Share share = MakeShare("SITE-A", "vo");
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {share}).ok());
  note();
  const int64_t crawl_id = BeginCrawl();
  note();
  ASSERT_TRUE(writer().RecordLogin(crawl_id, share, TestTime(), 1).ok());
  note();
  ASSERT_TRUE(writer()
                  .RecordFailure(crawl_id, share, Kind::kImages, ErrorClass::kDns, "no such host",
                                 TestTime(), 1)
                  .ok());
  note();
  Crawl crawl;
  crawl.id = crawl_id;
  ASSERT_TRUE(writer().EndCrawl(crawl).ok());
  note();
  for (size_t i = 1; i < generations.size(); ++i) EXPECT_GT(generations[i], generations[i - 1]);
}

// An older copy that was put back and crawled on.
TEST_F(StoreTest, TheSameGenerationOfOneDatabaseHasAnotherRevisionWhereContentsDiffer) {
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-A")}, {}).ok());
  ASSERT_TRUE(BackUpStore(path(), dir_.File("copy.db")).ok());
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-B")}, {}).ok());
  const CatalogVersion one = Load().version();
  EXPECT_EQ(Load().version(), one);
  CloseWriter();
  std::filesystem::rename(dir_.File("copy.db"), path());
  Reopen();
  ASSERT_TRUE(writer().ReplaceConfiguration({MakeSite("SITE-C")}, {}).ok());
  const CatalogVersion other = Load().version();
  EXPECT_EQ(other.database_id, one.database_id);
  EXPECT_EQ(other.generation, one.generation);
  EXPECT_NE(other.revision, one.revision);
}

TEST_F(StoreTest, LoadReadsOnlySitesThatChanged) {
  for (const char* name : {"SITE-A", "SITE-B", "SITE-C"}) {
    PutFlavors(MakeShare(name, "vo"), {MakeFlavor("f")});
  }
  const std::unique_ptr<StoreReader> reader = OpenReader(path());
  const absl::StatusOr<Catalog> before = reader->Load(nullptr);
  ASSERT_TRUE(before.ok()) << before.status();
  PutFlavors(MakeShare("SITE-B", "vo"), {MakeFlavor("f", 16)});
  const absl::StatusOr<Catalog> after = reader->Load(&*before);
  ASSERT_TRUE(after.ok()) << after.status();

  ASSERT_THAT(after->sites, SizeIs(3));
  EXPECT_EQ(after->sites[0], before->sites[0]);
  EXPECT_NE(after->sites[1], before->sites[1]);
  EXPECT_EQ(after->sites[2], before->sites[2]);
  EXPECT_EQ(after->sites[1]->endpoints[0].flavors[0].record.vcpu_count, 16);
  EXPECT_EQ(after->sites[1]->generation, after->generation);
  EXPECT_LT(after->sites[0]->generation, after->generation);
}

TEST_F(StoreTest, LoadTakesNothingOverFromAnotherFile) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f", 2)});
  const Catalog other = Load();
  CloseWriter();
  std::filesystem::remove(path());
  Reopen();
  const int64_t crawl_id = BeginCrawl();
  RecordSet records = MakeRecords(MakeShare("SITE-A", "vo"), Kind::kFlavors, TestTime());
  records.flavors = {MakeFlavor("f", 4)};
  ASSERT_TRUE(writer()
                  .ReplaceRecords(crawl_id,
                                  MakeObservation(records.share, records.kind, TestTime()), records,
                                  1)
                  .ok());
  const Catalog catalog = Load(&other);
  // The very generation of the other file, with other contents.
  EXPECT_EQ(catalog.generation, other.generation);
  EXPECT_EQ(catalog.sites.at(0)->endpoints.at(0).flavors.items().at(0).record.vcpu_count, 4);
}

TEST_F(StoreTest, ReaderReportsThatItsFileWasReplaced) {
  const std::unique_ptr<StoreReader> reader = OpenReader(path());
  ASSERT_TRUE(reader->Version().ok());
  CloseWriter();
  ASSERT_EQ(std::rename(path().c_str(), dir_.File("old.db").c_str()), 0);
  EXPECT_EQ(reader->Version().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(reader->Version().status().message(), HasSubstr("was removed"));
  Reopen();
  EXPECT_THAT(reader->Load(nullptr).status().message(), HasSubstr("was replaced"));
}

TEST_F(StoreTest, ReaderOpensAndLoadsWhileAnotherProcessHoldsTheWriteLock) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  const absl::StatusOr<std::unique_ptr<Connection>> other =
      Connection::Open(path(), Connection::Mode::kReadWrite, absl::ZeroDuration());
  ASSERT_TRUE(other.ok()) << other.status();
  const absl::Status status = (*other)->Write([&]() -> absl::Status {
    const absl::Status change = (*other)->Execute("UPDATE flavor SET name = 'half done'");
    EXPECT_EQ(OnlyEndpoint(Load()).flavors.items().at(0).record.name, "f");
    return change;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(OnlyEndpoint(Load()).flavors.items().at(0).record.name, "half done");
}

TEST_F(StoreTest, WriterReportsThatAnotherProcessHoldsTheLock) {
  const auto open = [&] {
    return Connection::Open(path(), Connection::Mode::kReadWrite, absl::Milliseconds(1));
  };
  const absl::StatusOr<std::unique_ptr<Connection>> first = open();
  const absl::StatusOr<std::unique_ptr<Connection>> second = open();
  ASSERT_TRUE(first.ok() && second.ok());
  const absl::Status status =
      (*first)->Write([&] { return (*second)->Write([] { return absl::OkStatus(); }); });
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_THAT(status.message(), HasSubstr("locked by another process"));
}

// One generation is one state: the writer keeps the names of both flavors equal.
TEST_F(StoreTest, ConcurrentReaderSeesOneGenerationAtATime) {
  const Share share = MakeShare("SITE-A", "vo");
  const auto write = [&](int round) {
    std::vector<Flavor> flavors = {MakeFlavor("a"), MakeFlavor("b")};
    for (Flavor& flavor : flavors) flavor.name = "round " + std::to_string(round);
    PutFlavors(share, flavors, TestTime() + absl::Minutes(round));
  };
  write(0);
  constexpr int kRounds = 60;
  std::thread reading([this] {
    const std::unique_ptr<StoreReader> reader = OpenReader(path());
    ASSERT_NE(reader, nullptr);
    absl::StatusOr<Catalog> catalog = reader->Load(nullptr);
    int64_t generation = 0;
    const std::string last_name = "round " + std::to_string(kRounds);
    while (true) {
      ASSERT_TRUE(catalog.ok()) << catalog.status();
      ASSERT_GE(catalog->generation, generation);
      generation = catalog->generation;
      const EndpointCatalog& endpoint = catalog->sites.at(0)->endpoints.at(0);
      ASSERT_EQ(endpoint.flavors.items().at(0).record.name,
                endpoint.flavors.items().at(1).record.name);
      ASSERT_EQ(catalog->sites.at(0)->generation, catalog->generation);
      if (endpoint.flavors[0].record.name == last_name) break;
      absl::StatusOr<Catalog> next = reader->Load(&*catalog);
      catalog = std::move(next);
    }
  });
  for (int round = 1; round <= kRounds; ++round) write(round);
  reading.join();
}

TEST_F(StoreTest, SideFilesStaySoThatReadersNeedNoRightToCreateThem) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  CloseWriter();
  EXPECT_TRUE(std::filesystem::exists(path() + "-wal"));
  EXPECT_TRUE(std::filesystem::exists(path() + "-shm"));
  // The file alone is complete: a copy of it serves the same.
  EXPECT_EQ(std::filesystem::file_size(path() + "-wal"), 0u);
}

TEST_F(StoreTest, FileIsCompleteByItselfAfterACrawlEvenWhileAReaderIsOpen) {
  const std::unique_ptr<StoreReader> reader = OpenReader(path());
  ASSERT_TRUE(reader->Load(nullptr).ok());
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  Crawl crawl;
  crawl.id = crawl_id();
  ASSERT_TRUE(writer().EndCrawl(crawl).ok());
  const std::string copy = dir_.File("copy.db");
  std::filesystem::copy_file(path(), copy);
  const std::unique_ptr<StoreReader> copy_reader = OpenReader(copy);
  const absl::StatusOr<Catalog> catalog = copy_reader->Load(nullptr);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_EQ(OnlyEndpoint(*catalog).flavors.items().at(0).record, MakeFlavor("f"));
}

TEST_F(StoreTest, LoadGivesOnlyTheNewestResultsThatFit) {
  // Three crawls of which two fit.
  constexpr int kResults = static_cast<int>(kMaxLoadedCrawlResults) * 2 / 5;
  PutFlavors(MakeShare("SITE-A", "vo"), {});
  const int64_t oldest_id = crawl_id();
  const int64_t middle_id = BeginCrawl();
  const int64_t newest_id = BeginCrawl();
  const absl::StatusOr<std::unique_ptr<Connection>> db =
      Connection::Open(path(), Connection::Mode::kReadWrite, kBusyTime);
  ASSERT_TRUE(db.ok()) << db.status();
  // Filling through the writer would take a minute.
  const std::string numbers =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
      std::to_string(kResults) + ") ";
  ASSERT_TRUE((*db)
                  ->Execute(numbers +
                            "INSERT INTO share SELECT i + 100, endpoint_id, vo_id, 'p' || i, '', "
                            "'', '', 1, 'unknown', NULL, 0, 0, 0 FROM share, n WHERE share.id = 1")
                  .ok());
  for (const int64_t id : {oldest_id, middle_id, newest_id}) {
    ASSERT_TRUE((*db)
                    ->Execute(numbers + "INSERT INTO crawl_result SELECT " + std::to_string(id) +
                              ", i + 100, 'auth', NULL, 'none', '', 0, 0, 1 FROM n")
                    .ok());
  }
  const Catalog catalog = Load();
  EXPECT_THAT(catalog.crawls, SizeIs(3));
  EXPECT_THAT(catalog.crawl_results, SizeIs(2 * kResults));
  EXPECT_EQ(catalog.crawl_results.back().crawl_id, middle_id);
}

}  // namespace
}  // namespace cis
