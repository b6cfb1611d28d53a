// SPDX-License-Identifier: Apache-2.0

// Which files are opened, upgraded or rejected, and with which messages.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "schema/store/backup.h"
#include "schema/store/migrations.h"
#include "schema/store/sqlite.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;

void WriteFile(const std::string& path, absl::string_view text) {
  std::ofstream(path, std::ios::binary)
      .write(text.data(), static_cast<std::streamsize>(text.size()));
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// Runs SQL on a file as another program would.
void Alter(const std::string& path, const std::string& sql) {
  const absl::StatusOr<std::unique_ptr<Connection>> db =
      Connection::Open(path, Connection::Mode::kCreate, kBusyTime);
  ASSERT_TRUE(db.ok()) << db.status();
  const absl::Status status = (*db)->Execute(sql);
  ASSERT_TRUE(status.ok()) << status;
}

TEST_F(StoreTest, NewFileIsEmptyAndSound) {
  EXPECT_EQ(Load().generation, 0);
  EXPECT_TRUE(CheckIntegrity(path()).ok()) << CheckIntegrity(path());
}

TEST_F(StoreTest, WriterRefusesAFileOfANewerVersionAndLeavesItAlone) {
  CloseWriter();
  const int64_t known = Migrations().back().version;
  Alter(path(), "PRAGMA user_version = " + std::to_string(known + 1));
  const std::string expected = path() + " was written by a newer version (schema " +
                               std::to_string(known + 1) + ", this program knows " +
                               std::to_string(known) + "); use that version, or another file";
  const std::string before = ReadFile(path());
  EXPECT_EQ(OpenStoreWriter(path()).status(), absl::FailedPreconditionError(expected));
  EXPECT_EQ(OpenStoreReader(path()).status(), absl::FailedPreconditionError(expected));
  EXPECT_TRUE(ReadFile(path()) == before);
}

TEST_F(StoreTest, RefusesADatabaseOfAnotherProgram) {
  const std::string foreign = dir_.File("foreign.db");
  Alter(foreign, "CREATE TABLE theirs (x)");
  const std::string before = ReadFile(foreign);
  for (const absl::Status& status :
       {OpenStoreWriter(foreign).status(), OpenStoreReader(foreign).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(status.message(), AllOf(HasSubstr(foreign), HasSubstr("another program")));
  }
  EXPECT_TRUE(ReadFile(foreign) == before);

  Alter(foreign, "PRAGMA application_id = 12345; PRAGMA user_version = 1");
  EXPECT_EQ(OpenStoreWriter(foreign).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(StoreTest, RefusesWhatIsNoDatabase) {
  const std::string garbage = dir_.File("garbage.db");
  WriteFile(garbage, std::string(20000, 'g'));
  EXPECT_EQ(OpenStoreWriter(garbage).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(OpenStoreReader(garbage).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(CheckIntegrity(garbage).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ReadFile(garbage), std::string(20000, 'g'));
}

TEST_F(StoreTest, ReaderNeedsAFileThatSomethingWasWrittenTo) {
  const std::string missing = dir_.File("missing.db");
  EXPECT_EQ(OpenStoreReader(missing).status(), absl::NotFoundError(missing + ": no such file"));
  EXPECT_FALSE(std::filesystem::exists(missing));
  WriteFile(missing, "");
  EXPECT_EQ(OpenStoreReader(missing).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(OpenStoreReader(missing).status().message(), HasSubstr("is still empty"));
  EXPECT_TRUE(OpenStoreWriter(missing).ok());
  EXPECT_TRUE(OpenStoreReader(missing).ok());
}

TEST_F(StoreTest, FolderThatDoesNotExistIsNamed) {
  const std::string nowhere = dir_.File("no/such/folder.db");
  EXPECT_EQ(OpenStoreWriter(nowhere).status(),
            absl::NotFoundError(nowhere + ": its folder does not exist"));
  EXPECT_EQ(OpenStoreReader(nowhere).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(StoreTest, FolderOrDeviceIsNotAFile) {
  const std::string folder = dir_.path();
  for (const absl::Status& status :
       {OpenStoreWriter(folder).status(), OpenStoreReader(folder).status()}) {
    EXPECT_EQ(status,
              absl::InvalidArgumentError(
                  folder + ": this is a folder; name the database file in it, for example " +
                  folder + "/cis.db"));
  }
  EXPECT_EQ(
      OpenStoreReader("/dev/null").status(),
      absl::InvalidArgumentError("/dev/null: this is not a regular file; name a database file"));
}

TEST_F(StoreTest, FilesAreNotForOthersToRead) {
  const mode_t before = umask(0022);
  CloseWriter();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path() + suffix);
  Reopen();
  PutFlavors(MakeShare("SITE-A", "ops"), {MakeFlavor("f")});
  const std::string copy = dir_.File("copy.db");
  EXPECT_TRUE(BackUpStore(path(), copy).ok());
  umask(before);
  for (const std::string& file : {path(), path() + "-wal", path() + "-shm", copy}) {
    EXPECT_EQ(static_cast<int>(std::filesystem::status(file).permissions()), 0640) << file;
  }
}

// What a user who is neither root nor the owner may do. Ends the process: 0 if all is as expected.
[[noreturn]] void ReadAsAnother(const std::string& path) {
  const int writable = open(path.c_str(), O_RDWR | O_CLOEXEC);
  chmod(path.c_str(), 0444);
  chmod(std::filesystem::path(path).parent_path().c_str(), 0555);
  if (geteuid() == 0 &&
      (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)) {
    std::_Exit(2);
  }
  auto reader = OpenStoreReader(path);
  if (!reader.ok()) {
    std::cerr << reader.status() << "\n";
    std::_Exit(3);
  }
  const absl::StatusOr<Catalog> catalog = (*reader)->Load(nullptr);
  if (!catalog.ok() || catalog->sites.size() != 1 || (*reader)->Version().value().generation < 1) {
    std::_Exit(4);
  }
  // Another program writes to the file.
  char byte = 0;
  if (pread(writable, &byte, 1, 0) != 1 || pwrite(writable, &byte, 1, 0) != 1) std::_Exit(5);
  if (!absl::IsAborted((*reader)->Version().status())) std::_Exit(6);
  if (!absl::IsAborted((*reader)->Load(nullptr).status())) std::_Exit(7);
  reader = OpenStoreReader(path);
  std::_Exit(reader.ok() && (*reader)->Load(nullptr).ok() ? 0 : 8);
}

TEST_F(StoreTest, IsReadWhereNothingCanBeWrittenAndNoticesChanges) {
  // "?", "%" and "#" have a meaning in the URIs that SQLite takes.
  const std::string folder = dir_.File("read only?#%41");
  std::filesystem::create_directory(folder);
  PutFlavors(MakeShare("SITE-A", "ops"), {MakeFlavor("f")});
  ASSERT_TRUE(BackUpStore(path(), folder + "/cis.db").ok());
  // As a crawler leaves it: with a log, which is empty. Its side files are not copied.
  Alter(folder + "/cis.db", "PRAGMA journal_mode = WAL");
  for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(folder + "/cis.db" + suffix);
  chmod(dir_.path().c_str(), 0755);
  EXPECT_EXIT(ReadAsAnother(folder + "/cis.db"), ::testing::ExitedWithCode(0), "");
  chmod(folder.c_str(), 0755);
}

TEST_F(StoreTest, TruncatedFileIsRefused) {
  for (int i = 0; i < 50; ++i) {
    PutFlavors(MakeShare("SITE-A", "vo" + std::to_string(i)), {MakeFlavor("f")});
  }
  CloseWriter();
  const std::string whole = ReadFile(path());
  for (const size_t kept : {size_t{100}, size_t{5000}, whole.size() / 2, whole.size() - 4096}) {
    const std::string cut = dir_.File("cut" + std::to_string(kept) + ".db");
    WriteFile(cut, whole.substr(0, kept));
    EXPECT_EQ(OpenStoreWriter(cut).status().code(), absl::StatusCode::kDataLoss) << kept;
    EXPECT_EQ(CheckIntegrity(cut).code(), absl::StatusCode::kDataLoss) << kept;
  }
}

// Overwrites any part of the file: the result is a status or a catalog, never a crash, and the
// writer notices everything that a page check can notice.
TEST_F(StoreTest, DamagedPagesGiveAStatus) {
  for (int i = 0; i < 20; ++i) {
    PutFlavors(MakeShare("SITE-A", "vo" + std::to_string(i)), {MakeFlavor("f"), MakeFlavor("g")});
  }
  CloseWriter();
  const std::string whole = ReadFile(path());
  std::mt19937 random(7);
  int refused_count = 0;
  for (int run = 0; run < 40; ++run) {
    std::string damaged = whole;
    const size_t page = std::uniform_int_distribution<size_t>(1, whole.size() / 4096 - 1)(random);
    for (size_t i = 0; i < 4096; ++i) damaged[page * 4096 + i] = static_cast<char>(random());
    const std::string file = dir_.File("damaged" + std::to_string(run) + ".db");
    WriteFile(file, damaged);
    const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(file);
    const absl::Status loaded = reader.ok() ? (*reader)->Load(nullptr).status() : reader.status();
    const absl::Status written = OpenStoreWriter(file).status();
    for (const absl::Status& status : {loaded, written}) {
      EXPECT_THAT(status.code(), AnyOf(absl::StatusCode::kOk, absl::StatusCode::kDataLoss))
          << status;
    }
    if (!written.ok()) ++refused_count;
  }
  EXPECT_EQ(refused_count, 40);
}

TEST_F(StoreTest, ContentsThatContradictThemselvesAreRefused) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  CloseWriter();
  Alter(path(), "UPDATE flavor SET active = 0");
  EXPECT_EQ(OpenStoreWriter(path()).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(CheckIntegrity(path()).message(), HasSubstr("its contents are inconsistent"));
}

TEST_F(StoreTest, DamagedColumnIsNamed) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  CloseWriter();
  Alter(path(), "UPDATE flavor SET evidence = '[\"two\",\"texts\"]'");
  const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path());
  ASSERT_TRUE(reader.ok()) << reader.status();
  const absl::Status status = (*reader)->Load(nullptr).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("evidence"));
}

TEST_F(StoreTest, DamagedObservationIsDataLoss) {
  PutFlavors(MakeShare("SITE-A", "vo"), {MakeFlavor("f")});
  Alter(path(), "UPDATE observation SET bodies_zstd = x'00'");
  EXPECT_EQ(writer().ForEachObservation([](const Observation&) { return absl::OkStatus(); }).code(),
            absl::StatusCode::kDataLoss);
}

// The dump of each released version, brought to today's.
class ReleasedSchema : public ::testing::TestWithParam<int> {};

TEST_P(ReleasedSchema, IsUpgradedAndServesItsData) {
  const TempDir dir;
  const std::string path = dir.File("old.db");
  const std::string dump = ReadFile(std::string(CIS_SOURCE_DIR) + "/tests/fixtures/db/v000" +
                                    std::to_string(GetParam()) + ".sql");
  ASSERT_FALSE(dump.empty());
  Alter(path, dump);
  ASSERT_TRUE(OpenStoreWriter(path).ok()) << OpenStoreWriter(path).status();
  EXPECT_TRUE(CheckIntegrity(path).ok()) << CheckIntegrity(path);
  const absl::StatusOr<std::unique_ptr<StoreReader>> reader = OpenStoreReader(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const absl::StatusOr<Catalog> catalog = (*reader)->Load(nullptr);
  ASSERT_TRUE(catalog.ok()) << catalog.status();
  EXPECT_NE(catalog->database_id, 0);
  const EndpointCatalog& endpoint = OnlyEndpoint(*catalog);
  EXPECT_EQ(endpoint.flavors.items().at(0).record, MakeFlavor("gone"));
  EXPECT_FALSE(endpoint.flavors.items().at(0).active);
  EXPECT_EQ(endpoint.flavors.items().at(1).record, MakeFlavor("small"));
  EXPECT_EQ(endpoint.images.items().at(0).record, MakeImage("ubuntu"));
  EXPECT_EQ(OnlyShare(*catalog).networks.at(0).record, MakeNetwork("public", NetworkUse::kDirect));
  EXPECT_THAT(OnlyShare(*catalog).quotas, ::testing::ElementsAre(MakeQuota("cores", 20, 4)));
  // What a version did not store is unknown.
  EXPECT_THAT(OnlyShare(*catalog).subnet_pools, ::testing::IsEmpty());
  EXPECT_THAT(OnlyShare(*catalog).zones, ::testing::IsEmpty());
  EXPECT_THAT(OnlyShare(*catalog).volume_types, ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Versions, ReleasedSchema, ::testing::Values(1, 2, 3, 4, 5, 6, 7, 8));

// Steps of a schema of their own, for what the released ones do not show yet.
class MigrateToTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Connection>> db =
        Connection::Open(path_, Connection::Mode::kCreate, kBusyTime);
    ASSERT_TRUE(db.ok()) << db.status();
    db_ = *std::move(db);
  }
  int64_t Version() { return SchemaVersion(*db_).value_or(-1); }

  const Migration one_ = {1, "CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (7)",
                          "SELECT count(*) = 1 FROM t"};
  const Migration two_ = {2, "ALTER TABLE t ADD COLUMN y INTEGER; UPDATE t SET y = x",
                          "-- both\nSELECT count(*) = 0 FROM t WHERE y <> x; SELECT 1;\n-- end\n"};
  const TempDir dir_;
  const std::string path_ = dir_.File("steps.db");
  std::unique_ptr<Connection> db_;
};

TEST_F(MigrateToTest, RunsMissingStepsAndBacksUpWhatWasThere) {
  ASSERT_TRUE(MigrateTo(*db_, {one_}).ok());
  EXPECT_EQ(Version(), 1);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".schema-1.backup"));
  ASSERT_TRUE(db_->Execute("UPDATE t SET x = 8").ok());
  ASSERT_TRUE(MigrateTo(*db_, {one_, two_}).ok());
  EXPECT_EQ(Version(), 2);
  EXPECT_EQ(db_->QueryInt("SELECT y FROM t").value_or(0), 8);

  const absl::StatusOr<std::unique_ptr<Connection>> backup =
      Connection::Open(path_ + ".schema-1.backup", Connection::Mode::kReadOnly, kBusyTime);
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(SchemaVersion(**backup).value_or(-1), 1);
  EXPECT_EQ((*backup)->QueryInt("SELECT x FROM t").value_or(0), 8);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".schema-1.backup.part"));
}

TEST_F(MigrateToTest, DoesNothingToACurrentFile) {
  ASSERT_TRUE(MigrateTo(*db_, {one_, two_}).ok());
  ASSERT_TRUE(MigrateTo(*db_, {one_, two_}).ok());
  EXPECT_EQ(db_->QueryInt("SELECT count(*) FROM t").value_or(0), 1);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".schema-2.backup"));
}

