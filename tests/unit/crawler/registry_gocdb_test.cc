// SPDX-License-Identifier: Apache-2.0

// GOCDB's lists, in the shapes that they had over the years.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/registry/gocdb.h"
#include "crawler/registry/limits.h"

namespace cis::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GocdbTest : public ::testing::Test {
 protected:
  GocdbPage Parse(absl::string_view entries) {
    absl::StatusOr<GocdbPage> page =
        ParseGocdb(absl::StrCat("<results>", entries, "</results>"), "LIST", remarks_);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? *std::move(page) : GocdbPage();
  }
  std::string Remarked() { return absl::StrJoin(remarks_.Sentences(), "\n"); }

  Remarks remarks_;
};

TEST_F(GocdbTest, ReadsASiteOfThePublicList) {
  const GocdbPage page = Parse(
      "<SITE ID=\"1\" PRIMARY_KEY=\"12G0\" NAME=\"SITE-A\" COUNTRY=\"Spain\" COUNTRY_CODE=\"es\" "
      "ROC=\"NGI_X\" SUBGRID=\"\" GIIS_URL=\"ldap://x\"/>");
  ASSERT_EQ(page.sites.size(), 1u);
  EXPECT_EQ(page.sites[0].name, "SITE-A");
  EXPECT_EQ(page.sites[0].primary_key, "12G0");
  EXPECT_EQ(page.sites[0].country_code, "ES");
  EXPECT_EQ(page.sites[0].roc, "NGI_X");
  EXPECT_EQ(page.sites[0].certification, "");
  EXPECT_EQ(Remarked(), "");
}

TEST_F(GocdbTest, ReadsASiteWithElements) {
  const GocdbPage page = Parse(
      "<SITE ID=\"1\" PRIMARY_KEY=\"12G0\" NAME=\"The official "
      "name\"><PRIMARY_KEY>13G0</PRIMARY_KEY>"
      "<SHORT_NAME>SITE-A</SHORT_NAME><COUNTRY_CODE>Switzerland</COUNTRY_CODE><ROC>NGI_CH</ROC>"
      "<PRODUCTION_INFRASTRUCTURE>Test</PRODUCTION_INFRASTRUCTURE>"
      "<CERTIFICATION_STATUS>Certified</CERTIFICATION_STATUS>"
      "<CONTACT_EMAIL>who@example.org</CONTACT_EMAIL></SITE>");
  ASSERT_EQ(page.sites.size(), 1u);
  EXPECT_EQ(page.sites[0].name, "SITE-A");
  EXPECT_EQ(page.sites[0].primary_key, "12G0");
  EXPECT_EQ(page.sites[0].country_code, "");
  EXPECT_EQ(page.sites[0].infrastructure, "Test");
  EXPECT_EQ(page.sites[0].certification, "Certified");
  EXPECT_THAT(Remarked(), HasSubstr("two primary keys, 12G0 and 13G0"));
  EXPECT_THAT(Remarked(), HasSubstr("country code of SITE-A is \"Switzerland\""));
}

