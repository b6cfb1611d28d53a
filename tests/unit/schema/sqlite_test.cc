// SPDX-License-Identifier: Apache-2.0
#include "schema/store/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace cis {
namespace {

using ::testing::HasSubstr;

class SqliteTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Connection>> db =
        Connection::Open(dir_.File("a.db"), Connection::Mode::kCreate, absl::ZeroDuration());
    ASSERT_TRUE(db.ok()) << db.status();
    db_ = *std::move(db);
    ASSERT_TRUE(db_->Execute("CREATE TABLE t (i INTEGER, r REAL, x TEXT, b BLOB) STRICT").ok());
  }
  int64_t Count() { return db_->QueryInt("SELECT count(*) FROM t").value_or(-1); }

  const TempDir dir_;
  std::unique_ptr<Connection> db_;
};

TEST_F(SqliteTest, BindsAndReadsByNameInAnyOrder) {
  absl::StatusOr<Statement*> add = db_->Use("INSERT INTO t VALUES (:i, :r, :x, :b)");
  ASSERT_TRUE(add.ok()) << add.status();
  (*add)->BindBlob("b", absl::string_view("\0b", 2));
  (*add)->BindText("x", "it's");
  (*add)->BindInt("i", -5);
  (*add)->BindReal("r", 0.5);
  ASSERT_TRUE((*add)->Run().ok());
  (*add)->BindNull("i");
  (*add)->BindText("x", absl::string_view());
  ASSERT_TRUE((*add)->Run().ok());

  absl::StatusOr<Statement*> read = db_->Use("SELECT i, r, x, b FROM t ORDER BY rowid");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ((*read)->Step().value_or(false), true);
  EXPECT_EQ((*read)->Blob("b"), absl::string_view("\0b", 2));
  EXPECT_EQ((*read)->Text("x"), "it's");
  EXPECT_EQ((*read)->OptionalInt("i"), -5);
  EXPECT_EQ((*read)->Real("r"), 0.5);
  ASSERT_EQ((*read)->Step().value_or(false), true);
  EXPECT_EQ((*read)->OptionalInt("i"), std::nullopt);
  EXPECT_EQ((*read)->Int("i"), 0);
  EXPECT_TRUE((*read)->OptionalText("x").has_value());
  EXPECT_EQ((*read)->Step().value_or(true), false);
}

TEST_F(SqliteTest, WrongNamesAreErrorsOfTheNextStep) {
  absl::StatusOr<Statement*> add = db_->Use("INSERT INTO t (i) VALUES (:i)");
  (*add)->BindInt("j", 1);
  EXPECT_THAT((*add)->Run().message(), HasSubstr("no parameter :j"));
  EXPECT_EQ(Count(), 0);
  (*add)->BindInt("i", 1);
  ASSERT_TRUE((*add)->Run().ok());
  absl::StatusOr<Statement*> read = db_->Use("SELECT i FROM t");
  ASSERT_EQ((*read)->Step().value_or(false), true);
  EXPECT_EQ((*read)->Text("x"), "");
  EXPECT_THAT((*read)->Step().status().message(), HasSubstr("no column x"));
}

TEST_F(SqliteTest, TransactionIsUndoneIfItsBodyFails) {
  const absl::Status status = db_->Write([&]() -> absl::Status {
    EXPECT_TRUE(db_->Execute("INSERT INTO t (i) VALUES (1)").ok());
    return absl::CancelledError("changed my mind");
  });
  EXPECT_EQ(status, absl::CancelledError("changed my mind"));
  EXPECT_EQ(Count(), 0);
  EXPECT_TRUE(db_->Write([&] { return db_->Execute("INSERT INTO t (i) VALUES (1)"); }).ok());
  EXPECT_EQ(Count(), 1);
}

TEST_F(SqliteTest, WrongTypesAndSqlAreInternal) {
  EXPECT_EQ(db_->Execute("INSERT INTO t (i) VALUES ('x')").code(), absl::StatusCode::kInternal);
  EXPECT_EQ(db_->Prepare("SELEC").status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(db_->QueryInt("SELECT i FROM t").status().code(), absl::StatusCode::kInternal);
}

TEST_F(SqliteTest, FullDiskIsResourceExhausted) {
  ASSERT_TRUE(db_->Execute("PRAGMA max_page_count = 3").ok());
  EXPECT_EQ(db_->Execute("INSERT INTO t (b) VALUES (zeroblob(100000))").code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(SqliteTest, ReadOnlyConnectionMayNotWrite) {
  const absl::StatusOr<std::unique_ptr<Connection>> reader =
      Connection::Open(dir_.File("a.db"), Connection::Mode::kReadOnly, absl::ZeroDuration());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->Execute("INSERT INTO t (i) VALUES (1)").code(),
            absl::StatusCode::kPermissionDenied);
}

TEST_F(SqliteTest, QueryEachHandsOutEveryAnswer) {
  std::vector<int64_t> answers;
  const absl::Status status =
      db_->QueryEach("SELECT 1; -- two\nSELECT 2;\n\n", [&](absl::string_view, int64_t answer) {
        answers.push_back(answer);
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(answers, ::testing::ElementsAre(1, 2));
}

TEST_F(SqliteTest, TextsAreValidUtf8WhateverIsInTheFile) {
  absl::StatusOr<Statement> put = db_->Prepare("INSERT INTO t (x) VALUES (:x)");
  ASSERT_TRUE(put.ok());
  put->BindText("x", "a\xff");
  ASSERT_TRUE(put->Run().ok());
  EXPECT_EQ(db_->QueryText("SELECT hex(x) FROM t").value_or(""), "61EFBFBD");
  // As an older version or another program wrote it.
  ASSERT_TRUE(db_->Execute("UPDATE t SET x = CAST(x'62C3' AS TEXT)").ok());
  absl::StatusOr<Statement> get = db_->Prepare("SELECT x, CAST(x'ff63' AS TEXT) AS y FROM t");
  ASSERT_TRUE(get.ok());
  ASSERT_TRUE(get->Step().value_or(false));
  const absl::string_view x = get->Text("x");
  EXPECT_EQ(get->OptionalText("y"),
            "\xEF\xBF\xBD"
            "c");
  EXPECT_EQ(x, "b\xEF\xBF\xBD");
}

TEST_F(SqliteTest, CopyIsComplete) {
  ASSERT_TRUE(db_->Execute("INSERT INTO t (i) VALUES (42)").ok());
  const std::string path = dir_.File("copy.db");
  ASSERT_TRUE(db_->CopyTo(path).ok());
  const absl::StatusOr<std::unique_ptr<Connection>> copy =
      Connection::Open(path, Connection::Mode::kReadOnly, absl::ZeroDuration());
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->QueryInt("SELECT i FROM t").value_or(0), 42);
  EXPECT_FALSE(db_->CopyTo(dir_.File("no/folder.db")).ok());
}

}  // namespace
}  // namespace cis
