// SPDX-License-Identifier: Apache-2.0

// `renormalize --compare`: its text, and the command over a database.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/commands/command.h"
#include "crawler/normalize/normalizer.h"
#include "crawler/report/rules_comparison.h"
#include "schema/model/resource_name.h"
#include "schema/store/store.h"
#include "tests/support/builders.h"
#include "tests/support/compiled_rules.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

RecordDifference ImageDifference() {
  RecordDifference difference;
  difference.share.endpoint = MakeEndpoint("CESGA");
  difference.kind = ChangeKind::kImage;
  difference.upstream_id = "id-i";
  difference.name = "Ubuntu\n22.04";
  difference.fields = {{"eol_date", "2027-06-01", "2032-04-30"},
                       {"login_user", std::nullopt, "ubuntu"},
                       {"boot_properties.hw_disk_bus", "ide", "scsi"},
                       {"boot_properties.hw_rng_model", "a", "b"}};
  return difference;
}

RecordDifference NetworkDifference() {
  RecordDifference difference;
  difference.share = MakeShare("CESGA", "ops");
  difference.kind = ChangeKind::kNetwork;
  difference.event = ChangeEvent::kGone;
  difference.upstream_id = "id-n";
  difference.name = "public";
  return difference;
}

TEST(RulesComparison, TheTableNamesRecordsAndFieldsAndCountsThem) {
  RulesComparison comparison(RulesComparison::Format::kTable, "0.2.0+ab");
  comparison.NoteObservation(true);
  comparison.NoteObservation(true);
  EXPECT_EQ(comparison.Add(ImageDifference()),
            absl::StrCat(FormatImageName(MakeEndpoint("CESGA"), "id-i"),
                         "  image \"Ubuntu 22.04\" changes\n"
                         "    eol_date: 2027-06-01 -> 2032-04-30\n"
                         "    login_user: unknown -> ubuntu\n"
                         "    boot_properties.hw_disk_bus: ide -> scsi\n"
                         "    boot_properties.hw_rng_model: a -> b\n"));
  EXPECT_EQ(comparison.Add(NetworkDifference()),
            absl::StrCat(FormatNetworkName(MakeShare("CESGA", "ops"), "id-n"),
                         "  network \"public\" of ops disappears\n"));
  comparison.Add(ImageDifference());
  EXPECT_TRUE(comparison.HasChanges());
  EXPECT_EQ(comparison.Totals(),
            "\nRecords by field\n"
            "    image boot_properties: 2\n"
            "    image eol_date: 2\n"
            "    image login_user: 2\n"
            "\nRules 0.2.0+ab, 2 stored observations: 2 images would change, "
            "1 network would disappear. The database was not written.\n");
}

TEST(RulesComparison, WithoutDifferencesTheTableSaysSo) {
  RulesComparison comparison(RulesComparison::Format::kTable, "0.2.0+ab");
  comparison.NoteObservation(true);
  comparison.NoteObservation(false);
  EXPECT_FALSE(comparison.HasChanges());
  EXPECT_EQ(comparison.Totals(),
            "Rules 0.2.0+ab, 2 stored observations: nothing would change. These rules cannot read "
            "1 observation, whose records would stay as they are. The database was not written.\n");
}

TEST(RulesComparison, JsonHasOneObjectPerLine) {
  RulesComparison comparison(RulesComparison::Format::kJson, "0.2.0+ab");
  comparison.NoteObservation(true);
  const json image = json::parse(comparison.Add(ImageDifference()));
  EXPECT_EQ(image["type"], "record");
  EXPECT_EQ(image["record"], FormatImageName(MakeEndpoint("CESGA"), "id-i"));
  EXPECT_EQ(image["kind"], "image");
  EXPECT_EQ(image["event"], "changed");
  EXPECT_EQ(image["vo"], nullptr);
  EXPECT_EQ(image["fields"][1],
            (json{{"field", "login_user"}, {"old", nullptr}, {"new", "ubuntu"}}));
  const json network = json::parse(comparison.Add(NetworkDifference()));
  EXPECT_EQ(network["vo"], "ops");
  EXPECT_EQ(network["event"], "gone");
  const std::vector<std::string> totals =
      absl::StrSplit(comparison.Totals(), '\n', absl::SkipEmpty());
  ASSERT_EQ(totals.size(), 4U);
  EXPECT_EQ(json::parse(totals[1]),
            (json{{"type", "field"}, {"kind", "image"}, {"field", "eol_date"}, {"records", 1}}));
  EXPECT_EQ(json::parse(totals[3]),
            (json{{"type", "total"},
                  {"rules", "0.2.0+ab"},
                  {"observations", 1},
                  {"unreadable", 0},
                  {"records", {{"image", {{"changed", 1}}}, {"network", {{"gone", 1}}}}}}));
}

