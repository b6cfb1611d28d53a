// SPDX-License-Identifier: Apache-2.0

// Lists from files: whole, as old as the oldest, and a file that cannot be read costs its own list.

#include "crawler/registry/registry_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

class RegistryFilesTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, absl::string_view entries) {
    std::ofstream(dir_.File(name)) << "<results>" << entries << "</results>";
  }
  RegistryLists Read(absl::Time now = absl::Now()) {
    return ReadRegistryFiles({dir_.path()}, now, remarks_);
  }

  const TempDir dir_;
  Remarks remarks_;
};

constexpr char kSite[] = "<SITE NAME=\"A\" PRIMARY_KEY=\"1G0\"/>";

TEST_F(RegistryFilesTest, KindsComeFromEntriesOrFromTheName) {
  Write("a.xml", kSite);
  Write("get_downtime.xml", "");
  Write("empty.xml", "");
  Write("not-read.txt", "<");
  const RegistryLists lists = Read();
  ASSERT_THAT(lists,
              UnorderedElementsAre(Key(RegistryPart::kSites), Key(RegistryPart::kDowntimes)));
  EXPECT_EQ(lists.at(RegistryPart::kSites)->sites.size(), 1u);
  EXPECT_TRUE(lists.at(RegistryPart::kDowntimes)->downtimes.empty());
  EXPECT_THAT(absl::StrJoin(remarks_.Sentences(), "\n"), HasSubstr("empty.xml: the list is empty"));
}

TEST_F(RegistryFilesTest, ListIsAsOldAsItsOldestFile) {
  Write("site1.xml", kSite);
  Write("site2.xml", "<SITE NAME=\"B\" PRIMARY_KEY=\"2G0\"/>");
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(5);
  std::filesystem::last_write_time(dir_.File("site2.xml"), old);
  const absl::Time now = absl::Now();
  const RegistryLists lists = Read(now);
  ASSERT_TRUE(lists.at(RegistryPart::kSites).ok());
  EXPECT_EQ(lists.at(RegistryPart::kSites)->sites.size(), 2u);
  const absl::Duration age = now - lists.at(RegistryPart::kSites)->time;
  EXPECT_GT(age, absl::Hours(5) - absl::Minutes(1));
  EXPECT_LT(age, absl::Hours(5) + absl::Minutes(1));
}

TEST_F(RegistryFilesTest, FileThatCannotBeReadFailsItsListOnly) {
  Write("get_site_list.xml", kSite);
  std::ofstream(dir_.File("get_service.xml")) << "<results>";
  const RegistryLists lists = Read();
  EXPECT_TRUE(lists.at(RegistryPart::kSites).ok());
  EXPECT_THAT(lists.at(RegistryPart::kServices).status().message(), HasSubstr("get_service.xml"));
  EXPECT_EQ(lists.count(RegistryPart::kDowntimes), 0u);
}

TEST_F(RegistryFilesTest, PathThatIsNotThereFailsAll) {
  const RegistryLists lists = ReadRegistryFiles({dir_.File("absent")}, absl::Now(), remarks_);
  EXPECT_EQ(lists.size(), 3u);
  for (const auto& [part, list] : lists) {
    EXPECT_THAT(list.status().message(), HasSubstr("absent"));
  }
}

TEST_F(RegistryFilesTest, SitesOfSeveralListsAreJoinedAndTheSameKeyIsReadOnce) {
  Write("site1.xml", "<SITE NAME=\"A\" PRIMARY_KEY=\"1G0\"/>");
  Write("site2.xml",
        "<SITE NAME=\"a\" PRIMARY_KEY=\"1G0\"><SHORT_NAME>a</SHORT_NAME>"
        "<CERTIFICATION_STATUS>Closed</CERTIFICATION_STATUS></SITE>");
  const char* service =
      "<SERVICE_ENDPOINT PRIMARY_KEY=\"7G0\"><SITENAME>A</SITENAME><SERVICE_TYPE>T</SERVICE_TYPE>"
      "<HOSTNAME>%s</HOSTNAME></SERVICE_ENDPOINT>";
  Write("service1.xml", absl::StrReplaceAll(service, {{"%s", "one"}}));
  Write("service2.xml", absl::StrReplaceAll(service, {{"%s", "two"}}));
  const RegistryLists lists = Read();
  ASSERT_EQ(lists.at(RegistryPart::kSites)->sites.size(), 1u);
  EXPECT_EQ(lists.at(RegistryPart::kSites)->sites[0].certification, "Closed");
  ASSERT_EQ(lists.at(RegistryPart::kServices)->services.size(), 1u);
  EXPECT_EQ(lists.at(RegistryPart::kServices)->services[0].hostname, "one");
  EXPECT_THAT(absl::StrJoin(remarks_.Sentences(), "\n"),
              HasSubstr("service 7G0 of A was already read from"));
}

// Whole folders: the project's own, and a larger collection of real files where one lies beside the
// source tree; where none does, ctest reports the test shared_files as skipped. All of them load,
// and each oddity is reported once.
std::vector<std::string> Folders() {
  std::vector<std::string> found;
  for (const char* path : {"/tests/fixtures/gocdb", "/../shared/corpus/dev/gocdb"}) {
    const std::string folder = absl::StrCat(CIS_SOURCE_DIR, path);
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) found.push_back(folder);
  }
  return found;
}

class WholeFolderTest : public ::testing::TestWithParam<std::string> {};

TEST_P(WholeFolderTest, AllLoadAndEachRemarkIsMadeOnce) {
  Remarks remarks;
  const RegistryLists lists = ReadRegistryFiles({GetParam()}, absl::Now(), remarks);
  ASSERT_TRUE(lists.at(RegistryPart::kSites).ok()) << lists.at(RegistryPart::kSites).status();
  ASSERT_TRUE(lists.at(RegistryPart::kServices).ok());
  EXPECT_GE(lists.at(RegistryPart::kSites)->sites.size(), 3u);
  EXPECT_GE(lists.at(RegistryPart::kServices)->services.size(), 3u);
  for (const auto& [part, list] : lists) {
    ASSERT_TRUE(list.ok()) << list.status();
    EXPECT_EQ(list->skipped_count, 0);
  }
  const std::vector<std::string> sentences = remarks.Sentences();
  EXPECT_EQ(std::set<std::string>(sentences.begin(), sentences.end()).size(), sentences.size());
  const std::string all = absl::StrJoin(sentences, "\n");
  EXPECT_THAT(all, HasSubstr("2018.xml: the text \"'\""));
  EXPECT_THAT(all, HasSubstr("\"Switzerland\"; it should be two letters"));
  EXPECT_THAT(all, HasSubstr("entries <NGI> are ignored"));
  EXPECT_THAT(all, HasSubstr("two primary keys"));
  EXPECT_THAT(all, HasSubstr("was already read from"));
  for (const RegistryService& service : lists.at(RegistryPart::kServices)->services) {
    EXPECT_EQ(service.service_type == kCloudServiceType, !service.keystone_urls.empty())
        << service.hostname;
  }
}

INSTANTIATE_TEST_SUITE_P(Folders, WholeFolderTest, ::testing::ValuesIn(Folders()),
                         [](const auto& tested) { return absl::StrCat("Number", tested.index); });

}  // namespace
}  // namespace cis::crawler
