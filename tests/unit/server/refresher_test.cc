// SPDX-License-Identifier: Apache-2.0
#include "server/refresh/refresher.h"

#include <filesystem>
#include <fstream>
#include <future>

#include "gtest/gtest.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

// What a store returns, set by the test.
struct FakeStore {
  absl::Status open_error;
  absl::Status load_error;
  CatalogVersion version{.database_id = 7, .generation = 1, .revision = 100};
  int open_count = 0;
  int changed_readers = 0;  // readers below this number say that the file changed under them
  int load_count = 0;
  bool had_previous = false;
};

class FakeReader : public StoreReader {
 public:
  explicit FakeReader(FakeStore* store) : store_(store), number_(store->open_count) {}
  absl::StatusOr<CatalogVersion> Version() override {
    if (number_ < store_->changed_readers) return absl::AbortedError("changed");
    return store_->version;
  }
  absl::StatusOr<Catalog> Load(const Catalog* previous) override {
    ++store_->load_count;
    store_->had_previous = previous != nullptr;
    if (!store_->load_error.ok()) return store_->load_error;
    Catalog catalog = CatalogBuilder().Select("SITE-A", "ops").Build(store_->version.generation);
    catalog.database_id = store_->version.database_id;
    catalog.revision = store_->version.revision;
    return catalog;
  }

 private:
  FakeStore* const store_;
  const int number_;  // 1 is the first that was opened
};

class RefresherTest : public ::testing::Test {
 protected:
  RefresherTest() : path_(dir_.File("cis.db")) {}

  RefresherOptions Options() {
    RefresherOptions options;
    options.path = path_;
    options.interval = absl::Milliseconds(1);
    options.open = [this](const std::string&) -> absl::StatusOr<std::unique_ptr<StoreReader>> {
      ++store_.open_count;
      if (!store_.open_error.ok()) return store_.open_error;
      return std::make_unique<FakeReader>(&store_);
    };
    return options;
  }
  std::unique_ptr<Refresher> Make() {
    return std::make_unique<Refresher>(Options(), [this](std::shared_ptr<const Snapshot> s) {
      published_.push_back(std::move(s));
    });
  }
  void Touch() { std::ofstream(path_) << "x"; }
  // Replaces the file with another one, as `mv` does.
  void Replace() {
    std::ofstream(path_ + ".new") << "y";
    std::filesystem::rename(path_ + ".new", path_);
  }

  TempDir dir_;
  std::string path_;
  FakeStore store_;
  std::vector<std::shared_ptr<const Snapshot>> published_;
};

// On a read-only file system a reader sees one state of the file only.
TEST_F(RefresherTest, OpensAFileAgainThatChangedUnderItsReader) {
  Touch();
  const auto refresher = Make();
  EXPECT_TRUE(refresher->Poll().value_or(false));
  store_.changed_readers = 2;
  EXPECT_FALSE(refresher->Poll().value_or(true));
  EXPECT_EQ(store_.open_count, 2);
  store_.changed_readers = 3;
  store_.version.generation = 2;
  EXPECT_TRUE(refresher->Poll().value_or(false));
  EXPECT_EQ(store_.open_count, 3);
  EXPECT_EQ(published_.size(), 2u);
}

TEST_F(RefresherTest, PublishesEachGenerationOnce) {
  Touch();
  const auto refresher = Make();
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_EQ(*refresher->Poll(), false);
  EXPECT_EQ(store_.load_count, 1);
  EXPECT_FALSE(store_.had_previous);
  store_.version.generation = 2;
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_TRUE(store_.had_previous);
  ASSERT_EQ(published_.size(), 2u);
  EXPECT_EQ(published_[1]->generation(), 2);
  EXPECT_EQ(store_.open_count, 1);
}

TEST_F(RefresherTest, WaitsForAFileThatIsNotThere) {
  const auto refresher = Make();
  EXPECT_EQ(refresher->Poll().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store_.open_count, 0);
  Touch();
  EXPECT_EQ(*refresher->Poll(), true);
}

