// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/report/crawl_summary_text.h"
#include "crawler/report/notable_changes.h"
#include "crawler/report/report_words.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/builders.h"

namespace cis::crawler {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

CrawlFacts Facts(int64_t share_count, int64_t refreshed_count) {
  CrawlFacts facts;
  facts.start_time = TestTime();
  facts.end_time = TestTime() + absl::Seconds(13);
  facts.db = "cis.db";
  facts.share_count = share_count;
  facts.refreshed_count = refreshed_count;
  return facts;
}

std::string SubjectOf(const CrawlFacts& facts) {
  const std::string text = FormatCrawlSummary(facts);
  return text.substr(0, text.find('\n'));
}

// A kind that this crawl has tried without success.
KindState Failing(Kind kind, ErrorClass error, absl::string_view message) {
  KindState state = MakeKindState(kind, TestTime() - absl::Hours(24));
  state.error = error;
  state.error_message = std::string(message);
  state.attempt_time = TestTime() + absl::Seconds(1);
  state.failing_since = TestTime() - absl::Hours(20);
  state.failure_count = 2;
  return state;
}

Change ChangeOf(ChangeKind kind, ChangeEvent event, absl::string_view name) {
  Change change;
  change.share = MakeShare("SITE-A", "ops");
  change.kind = kind;
  change.event = event;
  change.name = std::string(name);
  return change;
}

TEST(CrawlSummary, FirstLineIsASubject) {
  EXPECT_EQ(SubjectOf(Facts(250, 250)), "CIS crawl 2026-01-02: all of 250 shares refreshed");
  EXPECT_EQ(SubjectOf(Facts(250, 247)),
            "CIS crawl 2026-01-02: 3 of 250 shares kept last good data");
  EXPECT_EQ(SubjectOf(Facts(250, 0)), "CIS crawl 2026-01-02: none of 250 shares refreshed");
  CrawlFacts facts = Facts(250, 120);
  facts.interrupted = true;
  EXPECT_EQ(SubjectOf(facts), "CIS crawl 2026-01-02: interrupted, 120 of 250 shares refreshed");
  facts = Facts(1, 1);
  facts.problems = {"sites/x.yaml: it cannot be read"};
  EXPECT_EQ(SubjectOf(facts), "CIS crawl 2026-01-02: all of 1 share refreshed, but 1 problem");
  facts.error = "another cis-crawler holds cis.db.lock\nwait";
  EXPECT_EQ(SubjectOf(facts),
            "CIS crawl 2026-01-02: failed, another cis-crawler holds cis.db.lock wait");
}

TEST(CrawlSummary, FailuresAreGroupedBySiteAndClassWithTimesAndAdvice) {
  CatalogBuilder builder;
  for (const char* vo : {"biomed", "ops"}) {
    builder.Select("SITE-A", vo).SetKind(Failing(Kind::kImages, ErrorClass::kServer, "HTTP 503"));
  }
  builder.Select("SITE-B", "ops").SetKind(Failing(Kind::kAuth, ErrorClass::kAuth, "HTTP 401"));
  CrawlFacts facts = Facts(3, 0);
  facts.partial_count = 2;
  facts.catalog = builder.Build();
  EXPECT_THAT(
      FormatCrawlSummary(facts),
      AllOf(
          HasSubstr("  SITE-A  server at 2 shares since 2026-01-01 07:04\n"
                    "      last good 2026-01-01 03:04; HTTP 503\n"
                    "  SITE-B  auth at 1 share since 2026-01-01 07:04\n"),
          HasSubstr("\nWhat to do\n  server: the site's own error: report the message to the site\n"
                    "  auth: renew the credential")));
}

TEST(CrawlSummary, EndpointsThatWereNotPolledAreNoFailureOfTheCrawl) {
  CatalogBuilder builder;
  KindState state = Failing(Kind::kImages, ErrorClass::kServer, "HTTP 503");
  state.attempt_time = TestTime() - absl::Hours(24);
  builder.Select("SITE-A", "ops").SetKind(state);
  CrawlFacts facts = Facts(1, 1);
  facts.catalog = builder.Build();
  EXPECT_THAT(FormatCrawlSummary(facts), Not(HasSubstr("Failures")));
}

TEST(CrawlSummary, ProblemsOfTheRegistryAreReportedOnceWhenTheyAreNew) {
  Registry registry;
  for (const bool is_new : {false, true}) {
    SiteProblem problem;
    problem.site_name = "SITE-A";
    problem.code = is_new ? "URL_DIFFERS" : "NAME_SHARED";
    problem.message = "a sentence";
    problem.since = TestTime() + (is_new ? absl::Seconds(2) : -absl::Hours(24));
    registry.problems.push_back(problem);
  }
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").SetRegistry(registry);
  CrawlFacts facts = Facts(1, 1);
  facts.catalog = builder.Build();
  facts.remarks = {"sites/x.yaml:3: key \"foo\" is not known"};
  facts.known_remark_count = 2;
  EXPECT_THAT(
      FormatCrawlSummary(facts),
      AllOf(HasSubstr("  new: SITE-A  URL_DIFFERS  a sentence\n"),
            HasSubstr("  new: sites/x.yaml:3: key \"foo\" is not known\n"),
            HasSubstr("\n2 remarks on site files, as before"), Not(HasSubstr("NAME_SHARED"))));
}

// However many failures there are, the text stays short enough to be read as a mail.
TEST(CrawlSummary, TheWorstNightFits) {
  constexpr ErrorClass kErrors[] = {ErrorClass::kDns,     ErrorClass::kTls,    ErrorClass::kAuth,
                                    ErrorClass::kTimeout, ErrorClass::kParse,  ErrorClass::kServer,
                                    ErrorClass::kLimit,   ErrorClass::kPolicy, ErrorClass::kConfig};
  CatalogBuilder builder;
  Registry registry;
  CrawlFacts facts = Facts(250, 1);
  for (int i = 0; i < 60; ++i) {
    const std::string name = absl::StrCat("SITE-\xC3\xA9\n-", std::string(60, 'x'), i);
    KindState state = Failing(Kind::kAuth, kErrors[static_cast<size_t>(i) % std::size(kErrors)],
                              std::string(900, 'm'));
    if (i % 2 == 0) {  // backed off from
      state.error = ErrorClass::kConnect;
      state.failing_since = TestTime() - absl::Hours(24 * 30);
      state.failure_count = 30;
    }
    builder.Select(name, "ops").SetKind(state);
    KindState remarked = MakeKindState(Kind::kNetworks, TestTime() + absl::Seconds(2));
    remarked.remarks = {absl::StrCat("ports: HTTP 500: ", std::string(200, 'm'), "; unknown")};
    builder.SetKind(remarked);
    SiteProblem problem;
    problem.site_name = name;
    problem.code = "URL_DIFFERS";
    problem.message = std::string(300, 'p');
    problem.since = TestTime() + absl::Seconds(2);
    registry.problems.push_back(problem);
    facts.problems.push_back(std::string(200, 'q'));
    facts.remarks.push_back(std::string(200, 'r'));
    facts.changes.push_back(ChangeOf(ChangeKind::kNetwork, ChangeEvent::kGone, name));
    facts.changes.push_back(ChangeOf(ChangeKind::kImage, ChangeEvent::kReplaced, name));
    facts.limit_hits[absl::StrCat("limit-", i)] = i;
  }
  for (const RegistryPart part : kAllRegistryParts) {
    RegistryState state;
    state.part = part;
    state.error = ErrorClass::kTimeout;
    state.attempt_time = TestTime() + absl::Seconds(2);
    state.failing_since = TestTime();
    registry.states.push_back(state);
  }
  builder.SetRegistry(registry);
  facts.catalog = builder.Build();
  facts.changes_cut = true;
  facts.backing_off_count = 30;
  facts.known_remark_count = 4;
  facts.interrupted = true;
  facts.db = std::string(300, 'd');
  const std::string text = FormatCrawlSummary(facts);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_LE(lines.size(), kSummaryLines + 1) << text;  // an empty text after the last newline
  for (const std::string& line : lines) {
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    EXPECT_LE(characters, static_cast<long>(kSummaryColumns)) << line;
  }
  for (const char* head :
       {"\nFailures", "\nBacking off", "\nChanges", "\nProblems", "\nWhat to do", "\n4 remarks"}) {
    EXPECT_THAT(text, HasSubstr(head));
  }
}

TEST(NotableChanges, RefusedVosComeFirstAndChangesOfNoInterestAreLeftOut) {
  Change refused = ChangeOf(ChangeKind::kShare, ChangeEvent::kChanged, "ops");
  refused.of_share = true;
  refused.field = "support";
  refused.old_value = "authenticated";
  refused.new_value = "refused";
  Change refused_too = refused;
  refused_too.share = MakeShare("SITE-A", "biomed");
  Change first_login = refused;
  first_login.old_value = "unknown";
  first_login.new_value = "authenticated";
  Change renamed = ChangeOf(ChangeKind::kNetwork, ChangeEvent::kRenamed, "public2");
  renamed.old_value = "public";
  renamed.new_value = "public2";
  Change by_rules = ChangeOf(ChangeKind::kFlavor, ChangeEvent::kChanged, "m1");
  by_rules.cause = ChangeCause::kRules;
  const std::vector<Change> changes = {
      ChangeOf(ChangeKind::kFlavor, ChangeEvent::kGone, "m1.small"),
      ChangeOf(ChangeKind::kImage, ChangeEvent::kReplaced, "i"),
      ChangeOf(ChangeKind::kFlavor, ChangeEvent::kAppeared, "m2"),
      by_rules,
      renamed,
      first_login,
      refused,
      refused_too};
  EXPECT_THAT(NotableChanges(changes),
              ElementsAre("SITE-A  support authenticated -> refused: ops, biomed",
                          "SITE-A  network public2 renamed, public -> public2",
                          "SITE-A  flavor m1.small gone"));
  EXPECT_EQ(CountChanges(changes),
            "flavor 1 appeared, 1 gone, 1 changed; image 1 replaced; network 1 renamed; share 3 "
            "changed");
}

TEST(ReportWords, EveryClassOfErrorHasAdviceThatFits) {
  for (int i = 1; i <= static_cast<int>(ErrorClass::kBackingOff); ++i) {
    const absl::string_view advice = AdviceFor(static_cast<ErrorClass>(i));
    EXPECT_FALSE(advice.empty()) << i;
    EXPECT_LE(advice.size(), 63U) << advice;
  }
}

TEST(ReportWords, LinesAreCutAtCharacters) {
  EXPECT_EQ(FitLine("abc", 3), "abc");
  EXPECT_EQ(FitLine("abcdef", 5), "ab...");
  EXPECT_EQ(FitLine("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4), "\xC3\xA9...");
  EXPECT_THAT(WrapLines("one two three four", 9, 2), ElementsAre("one two", "three ..."));
  EXPECT_THAT(WrapLines("short", 9, 2), ElementsAre("short"));
}

}  // namespace
}  // namespace cis::crawler