TEST_F(MigrateToTest, StepThatFailsHalfwayLeavesTheVersionBefore) {
  ASSERT_TRUE(MigrateTo(*db_, {one_}).ok());
  const Migration bad = {2, "ALTER TABLE t ADD COLUMN y INTEGER; INSERT INTO nowhere VALUES (1)",
                         "SELECT 1"};
  EXPECT_EQ(MigrateTo(*db_, {one_, bad}).code(), absl::StatusCode::kInternal);
  EXPECT_EQ(Version(), 1);
  EXPECT_EQ(db_->QueryInt("SELECT count(*) FROM pragma_table_info('t')").value_or(0), 1);
}

TEST_F(MigrateToTest, StepThatIsNotVerifiedLeavesTheVersionBefore) {
  ASSERT_TRUE(MigrateTo(*db_, {one_}).ok());
  const Migration wrong = {2, "UPDATE t SET x = 9", "SELECT x = 7 FROM t"};
  const absl::Status status = MigrateTo(*db_, {one_, wrong});
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("SELECT x = 7 FROM t"));
  EXPECT_EQ(Version(), 1);
  EXPECT_EQ(db_->QueryInt("SELECT x FROM t").value_or(0), 7);
}

TEST_F(MigrateToTest, OlderFileIsNotForReaders) {
  ASSERT_TRUE(MigrateTo(*db_, {one_}).ok());
  const absl::Status status = CheckVersion(*db_, {one_, two_});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.message(), HasSubstr("older version (schema 1, this program needs 2)"));
}

TEST(MigrationsTest, ReleasedStepsAreNumberedFromOne) {
  int64_t version = 0;
  for (const Migration& step : Migrations()) EXPECT_EQ(step.version, ++version);
  EXPECT_GE(version, 1);
}

}  // namespace
}  // namespace cis
