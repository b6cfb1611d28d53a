#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "crawler/commands/rules_folder.h"
#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/table.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

constexpr char kHeader[] = "distro\tversion\tcodename\trelease\teol\tsource\n";

std::string MessageFor(const std::string& name, const std::string& text) {
  const TempDir dir;
  std::ofstream(dir.File(name)) << text;
  const absl::Status status = UseRules(dir.File("."), "");
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
  EXPECT_EQ(UseRules("/nonexistent", "").code(), absl::StatusCode::kNotFound);
}

TEST(RulesFolder, ATableOfDistributionsMustFitTheOthers) {
  EXPECT_THAT(MessageFor("distros.tsv",
                         "id\tscheme\tmay_be_labelled\tnames\tlabels\tsource\n"
                         "plan9\tdotted\t-\tplan9\t-\tme\n"),
              HasSubstr("it must be an id of the table distros"));
}

// In a process of its own: rules are set once.
TEST(RulesFolderDeathTest, ReplacedTablesAreUsedAndRulesAreSetOnce) {
  const TempDir dir;
  std::ofstream(dir.File("releases.tsv"))
      << kHeader << "ubuntu\t30.04\tzesty\t2030-04-01\t2035-04-01\tme\n";
  EXPECT_EXIT(
      {
        const bool replaced = UseRules(dir.File("."), "").ok();
        const bool used =
            FindRelease("ubuntu", "30.04") != nullptr && FindRelease("ubuntu", "22.04") == nullptr;
        const bool once =
            UseRules(dir.File("."), "").code() == absl::StatusCode::kFailedPrecondition;
        std::_Exit(replaced && used && once && RulesVersion() != "" ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

// In a process of its own: rules are set once.
TEST(RulesFolderDeathTest, DistroInfoCorrectsTheCompiledReleases) {
  const TempDir dir;
  std::ofstream(dir.File("ubuntu.csv"))
      << "version,codename,series,created,release,eol,eol-server\n"
         "22.04 LTS,Jammy Jellyfish,jammy,2021-10-14,2022-04-21,2027-07-07,2027-06-01\n"
         "36.04 LTS,Xenial Again,again,2035-10-14\n";
  EXPECT_EXIT(
      {
        const bool used = UseRules("", dir.File(".")).ok();
        const bool corrected = FindRelease("ubuntu", "22.04")->eol_date == "2027-07-07";
        const bool added = FindCodename("again", "ubuntu") != nullptr;
        const bool kept = FindRelease("debian", "12") != nullptr;
        std::_Exit(used && corrected && added && kept ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(RulesFolderDeathTest, WithoutDistroInfoTheCompiledReleasesCount) {
  EXPECT_EXIT(
      {
        const bool used = UseRules("", "/nonexistent").ok();
        std::_Exit(used && FindRelease("ubuntu", "22.04")->eol_date == "2027-06-01" ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace cis::crawler
