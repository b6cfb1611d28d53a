// SPDX-License-Identifier: Apache-2.0
#include "client/answer/columns.h"

#include <gtest/gtest.h>

#include "client/format/words.h"

namespace cis::client {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

google::protobuf::Timestamp Ago(absl::Duration age) {
  google::protobuf::Timestamp time;
  time.set_seconds(absl::ToUnixSeconds(kNow - age));
  return time;
}

TEST(Columns, AgeMarksDataThatAreNotReliable) {
  EXPECT_EQ(AgeCell(v1::DATA_STATE_FRESH, true, Ago(absl::Hours(2)), kNow).text, "2 h");
  const Cell stale = AgeCell(v1::DATA_STATE_STALE, true, Ago(absl::Hours(72)), kNow);
  EXPECT_EQ(stale.text, "3 d, stale");
  EXPECT_EQ(stale.tone, Tone::kWarning);
  EXPECT_EQ(AgeCell(v1::DATA_STATE_EXPIRED, true, Ago(absl::Hours(480)), kNow).text,
            "20 d, expired");
  EXPECT_EQ(AgeCell(v1::DATA_STATE_MISSING, false, {}, kNow).text, "never read");
}

TEST(Columns, UnknownIsNotZero) {
  EXPECT_EQ(GpuText(false, 0, "", ""), "?");
  EXPECT_EQ(GpuText(true, 0, "", ""), "");
  EXPECT_EQ(GpuText(true, 0.5, "NVIDIA", "A100"), "0.5 x NVIDIA A100");
  EXPECT_EQ(GpuText(true, 2, "", ""), "2 x ?");
  EXPECT_EQ(OsText("ubuntu", "22.04"), "ubuntu 22.04");
  EXPECT_EQ(OsText("", "22.04"), "");
  EXPECT_EQ(OsText("arch", ""), "arch");
}

template <typename T>
void ExpectCellsMatchHeads() {
  for (const bool wide : {false, true}) {
    EXPECT_EQ(TableColumnsOf<T>(wide).size(), CellsOf(T(), wide, kNow).size());
  }
  EXPECT_LT(TableColumnsOf<T>(false).size(), TableColumnsOf<T>(true).size());
}

TEST(Columns, EveryHeadHasItsCell) {
  ExpectCellsMatchHeads<v1::Site>();
  ExpectCellsMatchHeads<v1::Endpoint>();
  ExpectCellsMatchHeads<v1::Vo>();
  ExpectCellsMatchHeads<v1::Share>();
  ExpectCellsMatchHeads<v1::Flavor>();
  ExpectCellsMatchHeads<v1::Image>();
  ExpectCellsMatchHeads<v1::Network>();
  ExpectCellsMatchHeads<v1::Crawl>();
}

}  // namespace
}  // namespace cis::client