TEST_F(GocdbTest, UrlOfACloudStandsInUrlOrInAnEndpoint) {
  const GocdbPage page = Parse(
      "<SERVICE_ENDPOINT PRIMARY_KEY=\"1G0\"><PRIMARY_KEY>1G0</PRIMARY_KEY>"
      "<HOSTNAME>Nova.Example.org</HOSTNAME><SERVICE_TYPE>org.openstack.nova</SERVICE_TYPE>"
      "<IN_PRODUCTION>Y</IN_PRODUCTION><NODE_MONITORED>N</NODE_MONITORED>"
      "<SITENAME>SITE-A</SITENAME><COUNTRY_CODE>ES</COUNTRY_CODE>"
      "<URL>https://Keystone.example.org:5000/v2.0/?image=a&amp;resource=b</URL><ENDPOINTS/>"
      "</SERVICE_ENDPOINT>"
      "<SERVICE_ENDPOINT PRIMARY_KEY=\"2G0\"><HOSTNAME>x</HOSTNAME>"
      "<SERVICE_TYPE>org.openstack.nova</SERVICE_TYPE><SITENAME>SITE-B</SITENAME><URL/>"
      "<ENDPOINTS><ENDPOINT><ID>8</ID><URL>https://k.example.org/v3/</URL>"
      "<INTERFACENAME>org.openstack.nova</INTERFACENAME></ENDPOINT>"
      "<ENDPOINT><URL>https://k.example.org</URL></ENDPOINT></ENDPOINTS></SERVICE_ENDPOINT>"
      "<SERVICE_ENDPOINT PRIMARY_KEY=\"3G0\"><HOSTNAME>ce</HOSTNAME>"
      "<SERVICE_TYPE>ARC-CE</SERVICE_TYPE><SITENAME>SITE-B</SITENAME></SERVICE_ENDPOINT>");
  ASSERT_EQ(page.services.size(), 3u);
  EXPECT_EQ(page.services[0].hostname, "nova.example.org");
  EXPECT_THAT(page.services[0].keystone_urls, ElementsAre("https://keystone.example.org:5000"));
  EXPECT_EQ(page.services[0].in_production, true);
  EXPECT_EQ(page.services[0].monitored, false);
  EXPECT_THAT(page.services[1].keystone_urls, ElementsAre("https://k.example.org"));
  EXPECT_EQ(page.services[1].in_production, std::nullopt);
  EXPECT_THAT(page.services[2].keystone_urls, IsEmpty());
  EXPECT_EQ(Remarked(), "");
}

TEST_F(GocdbTest, ReadsFlatAndNestedDowntimes) {
  const GocdbPage page = Parse(
      "<DOWNTIME ID=\"1\" PRIMARY_KEY=\"9G0\" CLASSIFICATION=\"SCHEDULED\">"
      "<PRIMARY_KEY>9G0</PRIMARY_KEY><HOSTNAME>nova.example.org</HOSTNAME>"
      "<SERVICE_TYPE>org.openstack.nova</SERVICE_TYPE><HOSTED_BY>SITE-A</HOSTED_BY>"
      "<AFFECTED_ENDPOINTS><ENDPOINT><URL>https://k.example.org:443/v3</URL></ENDPOINT>"
      "</AFFECTED_ENDPOINTS><SEVERITY>OUTAGE</SEVERITY><DESCRIPTION>a\nb</DESCRIPTION>"
      "<START_DATE>1000</START_DATE><END_DATE>2000</END_DATE></DOWNTIME>"
      "<DOWNTIME ID=\"2\" PRIMARY_KEY=\"10G0\" CLASSIFICATION=\"UNSCHEDULED\">"
      "<SEVERITY>WARNING</SEVERITY><START_DATE>1000</START_DATE><END_DATE>2000</END_DATE>"
      "<SERVICES><SERVICE><HOSTNAME>a</HOSTNAME><SERVICE_TYPE>ARC-CE</SERVICE_TYPE>"
      "<HOSTED_BY>SITE-A</HOSTED_BY></SERVICE><SERVICE><HOSTNAME>b</HOSTNAME>"
      "<SERVICE_TYPE>SRM</SERVICE_TYPE><HOSTED_BY>SITE-B</HOSTED_BY></SERVICE></SERVICES></"
      "DOWNTIME>");
  ASSERT_EQ(page.downtimes.size(), 3u);
  EXPECT_TRUE(page.downtimes[0].is_outage);
  EXPECT_TRUE(page.downtimes[0].is_scheduled);
  EXPECT_THAT(page.downtimes[0].keystone_urls, ElementsAre("https://k.example.org"));
  EXPECT_EQ(page.downtimes[0].description, "a b");
  EXPECT_EQ(page.downtimes[0].start, absl::FromUnixSeconds(1000));
  EXPECT_EQ(page.downtimes[2].site_name, "SITE-B");
  EXPECT_EQ(page.downtimes[2].id, "10G0");
  EXPECT_FALSE(page.downtimes[2].is_outage);
}

