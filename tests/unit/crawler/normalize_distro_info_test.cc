// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/distro_info.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTable[] =
    "# facts\ndistro\tversion\tcodename\trelease\teol\tsource\n"
    "debian\t12\tbookworm\t2023-06-10\t2026-06-10\tme\n"
    "rocky\t9\t-\t2022-07-14\t2032-05-31\tme\n";

TEST(DistroInfo, ReplacesAndAddsReleases) {
  const std::string merged =
      MergeDistroInfo(kTable, "debian",
                      "version,codename,series,created,release,eol,eol-lts\n"
                      "12,Bookworm,bookworm,2021-08-14,2023-06-10,2026-07-11\n"
                      "14,Forky,forky,2025-08-09\n");
  EXPECT_EQ(merged,
            "# facts\ndistro\tversion\tcodename\trelease\teol\tsource\n"
            "debian\t12\tbookworm\t2023-06-10\t2026-07-11\tdistro-info-data of this machine\n"
            "rocky\t9\t-\t2022-07-14\t2032-05-31\tme\n"
            "debian\t14\tforky\t-\t-\tdistro-info-data of this machine\n");
}

TEST(DistroInfo, PassesOverWhatIsNoRelease) {
  for (const char* row :
       {",Sid,sid,1993-08-16", "3.1,Sarge,sarge,2002-07-19,2005-06-06,2008-03-31", "12", "",
        "twelve,Bookworm,bookworm,a,b,c", "13,Trixie,tri\txie,a,b,c", "99999,X,x,,,"}) {
    EXPECT_EQ(MergeDistroInfo(kTable, "debian",
                              std::string("version,codename,series,created,release,eol\n") + row),
              kTable)
        << row;
  }
  EXPECT_EQ(MergeDistroInfo(kTable, "debian", ""), kTable);
  EXPECT_EQ(MergeDistroInfo(kTable, "debian", "<html>\n<body>12,Bookworm"), kTable);
}

TEST(DistroInfo, TheMergedTableIsARightOne) {
  const std::string merged =
      MergeDistroInfo(EmbeddedTable("releases"), "ubuntu",
                      "version,codename,series,created,release,eol\n"
                      "24.04 LTS,Noble Numbat,noble,2023-10-12,2024-04-25,soon\n"
                      "36.10,Some Beast,some,2036-04-01,2036-10-01,2037-07-01\n");
  EXPECT_TRUE(CheckTable("releases", "merged", merged, EmbeddedTable("distros")).ok());
  EXPECT_THAT(merged, HasSubstr("ubuntu\t24.04\tnoble\t2024-04-25\t-\t"));
  EXPECT_THAT(merged, HasSubstr("ubuntu\t36.10\tsome\t2036-10-01\t2037-07-01\t"));
  EXPECT_THAT(merged, Not(HasSubstr("LTS")));
}

}  // namespace
}  // namespace cis::crawler
