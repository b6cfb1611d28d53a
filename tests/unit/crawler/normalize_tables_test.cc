// SPDX-License-Identifier: Apache-2.0

// The tables are data that people edit: these tests say what a row must look like.

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "crawler/normalize/os_tables.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"
#include "crawler/normalize/tokens.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

TEST(Tables, EveryRowHasTheFormThatItsTableAsksFor) {
  ASSERT_GE(EmbeddedTableNames().size(), 15U);
  for (const absl::string_view table : EmbeddedTableNames()) {
    EXPECT_EQ(CheckTable(table, table, EmbeddedTable(table), EmbeddedTable("distros")),
              absl::OkStatus());
  }
}

TEST(Tables, UnknownTablesAreEmpty) { EXPECT_TRUE(Tables().Rows("nonsense").empty()); }

TEST(Tables, AReplacedTextChangesTheVersion) {
  using Texts = std::map<std::string, std::string>;
  const Tables same(Texts{{"guest_ids", std::string(EmbeddedTable("guest_ids"))}});
  EXPECT_EQ(same.Version(), Tables().Version());
  const Tables other(Texts{{"guest_ids", "guest_id\tmeans\tsource\n"}});
  EXPECT_NE(other.Version(), Tables().Version());
}

TEST(Tables, ParseTableReadsCommentsHeaderAndShortRows) {
  const auto rows = ParseTable("# note\na\tb\tc\n\n1\t-\t3\r\n4\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], (std::vector<std::string>{"1", "", "3"}));
  EXPECT_EQ(rows[1], (std::vector<std::string>{"4", "", ""}));
}

TEST(Tables, DistributionsRefersOnlyToEachOther) {
  std::set<std::string> ids;
  for (const Distro& distro : CompiledRules().os.distros()) {
    EXPECT_TRUE(ids.insert(distro.id).second) << distro.id << " is there twice";
    for (const std::string& label : distro.may_be_labelled) {
      EXPECT_NE(CompiledRules().os.FindDistro(label), nullptr)
          << distro.id << " refers to " << label;
      EXPECT_FALSE(CompiledRules().os.MayBeLabelled(label, distro.id))
          << distro.id << " and " << label << " in a ring";
    }
  }
  for (const char* table : {"releases", "logins", "successions"}) {
    for (const auto& row : Tables().Rows(table)) {
      EXPECT_TRUE(ids.count(row[0]) == 1) << table << " refers to " << row[0];
    }
  }
}

TEST(Tables, AReleaseHasOneRow) {
  std::set<std::string> releases;
  for (const auto& row : Tables().Rows("releases")) {
    EXPECT_TRUE(releases.insert(row[0] + " " + row[1]).second) << row[0] << " " << row[1];
  }
}

TEST(Tables, ReleaseDatesAreDays) {
  for (const auto& row : Tables().Rows("releases")) {
    for (const std::size_t column : {3U, 4U}) {
      if (!row[column].empty() && row[column] >= "2004") {
        EXPECT_EQ(CompiledRules().tokenizer.LeadingDate(row[column]), row[column])
            << row[0] << " " << row[1];
      }
    }
    if (!row[3].empty() && !row[4].empty()) {
      EXPECT_LT(row[3], row[4]) << row[0] << " " << row[1];
    }
  }
}

TEST(Tables, CodenamesAreOfOneReleaseOnly) {
  std::set<std::string> seen;
  for (const auto& row : Tables().Rows("releases")) {
    if (!row[2].empty()) {
      EXPECT_TRUE(seen.insert(row[2]).second) << row[2];
    }
  }
}

TEST(Tables, TablesFitTheirDelimiter) {
  for (const absl::string_view table : EmbeddedTableNames()) {
    EXPECT_FALSE(absl::StrContains(EmbeddedTable(table), ")CISTABLE")) << table;
  }
}

}  // namespace
}  // namespace cis::crawler
