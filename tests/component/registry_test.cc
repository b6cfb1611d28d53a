// SPDX-License-Identifier: Apache-2.0

// GOCDB over HTTP: pages followed on our own URL, each list whole or failed by itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/gocdb_fetch.h"
#include "crawler/registry/limits.h"
#include "tests/component/http_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

std::string Results(absl::string_view entries, absl::string_view next = "") {
  return absl::StrCat(
      "<results>",
      next.empty() ? "" : absl::StrCat("<meta><link rel=\"next\" href=\"", next, "\"/></meta>"),
      entries, "</results>");
}

std::string Service(int number) {
  return absl::StrCat("<SERVICE_ENDPOINT PRIMARY_KEY=\"", number, "G0\"><SITENAME>A</SITENAME>",
                      "<SERVICE_TYPE>T</SERVICE_TYPE><HOSTNAME>h", number,
                      "</HOSTNAME></SERVICE_ENDPOINT>");
}

class GocdbFetchTest : public HttpTest {
 protected:
  using Answer = std::function<std::string(const std::string& target)>;

  // Fetches from a server that gives `answer`, whole HTTP answers by target.
  void FetchFrom(Answer answer) {
    LoopbackServer server(
        [&](const LoopbackRequest& request) { return LoopbackReply{answer(request.target)}; });
    absl::StatusOr<Url> url = ParseGocdbUrl(server.Url("/pi/"));
    ASSERT_TRUE(url.ok()) << url.status();
    GocdbFetch fetch(&transport(), &clock_, *url, absl::Seconds(10),
                     [&](RegistryPart part, absl::StatusOr<RegistryUpdate> list) {
                       EXPECT_TRUE(lists_.emplace(part, std::move(list)).second)
                           << FormatRegistryPart(part) << " was told twice";
                     });
    fetch.Start();
    ASSERT_TRUE(Run().ok());
    for (const LoopbackRequest& request : server.requests()) targets_.push_back(request.target);
  }
  const absl::StatusOr<RegistryUpdate>& list(RegistryPart part) { return lists_.at(part); }

  std::map<RegistryPart, absl::StatusOr<RegistryUpdate>> lists_;
  std::vector<std::string> targets_;
};

TEST_F(GocdbFetchTest, AllListsAllPages) {
  FetchFrom([](const std::string& target) {
    if (absl::StrContains(target, "certification_status=Certified")) {
      return HttpAnswer(200, Results("<SITE NAME=\"A\" PRIMARY_KEY=\"1G0\"/>"
                                     "<SITE NAME=\"B\" PRIMARY_KEY=\"2G0\"/>"));
    }
    if (absl::StrContains(target, "production_status=Production")) {
      return HttpAnswer(200, Results("<SITE NAME=\"A\" PRIMARY_KEY=\"1G0\"/>"));
    }
    if (absl::StrContains(target, "get_service&next_cursor=5")) {
      // The last page is full and names an empty one.
      return HttpAnswer(200, Results(Service(3), "?next_cursor=6"));
    }
    if (absl::StrContains(target, "get_service&next_cursor=6")) {
      return HttpAnswer(200, Results("", "?next_cursor=6"));
    }
    if (absl::StrContains(target, "get_service")) {
      // The link names another host: only its cursor counts.
      return HttpAnswer(200, Results(absl::StrCat(Service(1), Service(2)),
                                     "https://inner.example/x?method=y&amp;next_cursor=5"));
    }
    return HttpAnswer(200, Results(""));
  });
  ASSERT_EQ(lists_.size(), 3u);
  ASSERT_TRUE(list(RegistryPart::kSites).ok()) << list(RegistryPart::kSites).status();
  const std::vector<RegistrySite>& sites = list(RegistryPart::kSites)->sites;
  ASSERT_EQ(sites.size(), 2u);
  EXPECT_EQ(sites[0].certification, "Certified");
  EXPECT_EQ(sites[0].infrastructure, "Production");
  EXPECT_EQ(sites[1].infrastructure, "not Production");
  EXPECT_EQ(list(RegistryPart::kServices)->services.size(), 3u);
  EXPECT_TRUE(list(RegistryPart::kDowntimes)->downtimes.empty());
  EXPECT_EQ(targets_.size(), 10u);
  for (const std::string& target : targets_) EXPECT_THAT(target, ::testing::StartsWith("/pi/?"));
  EXPECT_THAT(targets_, ::testing::Contains(HasSubstr("get_downtime&windowstart=20")));
}

