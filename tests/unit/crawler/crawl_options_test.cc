// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "crawler/commands/options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Args = std::vector<std::string>;

TEST(CrawlerOptions, CrawlTakesPathsAndFilters) {
  const auto options = ParseCrawlerOptions({"crawl", "--sites", "a", "b", "--db", "x.db", "--site",
                                            "CESGA", "--site", "IFCA", "--vo", "ops", "--clouds",
                                            "clouds.yaml", "--timeout", "5s"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->command, CrawlerCommand::kCrawl);
  EXPECT_THAT(options->site_paths, ElementsAre("a", "b", "clouds.yaml"));
  EXPECT_THAT(options->site_filter, ElementsAre("CESGA", "IFCA"));
  EXPECT_THAT(options->vo_filter, ElementsAre("ops"));
  EXPECT_EQ(options->timeout, absl::Seconds(5));
  EXPECT_EQ(options->share_deadline, absl::Minutes(10));
  EXPECT_EQ(options->max_in_flight_per_endpoint, 6);
  EXPECT_EQ(options->max_in_flight, 300);
}

struct WrongArgs {
  Args args;
  std::vector<std::string> words;  // of the message
};

class CrawlerOptionsRefuses : public testing::TestWithParam<WrongArgs> {};

TEST_P(CrawlerOptionsRefuses, WithTheWrongValueAndTheRightForm) {
  const auto options = ParseCrawlerOptions(GetParam().args);
  ASSERT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  for (const std::string& word : GetParam().words) {
    EXPECT_THAT(std::string(options.status().message()), HasSubstr(word));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, CrawlerOptionsRefuses,
    testing::Values(
        WrongArgs{{}, {"command", "crawl, status"}}, WrongArgs{{"dance"}, {"\"dance\"", "lint"}},
        WrongArgs{{"crawl", "--bogus"}, {"--bogus", "--help"}},
        WrongArgs{{"crawl", "--verbos", "--db", "x", "--sites", "y"}, {"mean --verbose"}},
        WrongArgs{{"crawl", "--db", "x.db"}, {"--sites PATH"}},
        WrongArgs{{"crawl", "--sites", "s"}, {"--db FILE"}},
        WrongArgs{{"crawl", "--sites", "s", "--db", "x", "--timeout", "8Q"}, {"8Q", "90s", "26h"}},
        WrongArgs{{"crawl", "--sites", "s", "--db", "x", "--max-in-flight", "0"}, {"0", "10000"}},
        WrongArgs{{"crawl", "--sites", "s", "--db", "x", "--log-format", "xml"}, {"xml", "json"}},
        WrongArgs{{"crawl", "--config", "/nowhere/crawler.flags"}, {"/nowhere/crawler.flags"}},
        WrongArgs{{"status"}, {"--db FILE"}},
        WrongArgs{{"status", "--db", "x", "--max-age", "-1h"}, {"-1h"}},
        WrongArgs{{"lint"}, {"--db FILE"}}, WrongArgs{{"renormalize"}, {"--db FILE"}},
        WrongArgs{{"renormalize", "--db", "x", "-o", "json"}, {"--compare"}},
        WrongArgs{{"normalize", "--kind", "volumes"}, {"volumes", "images, flavors or networks"}},
        WrongArgs{{"normalize"}, {"images, flavors or networks"}}));

TEST(CrawlerOptions, HelpIsTextAndNeedsNothingElse) {
  for (const Args& args : {Args{"--help"}, Args{"crawl", "--help"}, Args{"--version"}}) {
    const auto options = ParseCrawlerOptions(args);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_FALSE(options->text.empty());
  }
  EXPECT_THAT(ParseCrawlerOptions({"crawl", "--help"})->text,
              AllOf(HasSubstr("cis-crawler crawl"), HasSubstr("--share-deadline"),
                    HasSubstr("4 none refreshed")));
}

TEST(CrawlerOptions, CommandLineWinsOverTheFlagFile) {
  const TempDir dir;
  std::ofstream(dir.File("crawler.flags")) << "# nightly\n db = /var/lib/cis/cis.db\n"
                                           << "sites=/etc/cis/sites\n--timeout = 9s\nverbose\n\n";
  const auto options =
      ParseCrawlerOptions({"crawl", "--config", dir.File("crawler.flags"), "--timeout", "7s"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->db, "/var/lib/cis/cis.db");
  EXPECT_THAT(options->site_paths, ElementsAre("/etc/cis/sites"));
  EXPECT_EQ(options->timeout, absl::Seconds(7));
  EXPECT_TRUE(options->verbose);
}

TEST(UsageExit, MonitoringReadsUnknown) {
  EXPECT_EQ(UsageExitCode({"status", "--bogus"}), 3);
  EXPECT_EQ(UsageExitCode({"crawl", "--bogus"}), 2);
  EXPECT_EQ(UsageExitCode({}), 2);
}

}  // namespace
}  // namespace cis::crawler
