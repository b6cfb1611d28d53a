// SPDX-License-Identifier: Apache-2.0
#include "client/format/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_split.h"

namespace cis::client {
namespace {

Table SampleTable() {
  Table table({{"SITE", Align::kLeft, 4},
               {"RAM GiB", Align::kRight},
               {"GPU", Align::kLeft, 0, Cut::kEnd, true},
               {"NAME", Align::kLeft, 6}});
  table.AddRow({{"CESGA"}, {"8"}, {""}, {"a rather long name of an image"}});
  table.AddRow({{"日本"}, {"16"}, {""}, {"short"}});
  return table;
}

TEST(Table, AlignsByColumnsOfTheTerminal) {
  EXPECT_EQ(SampleTable().Format({}),
            "SITE   RAM GiB  NAME\n"
            "CESGA        8  a rather long name of an image\n"
            "日本        16  short\n");
}

TEST(Table, CutsTheWidestColumnThatMayBeCut) {
  bool cut = false;
  const std::string text = SampleTable().Format({30, false}, &cut);
  EXPECT_TRUE(cut);
  EXPECT_EQ(text,
            "SITE   RAM GiB  NAME\n"
            "CESGA        8  a rather long…\n"
            "日本        16  short\n");
}

TEST(Table, NeverCutsWhatMustBeWhole) {
  Table table({{"ID"}, {"NAME", Align::kLeft, 4}});
  table.AddRow({{"0123456789"}, {"0123456789"}});
  EXPECT_EQ(table.Format({5, false}), "ID          NAME\n0123456789  012…\n");
}

TEST(Table, SaysWhenNothingWasCut) {
  bool cut = true;
  SampleTable().Format({100, false}, &cut);
  EXPECT_FALSE(cut);
}

TEST(Table, HidesAColumnWithoutTextAndShowsItWithText) {
  EXPECT_EQ(SampleTable().Format({}).find("GPU"), std::string::npos);
  Table table = SampleTable();
  table.AddRow({{"X"}, {"1"}, {"1 x A100"}, {"n"}});
  EXPECT_NE(table.Format({}).find("GPU"), std::string::npos);
}

TEST(Table, HidesAColumnThatRepeatsTheFirstOne) {
  Table table({{"SITE"}, {"REGION", Align::kLeft, 0, Cut::kEnd, false, true}, {"N"}});
  table.AddRow({{"CESGA"}, {"es"}, {"1"}});
  table.AddRow({{"INFN"}, {"it"}, {"2"}});
  table.AddRow({{"CESGA"}, {"es"}, {"3"}});
  EXPECT_THAT(table.Format({}), testing::Not(testing::HasSubstr("REGION")));
  table.AddRow({{"INFN"}, {"sk"}, {"4"}});
  EXPECT_THAT(table.Format({}), testing::HasSubstr("INFN   sk      4"));
  EXPECT_THAT(table.Format({}), testing::HasSubstr("CESGA  es      1"));
}

TEST(Table, ARowIsALineWhateverANameHolds) {
  Table table({{"NAME"}});
  table.AddRow({{"evil\n\x1b[2Jrow"}});
  const std::string text = table.Format({});
  EXPECT_EQ(text, "NAME\nevil\\n\\x1b[2Jrow\n");
}

TEST(Table, ColoursDoNotChangeWidths) {
  Table table({{"A"}, {"B"}});
  table.AddRow({{"x", Tone::kBad}, {"y"}});
  EXPECT_EQ(table.Format({0, true}), "\x1b[2mA\x1b[0m  \x1b[2mB\x1b[0m\n\x1b[31mx\x1b[0m  y\n");
  EXPECT_EQ(table.Format({0, false}), "A  B\nx  y\n");
}

TEST(Table, FitsTheWidthWhereverTheMinimaAllowIt) {
  for (size_t width = 25; width < 60; ++width) {
    for (absl::string_view line : absl::StrSplit(SampleTable().Format({width, false}), '\n')) {
      EXPECT_LE(DisplayWidth(line), width);
    }
  }
}

}  // namespace
}  // namespace cis::client
