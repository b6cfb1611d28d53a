// SPDX-License-Identifier: Apache-2.0
#include "schema/base/flag_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temp_dir.h"

namespace cis {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ParseFlagFile, ReadsOneFlagPerLine) {
  const auto flags = ParseFlagFile("f",
                                   "# nightly\n"
                                   " db = /var/lib/cis/cis.db \r\n"
                                   "sites=/etc/cis/sites\n"
                                   "--timeout = 9s  # of one attempt\n"
                                   "verbose\n"
                                   "\n"
                                   "gocdb = https://a.example/#part\n"
                                   "db = \"two words\"\n"
                                   "empty =\n"
                                   "tls-key = a=b");
  ASSERT_TRUE(flags.ok()) << flags.status();
  EXPECT_THAT(*flags, ElementsAre("--db=/var/lib/cis/cis.db", "--sites=/etc/cis/sites",
                                  "--timeout=9s", "--verbose", "--gocdb=https://a.example/#part",
                                  "--db=two words", "--empty=", "--tls-key=a=b"));
}

TEST(ParseFlagFile, NamesTheLineThatIsNoFlag) {
  const auto flags = ParseFlagFile("crawler.flags", "db = x\nno flag here\n");
  EXPECT_THAT(std::string(flags.status().message()),
              AllOf(HasSubstr("crawler.flags:2"), HasSubstr("no flag here")));
  EXPECT_FALSE(ParseFlagFile("f", "config = other\n").ok()) << "no file names a further one";
  EXPECT_FALSE(ParseFlagFile("f", "= value\n").ok());
  EXPECT_FALSE(ParseFlagFile("f", "[section]\n").ok());
}

TEST(ReadFlagFile, ReadsTheFileAndNamesTheOneThatIsNotThere) {
  const TempDir dir;
  std::ofstream(dir.File("x.flags")) << "db = x\n";
  const auto flags = ReadFlagFile(dir.File("x.flags"));
  ASSERT_TRUE(flags.ok()) << flags.status();
  EXPECT_THAT(*flags, ElementsAre("--db=x"));
  const absl::Status missing = ReadFlagFile(dir.File("y.flags")).status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(missing.message()), AllOf(HasSubstr("--config: "), HasSubstr("y.flags")));
}

}  // namespace
}  // namespace cis
