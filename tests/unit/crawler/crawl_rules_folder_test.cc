// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "crawler/commands/rules_folder.h"
#include "crawler/normalize/rules.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

constexpr char kHeader[] = "distro\tversion\tcodename\trelease\teol\tsource\n";

std::string MessageFor(const std::string& name, const std::string& text) {
  const TempDir dir;
  std::ofstream(dir.File(name)) << text;
  const absl::Status status = LoadRules(dir.File("."), "").status();
  EXPECT_FALSE(status.ok());
  return std::string(status.message());
}

TEST(RulesFolder, BadRowsNameFileLineAndTheRightForm) {
  EXPECT_THAT(MessageFor("releases.tsv",
                         std::string("# mine\n") + kHeader + "ubuntu\t30.04\tx\ttomorrow\t-\tme\n"),
              HasSubstr("releases.tsv:3: release is \"tomorrow\"; it must be a date such as"));
  EXPECT_THAT(MessageFor("releases.tsv", std::string(kHeader) + "ubuntu\t30.04\n"),
              HasSubstr("releases.tsv:2: the row has 2 cells; it must have 6"));
  EXPECT_THAT(MessageFor("releases.tsv", std::string(kHeader) + "bsdish\t1\t-\t-\t-\tme\n"),
              HasSubstr("distro is \"bsdish\"; it must be an id of the table distros"));
  EXPECT_THAT(MessageFor("releases.tsv", std::string(kHeader) + "ubuntu\t1\t-\t-\t-\t-\n"),
              HasSubstr("source is \"-\"; it must be a string"));
  EXPECT_THAT(MessageFor("releases.tsv", "distro\tversion\nubuntu\t1\n"),
              HasSubstr("releases.tsv:1: the first line that is not a comment is not the header"));
  EXPECT_THAT(MessageFor("release.tsv", kHeader), HasSubstr("there is no table \"release\""));
  EXPECT_THAT(MessageFor("notes.txt", ""), HasSubstr("which has no table"));
  EXPECT_EQ(LoadRules("/nonexistent", "").status().code(), absl::StatusCode::kNotFound);
}

TEST(RulesFolder, ATableOfDistributionsMustFitTheOthers) {
  EXPECT_THAT(MessageFor("distros.tsv",
                         "id\tscheme\tmay_be_labelled\tnames\tlabels\tsource\n"
                         "plan9\tdotted\t-\tplan9\t-\tme\n"),
              HasSubstr("it must be an id of the table distros"));
}

TEST(RulesFolder, ReplacesTables) {
  const TempDir dir;
  std::ofstream(dir.File("releases.tsv"))
      << kHeader << "ubuntu\t30.04\tzesty\t2030-04-01\t2035-04-01\tme\n";
  const auto rules = LoadRules(dir.File("."), "");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_NE((*rules)->os.FindRelease("ubuntu", "30.04"), nullptr);
  EXPECT_EQ((*rules)->os.FindRelease("ubuntu", "22.04"), nullptr);
  EXPECT_NE((*rules)->version, Rules::Compiled()->version);
}

TEST(RulesFolder, DistroInfoCorrectsTheCompiledReleases) {
  const TempDir dir;
  std::ofstream(dir.File("ubuntu.csv"))
      << "version,codename,series,created,release,eol,eol-server\n"
         "22.04 LTS,Jammy Jellyfish,jammy,2021-10-14,2022-04-21,2027-07-07,2027-06-01\n"
         "36.04 LTS,Xenial Again,again,2035-10-14\n";
  const auto rules = LoadRules("", dir.File("."));
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*rules)->os.FindRelease("ubuntu", "22.04")->eol_date, "2027-07-07");
  EXPECT_NE((*rules)->os.FindCodename("again", "ubuntu"), nullptr);
  EXPECT_NE((*rules)->os.FindRelease("debian", "12"), nullptr);
}

TEST(RulesFolder, WithoutDistroInfoTheCompiledReleasesCount) {
  const auto rules = LoadRules("", "/nonexistent");
  ASSERT_TRUE(rules.ok()) << rules.status();
  EXPECT_EQ((*rules)->os.FindRelease("ubuntu", "22.04")->eol_date, "2027-06-01");
  EXPECT_EQ((*rules)->version, Rules::Compiled()->version);
}

}  // namespace
}  // namespace cis::crawler
