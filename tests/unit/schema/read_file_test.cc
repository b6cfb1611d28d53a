// SPDX-License-Identifier: Apache-2.0
#include "schema/base/read_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "tests/support/temp_dir.h"

namespace cis {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ReadTextFile, ReadsEveryByte) {
  const TempDir dir;
  std::string text(200'000, 'x');
  text[5] = '\0';
  text += "\r\n";
  std::ofstream(dir.File("a"), std::ios::binary) << text;
  const auto got = ReadTextFile(dir.File("a"), text.size());
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(*got, text);
  std::ofstream(dir.File("empty"));
  EXPECT_EQ(ReadTextFile(dir.File("empty"), 0).value(), "");
}

TEST(ReadTextFile, RefusesALargerFile) {
  const TempDir dir;
  std::ofstream(dir.File("a")) << "1234567";
  const absl::Status status = ReadTextFile(dir.File("a"), 6).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), StartsWith(dir.File("a") + ": more than 6 bytes"));
}

TEST(ReadTextFile, NamesTheFileThatCannotBeRead) {
  const TempDir dir;
  const absl::Status missing = ReadTextFile(dir.File("b"), 10).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), dir.File("b") + ": No such file or directory");
  for (const FileKind kind : {FileKind::kRegular, FileKind::kRegularOrPipe}) {
    const absl::Status folder = ReadTextFile(dir.File("."), 10, kind).status();
    EXPECT_EQ(folder.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(folder.message()), HasSubstr("not a regular file"));
  }
}

TEST(ReadTextFile, ReadsAPipeOnlyIfAsked) {
  const TempDir dir;
  ASSERT_EQ(mkfifo(dir.File("pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReadTextFile(dir.File("pipe"), 10).status().code(), absl::StatusCode::kInvalidArgument);
  std::thread writer([&] { std::ofstream(dir.File("pipe")) << "query"; });
  const auto got = ReadTextFile(dir.File("pipe"), 10, FileKind::kRegularOrPipe);
  writer.join();
  EXPECT_EQ(got.value(), "query");
}

}  // namespace
}  // namespace cis