TEST_F(GocdbTest, EntriesThatCannotBeReadAreCountedAndNamed) {
  const GocdbPage page = Parse(
      "<SITE/><SERVICE_ENDPOINT><HOSTNAME>h1</HOSTNAME></SERVICE_ENDPOINT>"
      "<SERVICE_ENDPOINT><HOSTNAME>h2</HOSTNAME></SERVICE_ENDPOINT>"
      "<DOWNTIME PRIMARY_KEY=\"1G0\"><SEVERITY>OUTAGE</SEVERITY><START_DATE>2000</START_DATE>"
      "<END_DATE>1000</END_DATE></DOWNTIME>");
  EXPECT_EQ(page.skipped_count, 4);
  EXPECT_THAT(Remarked(), HasSubstr("SITENAME and SERVICE_TYPE; one is left out (h1) (and 1 more"));
  EXPECT_THAT(Remarked(), HasSubstr("a later END_DATE"));
}

TEST_F(GocdbTest, OtherEntriesAndStrayTextAreNamedOnce) {
  const GocdbPage page = Parse("<NGI/><NGI/>'<tag/>");
  EXPECT_EQ(page.entry_count, 3);
  EXPECT_THAT(remarks_.Sentences(),
              ElementsAre(HasSubstr("the text \"'\" in <results> is outside of its elements"),
                          HasSubstr("entries <NGI> are ignored; only sites, services and "
                                    "downtimes are read (and 1 more like it)"),
                          HasSubstr("<tag>")));
}

TEST_F(GocdbTest, FollowsPagesByCursorOrByNumber) {
  const GocdbPage cursor = Parse(
      "<meta><link rel=\"self\" href=\"https://x/?method=get_service\"/>"
      "<link rel=\"next\" href=\"https://x/?method=get_service&amp;next_cursor=77\"/>"
      "<count>500</count><max_page_size>500</max_page_size></meta>");
  EXPECT_EQ(cursor.next_cursor, "77");
  EXPECT_EQ(cursor.entry_count, 0);
  Remarks remarks;
  const auto number = ParseGocdb("<results page=\"1\" next=\"2\" last=\"3\"/>", "LIST", remarks);
  ASSERT_TRUE(number.ok());
  EXPECT_EQ(number->next_page, "2");
}

TEST_F(GocdbTest, ErrorsSayWhatTheDocumentIs) {
  EXPECT_THAT(
      ParseGocdb("<error>Unsupported parameter: x</error>", "LIST", remarks_).status().message(),
      HasSubstr("LIST: GOCDB answers: Unsupported parameter: x"));
  EXPECT_THAT(ParseGocdb("<html/>", "LIST", remarks_).status().message(),
              HasSubstr("LIST: the root element is <html>; in a list of GOCDB it is <results>"));
  EXPECT_THAT(ParseGocdb("nothing", "LIST", remarks_).status().message(),
              HasSubstr("LIST: line 1"));
}

TEST_F(GocdbTest, LongTextsAreCutBetweenCharacters) {
  std::string text;
  while (text.size() < 2 * kMaxDowntimeTextBytes) text += "\xc3\xa9";
  const GocdbPage page = Parse(absl::StrCat(
      "<DOWNTIME PRIMARY_KEY=\"1\"><HOSTED_BY>S</HOSTED_BY><SERVICE_TYPE>T</SERVICE_TYPE>"
      "<SEVERITY>OUTAGE</SEVERITY><START_DATE>1</START_DATE><END_DATE>2</END_DATE><DESCRIPTION>x",
      text, "</DESCRIPTION></DOWNTIME>"));
  ASSERT_EQ(page.downtimes.size(), 1u);
  const std::string& cut = page.downtimes[0].description;
  EXPECT_LE(cut.size(), kMaxDowntimeTextBytes);
  EXPECT_THAT(cut, ::testing::EndsWith("\xc3\xa9..."));
}

}  // namespace
}  // namespace cis::crawler
