// SPDX-License-Identifier: Apache-2.0

// Copies of a store, and the way back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "schema/store/backup.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class StoreBackup : public StoreTest {
 protected:
  std::string copy() const { return dir_.File("copy.db"); }

  std::vector<std::string> FlavorNames() {
    std::vector<std::string> names;
    const Catalog catalog = Load();
    for (const auto& flavor : OnlyEndpoint(catalog).flavors) names.emplace_back(flavor.record.name);
    return names;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(path()).parent_path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }
};

TEST_F(StoreBackup, CopyTakenWhileTheWriterIsOpenHoldsWhatWasCommitted) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  PutFlavors(share, {MakeFlavor("a"), MakeFlavor("b")}, TestTime() + absl::Hours(1));
  ASSERT_TRUE(CheckIntegrity(copy()).ok());
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a", "b"));

  CloseWriter();
  const absl::Status status = RestoreStore(copy(), path());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a"));
}

// A server refuses an older copy of what it serves, but not what an operator restores.
TEST_F(StoreBackup, ACopyIsTheSameDatabaseAndARestoredFileIsAnother) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  const CatalogVersion version = Load().version();
  {
    const auto reader = OpenStoreReader(copy());
    ASSERT_TRUE(reader.ok()) << reader.status();
    EXPECT_EQ((*reader)->Version().value(), version);
  }
  CloseWriter();
  ASSERT_TRUE(RestoreStore(copy(), path()).ok());
  const CatalogVersion restored = Load().version();
  EXPECT_NE(restored.database_id, version.database_id);
  EXPECT_EQ(restored.generation, version.generation);
  EXPECT_EQ(restored.revision, version.revision);
}

TEST_F(StoreBackup, CopyIsOneFileAndReplacesAnOlderOne) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  EXPECT_THAT(Files(), UnorderedElementsAre("cis.db", "cis.db-wal", "cis.db-shm", "copy.db"));
}

TEST_F(StoreBackup, ReaderOfTheOldFileGetsAnErrorAndANewOneReadsTheRestored) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  PutFlavors(share, {MakeFlavor("b")}, TestTime() + absl::Hours(1));
  CloseWriter();
  const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path());
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Version().ok());
  ASSERT_TRUE(RestoreStore(copy(), path()).ok());
  EXPECT_EQ((*reader)->Version().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a"));
}

TEST_F(StoreBackup, RestoreHealsADamagedFileAndKeepsNothingOfItsLog) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  CloseWriter();
  std::ofstream(path(), std::ios::binary) << "not a database";
  std::ofstream(path() + "-wal", std::ios::binary) << "nor a log";
  const absl::Status status = RestoreStore(copy(), path());
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_TRUE(CheckIntegrity(path()).ok());
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a"));
}

TEST_F(StoreBackup, RestoredStoreIsWrittenOn) {
  const Share share = MakeShare("SITE-A", "vo");
  PutFlavors(share, {MakeFlavor("a")}, TestTime());
  ASSERT_TRUE(BackUpStore(path(), copy()).ok());
  CloseWriter();
  ASSERT_TRUE(RestoreStore(copy(), path()).ok());
  Reopen();
  PutFlavors(share, {MakeFlavor("a"), MakeFlavor("c")}, TestTime() + absl::Hours(2));
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a", "c"));
}

TEST_F(StoreBackup, BadCopyChangesNothing) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  CloseWriter();
  std::ofstream(copy(), std::ios::binary) << std::string(5000, 'x');
  EXPECT_EQ(RestoreStore(copy(), path()).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(RestoreStore(dir_.File("none.db"), path()).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a"));
}

TEST_F(StoreBackup, FileIsNotCopiedOntoItself) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  for (const absl::Status& status : {BackUpStore(path(), path()), RestoreStore(path(), path())}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("name another one"));
  }
  EXPECT_THAT(FlavorNames(), UnorderedElementsAre("a"));
}

TEST_F(StoreBackup, FolderThatIsNotThereIsNamed) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("a")}, TestTime());
  const absl::Status status = BackUpStore(path(), dir_.File("none/copy.db"));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("none/copy.db"));
}

}  // namespace
}  // namespace cis