TEST_F(RefresherTest, KeepsQuietWhenTheFileCannotBeRead) {
  Touch();
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  store_.version.generation = 2;
  store_.load_error = absl::DataLossError("damaged");
  EXPECT_EQ(refresher->Poll().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(published_.size(), 1u);
  store_.load_error = absl::OkStatus();
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_EQ(published_.back()->generation(), 2);
  EXPECT_EQ(store_.open_count, 2);  // it was opened again after the error
}

TEST_F(RefresherTest, ReadsAFileThatReplacesAnotherThoughTheGenerationIsTheSame) {
  Touch();
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  Replace();
  store_.version.revision = 200;
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_EQ(store_.open_count, 2);
  EXPECT_EQ(published_.size(), 2u);
}

TEST_F(RefresherTest, ACopyOfTheSameVersionIsNotReadAgain) {
  Touch();
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  Replace();
  EXPECT_EQ(*refresher->Poll(), false);
  EXPECT_EQ(store_.load_count, 1);
}

TEST_F(RefresherTest, RefusesAnOlderCopyUntilItHasCaughtUp) {
  Touch();
  store_.version.generation = 549;
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  EXPECT_EQ(refresher->state().failing_since, absl::InfinitePast());
  Replace();
  store_.version = {.database_id = 7, .generation = 540, .revision = 300};
  const absl::Status refused = refresher->Poll().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("generation 540"), std::string::npos) << refused;
  EXPECT_NE(refused.message().find("generation 549"), std::string::npos) << refused;
  EXPECT_EQ(published_.size(), 1u);
  EXPECT_NE(refresher->state().failing_since, absl::InfinitePast());
  EXPECT_EQ(refresher->state().problem, refused.message());
  // It was crawled on: generation 549 again, with other contents.
  store_.version = {.database_id = 7, .generation = 549, .revision = 400};
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_EQ(published_.size(), 2u);
  EXPECT_EQ(refresher->state().failing_since, absl::InfinitePast());
  EXPECT_EQ(refresher->state().problem, "");
}

TEST_F(RefresherTest, ReadsANewDatabaseWhoseGenerationsStartAgain) {
  Touch();
  store_.version.generation = 549;
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  Replace();
  store_.version = {.database_id = 8, .generation = 3, .revision = 300};
  EXPECT_EQ(*refresher->Poll(), true);
  EXPECT_EQ(published_.back()->generation(), 3);
}

TEST_F(RefresherTest, KeepsWhatWasPublishedWhenTheFileIsDeleted) {
  Touch();
  const auto refresher = Make();
  ASSERT_TRUE(refresher->Poll().ok());
  std::filesystem::remove(path_);
  EXPECT_EQ(refresher->Poll().status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(published_.size(), 1u);
  Touch();
  store_.version.generation = 2;
  EXPECT_EQ(*refresher->Poll(), true);
}

TEST_F(RefresherTest, ReportsAnErrorOnce) {
  Touch();
  store_.open_error = absl::UnavailableError("busy");
  const auto refresher = Make();
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(refresher->Poll().ok());
  store_.open_error = absl::OkStatus();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(refresher->Poll().ok());
  const std::string log = ::testing::internal::GetCapturedStderr();
  const auto count = [&log](const std::string& word) {
    int n = 0;
    for (size_t at = log.find(word); at != std::string::npos; at = log.find(word, at + 1)) ++n;
    return n;
  };
  EXPECT_EQ(count("refresher.failed"), 1) << log;
  EXPECT_EQ(count("refresher.recovered"), 1) << log;
  EXPECT_EQ(count("busy"), 1) << log;
}

TEST_F(RefresherTest, FollowsInAThreadOfItsOwnUntilStopped) {
  Touch();
  std::promise<int64_t> first;
  Refresher refresher(Options(), [&first](std::shared_ptr<const Snapshot> snapshot) {
    first.set_value(snapshot->generation());
  });
  refresher.Start();
  EXPECT_EQ(first.get_future().get(), 1);
  refresher.Stop();
  refresher.Stop();  // does nothing more
}

}  // namespace
}  // namespace cis::server