// A database as a crawl by the compiled rules leaves it.
class CompareCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = OpenStoreWriter(db());
    ASSERT_TRUE(store.ok()) << store.status();
    const auto crawl_id = (*store)->BeginCrawl(TestTime());
    ASSERT_TRUE(crawl_id.ok()) << crawl_id.status();
    Observation observation;
    observation.share = MakeShare("CESGA", "ops");
    observation.kind = Kind::kImages;
    observation.fetch_time = TestTime();
    Document& document = observation.documents.emplace_back();
    document.name = "images";
    document.status = 200;
    document.body = R"({"images":[{"id":"i1","name":"ubuntu-22.04-server","status":"active"},
                                  {"id":"i2","name":"debian-12-generic","status":"active"}]})";
    const auto records = Normalize(CompiledRules(), observation);
    ASSERT_TRUE(records.ok()) << records.status();
    const absl::Status status = (*store)->ReplaceRecords(*crawl_id, observation, *records, 1);
    ASSERT_TRUE(status.ok()) << status;
    std::ofstream(dir_.File("releases.tsv"))
        << "distro\tversion\tcodename\trelease\teol\tsource\n"
           "ubuntu\t22.04\tjammy\t2022-04-21\t2032-04-30\ttest\n"
           "debian\t12\tbookworm\t2023-06-10\t2026-07-11\ttest\n";
  }

  std::string db() const { return dir_.File("cis.db"); }

  CommandResult Run(std::vector<std::string> args) const {
    args.insert(args.begin(), {"renormalize", "--db", db()});
    const auto options = ParseCrawlerOptions(args);
    EXPECT_TRUE(options.ok()) << options.status();
    return RunCommand(*options, ProcessContext());
  }

  int64_t Generation() const {
    const auto reader = OpenStoreReader(db());
    EXPECT_TRUE(reader.ok()) << reader.status();
    return (*reader)->Version().value().generation;
  }

  const TempDir dir_;
};

TEST_F(CompareCommandTest, TheRulesOfTheCrawlWouldChangeNothing) {
  const CommandResult result = Run({"--compare"});
  EXPECT_EQ(result.exit_code, 0) << result.error;
  EXPECT_THAT(result.out, AllOf(StartsWith("Rules "), HasSubstr(": nothing would change.")));
}

TEST_F(CompareCommandTest, OtherTablesAreComparedBeforeTheyAreApplied) {
  const int64_t before = Generation();
  const CommandResult result = Run({"--compare", "--rules", dir_.File(".")});
  EXPECT_EQ(result.exit_code, 3) << result.error;
  EXPECT_THAT(result.out, HasSubstr("image \"ubuntu-22.04-server\" changes\n"
                                    "    eol_date: 2027-06-01 -> 2032-04-30\n"));
  EXPECT_THAT(result.out, HasSubstr("    image eol_date: 1\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("\"debian-12-generic\"")));
  EXPECT_THAT(result.out, EndsWith("The database was not written.\n"));
  EXPECT_EQ(Generation(), before);

  const CommandResult again = Run({"--compare", "-o", "json", "--rules", dir_.File(".")});
  EXPECT_EQ(again.exit_code, 3);
  const json record = json::parse(again.out.substr(0, again.out.find('\n')));
  EXPECT_EQ(record["id"], "i1");
  EXPECT_EQ(record["fields"],
            (json::array({{{"field", "eol_date"}, {"old", "2027-06-01"}, {"new", "2032-04-30"}}})));

  EXPECT_EQ(Run({"--rules", dir_.File(".")}).exit_code, 0);
  EXPECT_EQ(Run({"--compare", "--rules", dir_.File(".")}).exit_code, 0) << "it is applied";
  EXPECT_EQ(Run({"--compare"}).exit_code, 3) << "and would be undone by the compiled rules";
}

TEST_F(CompareCommandTest, OverridesAreComparedToo) {
  std::ofstream(dir_.File("o.yaml"))
      << "overrides:\n"
         "  - {site: CESGA, kind: image, id: i2, set: {login_user: admin}, author: jane, "
         "date: 2026-01-01, reason: seen it}\n";
  const CommandResult result = Run({"--compare", "--overrides", dir_.File("o.yaml")});
  EXPECT_EQ(result.exit_code, 3) << result.error;
  EXPECT_THAT(result.out, HasSubstr("    login_user: debian -> admin\n"));
}

TEST_F(CompareCommandTest, ADatabaseIsNeeded) {
  const auto options =
      ParseCrawlerOptions({"renormalize", "--compare", "--db", dir_.File("absent.db")});
  ASSERT_TRUE(options.ok()) << options.status();
  const CommandResult result = RunCommand(*options, ProcessContext());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.error, HasSubstr("absent.db"));
}

}  // namespace
}  // namespace cis::crawler