TEST_F(GocdbFetchTest, ListThatFailsLeavesTheOthersAlone) {
  FetchFrom([](const std::string& target) {
    if (absl::StrContains(target, "get_service")) return HttpAnswer(500, "trouble");
    if (absl::StrContains(target, "get_downtime")) return HttpAnswer(200, "<html/>");
    return HttpAnswer(200, Results(""));
  });
  EXPECT_TRUE(list(RegistryPart::kSites).ok());
  EXPECT_EQ(GetErrorClass(list(RegistryPart::kServices).status()), ErrorClass::kServer);
  EXPECT_THAT(list(RegistryPart::kServices).status().message(), HasSubstr("HTTP 500"));
  EXPECT_THAT(list(RegistryPart::kDowntimes).status().message(), HasSubstr("<html>"));
}

TEST_F(GocdbFetchTest, OneBadAnswerOfSeveralFailsTheSites) {
  FetchFrom([](const std::string& target) {
    if (absl::StrContains(target, "Suspended")) {
      return HttpAnswer(200, "<error>Unsupported parameter</error>");
    }
    return HttpAnswer(200, Results(""));
  });
  EXPECT_THAT(list(RegistryPart::kSites).status().message(), HasSubstr("Unsupported parameter"));
}

TEST_F(GocdbFetchTest, PagesThatRepeatOrNeverEndAreAnError) {
  FetchFrom([](const std::string& target) {
    if (absl::StrContains(target, "get_service")) {
      return HttpAnswer(200, Results(Service(1), "?next_cursor=1"));
    }
    if (absl::StrContains(target, "get_downtime")) {
      // Ever new cursors.
      return HttpAnswer(200, Results("<DOWNTIME/>", absl::StrCat("?next_cursor=", target.size())));
    }
    return HttpAnswer(200, Results(""));
  });
  EXPECT_THAT(list(RegistryPart::kServices).status().message(), HasSubstr("pages form a loop"));
  EXPECT_FALSE(list(RegistryPart::kDowntimes).ok());
}

TEST_F(GocdbFetchTest, PagesAreBounded) {
  int count = 0;
  FetchFrom([&count](const std::string& target) {
    if (absl::StrContains(target, "get_service")) {
      ++count;
      return HttpAnswer(200, Results(Service(count), absl::StrCat("?next_cursor=", count)));
    }
    return HttpAnswer(200, Results(""));
  });
  EXPECT_EQ(count, kMaxRegistryPages);
  EXPECT_EQ(GetErrorClass(list(RegistryPart::kServices).status()), ErrorClass::kLimit);
  EXPECT_THAT(list(RegistryPart::kServices).status().message(), HasSubstr("kMaxRegistryPages"));
}

TEST_F(GocdbFetchTest, RedirectsToAnotherOriginAreNotFollowed) {
  FetchFrom([](const std::string& target) {
    if (absl::StrContains(target, "get_service")) {
      return HttpAnswer(302, "", "Location: http://other.example/\r\n");
    }
    return HttpAnswer(200, Results(""));
  });
  EXPECT_EQ(GetErrorClass(list(RegistryPart::kServices).status()), ErrorClass::kPolicy);
}

TEST(ParseGocdbUrl, HttpsOrLoopbackWithoutAQuery) {
  EXPECT_EQ(FormatUrl(*ParseGocdbUrl("https://goc.egi.eu")), "https://goc.egi.eu/gocdbpi/public/");
  EXPECT_EQ(FormatUrl(*ParseGocdbUrl("https://goc.example/x/")), "https://goc.example/x/");
  EXPECT_TRUE(ParseGocdbUrl("http://127.0.0.1:8080/pi/").ok());
  EXPECT_THAT(ParseGocdbUrl("http://goc.egi.eu/").status().message(), HasSubstr("plain http"));
  EXPECT_THAT(ParseGocdbUrl("https://goc.egi.eu/?method=get_site").status().message(),
              HasSubstr("has a query"));
  EXPECT_FALSE(ParseGocdbUrl("goc.egi.eu").ok());
}

}  // namespace
}  // namespace cis::crawler
