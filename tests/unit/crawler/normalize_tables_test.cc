// The tables are data that people edit: these tests say what a row must look like.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

TEST(Tables, EveryRowHasTheFormThatItsTableAsksFor) {
  ASSERT_GE(EmbeddedTableNames().size(), 15U);
  for (const std::string& table : EmbeddedTableNames()) {
    EXPECT_EQ(CheckTable(table, table, EmbeddedTable(table), EmbeddedTable("distros")),
              absl::OkStatus());
  }
}

TEST(Tables, UnknownTablesAreEmpty) { EXPECT_TRUE(LoadTable("nonsense").empty()); }

TEST(Tables, ParseTableReadsCommentsHeaderAndShortRows) {
  const auto rows = ParseTable("# note\na\tb\tc\n\n1\t-\t3\r\n4\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"1", "", "3"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"4", "", ""}));
}

TEST(Tables, DistributionsRefersOnlyToEachOther) {
  std::set<std::string> ids;
  for (const Distro& distro : Distros()) {
    EXPECT_TRUE(ids.insert(distro.id).second) << distro.id << " is there twice";
    for (const std::string& label : distro.may_be_labelled) {
      EXPECT_NE(FindDistro(label), nullptr) << distro.id << " refers to " << label;
      EXPECT_FALSE(MayBeLabelled(label, distro.id))
          << distro.id << " and " << label << " in a ring";
    }
  }
  for (const char* table : {"releases", "logins", "successions"}) {
    for (const auto& row : LoadTable(table)) {
      EXPECT_TRUE(ids.count(row[0]) == 1) << table << " refers to " << row[0];
    }
  }
}

TEST(Tables, AReleaseHasOneRow) {
  std::set<std::string> releases;
  for (const auto& row : LoadTable("releases")) {
    EXPECT_TRUE(releases.insert(row[0] + " " + row[1]).second) << row[0] << " " << row[1];
  }
}

TEST(Tables, ReleaseDatesAreDays) {
  for (const auto& row : LoadTable("releases")) {
    for (const std::size_t column : {3U, 4U}) {
      if (!row[column].empty() && row[column] >= "2004") {
        EXPECT_EQ(LeadingDate(row[column]), row[column]) << row[0] << " " << row[1];
      }
    }
    if (!row[3].empty() && !row[4].empty()) {
      EXPECT_LT(row[3], row[4]) << row[0] << " " << row[1];
    }
  }
}

TEST(Tables, CodenamesAreOfOneReleaseOnly) {
  std::set<std::string> seen;
  for (const auto& row : LoadTable("releases")) {
    if (!row[2].empty()) {
      EXPECT_TRUE(seen.insert(row[2]).second) << row[2];
    }
  }
}

TEST(Tables, TablesFitTheirDelimiter) {
  for (const std::string& table : EmbeddedTableNames()) {
    EXPECT_FALSE(absl::StrContains(EmbeddedTable(table), ")CISTABLE")) << table;
  }
}

}  // namespace
}  // namespace cis::crawler
