// SPDX-License-Identifier: Apache-2.0

// Bounds of filters. What they mean is in tests/cases/filter.

#include "server/query/filter.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/query/query_error.h"
#include "tests/unit/server/query_rows.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;

std::string Repeat(absl::string_view text, int count, absl::string_view between) {
  std::string all;
  for (int i = 0; i < count; ++i) absl::StrAppend(&all, i == 0 ? "" : between, text);
  return all;
}

bool Matches(const Filter& filter, const TestRow& row) {
  return filter.Matches(TypedRows<TestRow>(TestFields(), {&row}), 0);
}

TEST(Filter, DefaultMatchesEverything) {
  const TestRow row;
  EXPECT_TRUE(Matches(Filter(), row));
}

TEST(Filter, TakesAsManyTermsAsAllowed) {
  const auto filter =
      ParseFilter(Repeat("count = 1", kMaxFilterTerms, " OR "), TestFields().specs());
  ASSERT_TRUE(filter.ok()) << filter.status();
  TestRow row;
  EXPECT_FALSE(Matches(*filter, row));
  row.count = 1;
  EXPECT_TRUE(Matches(*filter, row));
}

TEST(Filter, RefusesOneTermMore) {
  const auto filter =
      ParseFilter(Repeat("count = 1", kMaxFilterTerms + 1, " OR "), TestFields().specs());
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(filter.status().message(), HasSubstr("at most 50 comparisons"));
}

TEST(Filter, RefusesTooManyBytes) {
  const std::string longest =
      absl::StrCat("name = \"", std::string(kMaxFilterBytes - 9, 'x'), "\"");
  ASSERT_EQ(longest.size(), kMaxFilterBytes);
  EXPECT_TRUE(ParseFilter(longest, TestFields().specs()).ok());
  const auto filter = ParseFilter(longest + " ", TestFields().specs());
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(filter.status().message(), HasSubstr("2001 bytes"));
}

TEST(Filter, RefusesDeepParentheses) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(static_cast<size_t>(depth), '('), "count = 1",
                        std::string(static_cast<size_t>(depth), ')'));
  };
  EXPECT_TRUE(ParseFilter(nested(kMaxFilterDepth), TestFields().specs()).ok());
  const auto filter = ParseFilter(nested(kMaxFilterDepth + 1), TestFields().specs());
  EXPECT_THAT(filter.status().message(), HasSubstr("nested at most 20 deep"));
}

TEST(Filter, ReportsTheOffsetAsData) {
  const auto filter = ParseFilter("count = 1 AND cuont = 2", TestFields().specs());
  EXPECT_EQ(QueryErrorOffset(filter.status()), 14u);
  EXPECT_THAT(filter.status().message(), HasSubstr("did you mean count?"));
  EXPECT_EQ(QueryErrorOffset(absl::OkStatus()), std::nullopt);
}

TEST(Filter, AHugeNumberIsANumber) {
  TestRow row;
  row.count = 5;
  const auto filter = ParseFilter("count < 99999999999999999999", TestFields().specs());
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_TRUE(Matches(*filter, row));
}

TEST(Filter, QuotesOnlyTheStartOfALongWord) {
  const auto filter = ParseFilter(std::string(1500, 'x') + " = 1", TestFields().specs());
  EXPECT_EQ(filter.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_LT(filter.status().message().size(), 300u);
}

}  // namespace
}  // namespace cis::server
