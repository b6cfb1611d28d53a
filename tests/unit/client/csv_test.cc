// SPDX-License-Identifier: Apache-2.0
#include "client/format/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/strip.h"
#include "cis/v1/inventory.pb.h"
#include "cis/v1/placement.pb.h"

namespace cis::client {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Heads(const std::vector<CsvColumn>& columns) {
  std::vector<std::string> heads;
  for (const CsvColumn& column : columns) heads.push_back(column.head);
  return heads;
}

TEST(Csv, QuotesWhatReadersWouldMisread) {
  EXPECT_EQ(CsvLine({"a", "b"}), "a,b\r\n");
  EXPECT_EQ(CsvLine({"a,b", "say \"x\"", "two\nlines", " edge"}),
            "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" edge\"\r\n");
  EXPECT_EQ(CsvLine({"", ""}), ",\r\n");
  EXPECT_EQ(CsvLine({""}), "\"\"\r\n");
}

// What a site may call its flavors.
TEST(Csv, FormulasAndControlCharactersAreHarmlessAndReadBack) {
  const struct {
    std::string value;
    std::string line;
  } kCases[] = {
      {"=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0\r\n"},
      {"+1+2", "'+1+2\r\n"},
      {"-1+2", "'-1+2\r\n"},
      {"@SUM(A1)", "'@SUM(A1)\r\n"},
      {"\t=1", "\"'\t=1\"\r\n"},
      {"\r=1", "\"'\r=1\"\r\n"},
      {"\n=1", "\"'\n=1\"\r\n"},
      {"  =1", "'  =1\r\n"},
      {"'=1", "''=1\r\n"},
      {"' =1", "'' =1\r\n"},
      {"＝1", "'＝1\r\n"},
      {"=a,b", "\"'=a,b\"\r\n"},
      {"-", "'-\r\n"},
      {"--", "'--\r\n"},
      // Numbers and plain texts.
      {"-5", "-5\r\n"},
      {"-1.5e+3", "-1.5e+3\r\n"},
      {"+3", "+3\r\n"},
      {"m1.small", "m1.small\r\n"},
      {"a=b", "a=b\r\n"},
      {"'quoted'", "'quoted'\r\n"},
      {"two\nlines\tand a tab", "\"two\nlines\tand a tab\"\r\n"},
  };
  for (const auto& [value, line] : kCases) {
    EXPECT_EQ(CsvLine({value}), line);
    absl::string_view cell = line;
    ASSERT_TRUE(absl::ConsumeSuffix(&cell, "\r\n"));
    if (absl::ConsumePrefix(&cell, "\"")) absl::ConsumeSuffix(&cell, "\"");
    EXPECT_EQ(CsvValue(cell), value);
  }
  EXPECT_EQ(CsvLine({"a\x1b[2Jb", std::string("nul\0", 4), "del\x7f", "c1\xC2\x9b", "rtl\u202e"}),
            "a\\x1b[2Jb,nul\\x00,del\\x7f,c1\\u009b,rtl\\u202e\r\n");
}

TEST(Csv, HeadsAreTheFieldsInOrder) {
  EXPECT_THAT(Heads(CsvColumnsOf(*v1::Vo::descriptor(), {})),
              ElementsAre("name", "display_name", "sites", "share_count",
                          "authenticated_share_count", "refused_share_count"));
}

TEST(Csv, InnerFieldsHaveDotsAndListsOfMessagesNoColumn) {
  const auto heads = Heads(CsvColumnsOf(*v1::Placement::descriptor(), {}));
  EXPECT_THAT(
      heads, ::testing::IsSupersetOf({"machine.flavor.ram_mib", "machine.image.os_distro",
                                      "machine.network.kind", "machine.network.network.upstream_id",
                                      "machine.login_user"}));
  EXPECT_THAT(heads, ::testing::Not(::testing::Contains("score_parts")));
}

TEST(Csv, AMaskChoosesAndOrders) {
  google::protobuf::FieldMask mask;
  mask.add_paths("ram_mib");
  mask.add_paths("name");
  mask.add_paths("nonsense");
  EXPECT_THAT(Heads(CsvColumnsOf(*v1::Flavor::descriptor(), mask)), ElementsAre("ram_mib", "name"));
}

TEST(Csv, CellsAreWordsTimesAndJoinedLists) {
  v1::Site site;
  site.set_name("sites/a");
  site.set_state(v1::DATA_STATE_STALE);
  site.mutable_observe_time()->set_seconds(1'700'000'000);
  site.add_vos("x");
  site.add_vos("y");
  google::protobuf::FieldMask mask;
  for (const char* path : {"state", "observe_time", "vos", "configured", "share_count"}) {
    mask.add_paths(path);
  }
  EXPECT_THAT(CsvCells(site, CsvColumnsOf(*v1::Site::descriptor(), mask)),
              ElementsAre("stale", "2023-11-14T22:13:20Z", "x;y", "false", "0"));
}

TEST(Csv, UnknownIsEmptyAndNotZero) {
  v1::Flavor flavor;
  flavor.set_disk_gib(0);
  google::protobuf::FieldMask mask;
  mask.add_paths("disk_gib");
  mask.add_paths("ram_mib");
  EXPECT_THAT(CsvCells(flavor, CsvColumnsOf(*v1::Flavor::descriptor(), mask)),
              ElementsAre("0", ""));
}

TEST(Csv, FieldsOfAnUnsetMessageAreEmpty) {
  v1::Placement placement;
  google::protobuf::FieldMask mask;
  mask.add_paths("machine.network.kind");
  const auto columns = CsvColumnsOf(*v1::Placement::descriptor(), mask);
  EXPECT_THAT(CsvCells(placement, columns), ElementsAre(""));
  placement.mutable_machine()->mutable_network()->set_kind(v1::NETWORK_PLAN_KIND_DIRECT);
  EXPECT_THAT(CsvCells(placement, columns), ElementsAre("direct"));
}

}  // namespace
}  // namespace cis::client
