// SPDX-License-Identifier: Apache-2.0
#include "server/query/order_by.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/query/query_error.h"
#include "tests/unit/server/query_rows.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;

OrderBy Parse(absl::string_view text) {
  const auto order = ParseOrderBy(text, TestFields().specs());
  EXPECT_TRUE(order.ok()) << order.status();
  return order.ok() ? *order : OrderBy();
}

TestRow Row(absl::string_view name, std::optional<int64_t> count, absl::string_view version = "") {
  TestRow row;
  row.name = std::string(name);
  row.count = count;
  row.version = std::string(version);
  return row;
}

std::string Sorted(absl::string_view order_by, std::vector<TestRow> rows) {
  const OrderBy order = Parse(order_by);
  std::stable_sort(rows.begin(), rows.end(), [&order](const TestRow& a, const TestRow& b) {
    return order.Compare(TypedRows<TestRow>(TestFields(), {&a, &b}), 0, 1) < 0;
  });
  return absl::StrJoin(
      rows, " ", [](std::string* out, const TestRow& row) { absl::StrAppend(out, row.name); });
}

TEST(OrderBy, SortsNumbersBothWaysWithTheUnknownLast) {
  const std::vector<TestRow> rows = {Row("a", 10), Row("b", std::nullopt), Row("c", 9)};
  EXPECT_EQ(Sorted("count", rows), "c a b");
  EXPECT_EQ(Sorted("count desc", rows), "a c b");
  EXPECT_EQ(Sorted("count asc", rows), "c a b");
}

TEST(OrderBy, SortsTextsWithoutRegardToCase) {
  EXPECT_EQ(Sorted("name", {Row("b", 1), Row("C", 1), Row("A", 1)}), "A b C");
}

TEST(OrderBy, SortsVersionsAsVersions) {
  EXPECT_EQ(Sorted("version desc", {Row("a", 1, "9.4"), Row("b", 1, "9.10"), Row("c", 1, ""),
                                    Row("d", 1, "22.04")}),
            "d b a c");
}

TEST(OrderBy, LaterFieldsDecideTies) {
  EXPECT_EQ(Sorted("count desc, name", {Row("z", 1), Row("a", 1), Row("m", 2)}), "m a z");
}

TEST(OrderBy, EmptyTextIsTheEmptyOrder) {
  EXPECT_TRUE(Parse("").empty());
  EXPECT_TRUE(Parse("  ").empty());
}

TEST(OrderBy, RefusesWhatItCannotOrderBy) {
  const std::pair<const char*, const char*> cases[] = {
      {"cuont", "did you mean count?"},         {"tags", "cannot order by the list"},
      {"count,,name", "between the commas"},    {"count down", "expected desc, asc or a comma"},
      {"count desc now", "expected desc, asc"}, {"count, count desc", "count is named twice"},
  };
  for (const auto& [text, why] : cases) {
    const auto order = ParseOrderBy(text, TestFields().specs());
    EXPECT_EQ(order.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(order.status().message()), HasSubstr(why)) << text;
    EXPECT_TRUE(QueryErrorOffset(order.status()).has_value()) << text;
  }
  EXPECT_FALSE(ParseOrderBy(std::string(kMaxOrderBytes + 1, 'x'), TestFields().specs()).ok());
}

// The position of a row compares with every row as the row itself does.
TEST(OrderBy, PositionsStandForTheirRows) {
  TestRow full = Row("x", int64_t{2475753472}, "22.04");
  full.flag = true;
  full.time = absl::FromUnixNanos(1767323045123456789);
  const std::vector<TestRow> rows = {full, Row("x", int64_t{2475753473}, "22.04"), Row("", 0),
                                     Row("y", std::nullopt, "9"), Row("X", -1, "sid")};
  const TypedRows<TestRow> typed(TestFields(), {&rows[0], &rows[1], &rows[2], &rows[3], &rows[4]});
  for (const char* text :
       {"count", "count desc", "version, name", "flag desc", "time", "name desc"}) {
    const OrderBy order = Parse(text);
    for (size_t at = 0; at < rows.size(); ++at) {
      const std::vector<std::string> position = order.PositionOf(typed, at);
      ASSERT_TRUE(order.IsPosition(position)) << text;
      for (size_t row = 0; row < rows.size(); ++row) {
        EXPECT_EQ(order.CompareToPosition(typed, row, position), order.Compare(typed, row, at))
            << text << " " << row << " " << at;
      }
    }
  }
}

TEST(OrderBy, ForgedPositionsAreNotPositions) {
  const OrderBy order = Parse("count, flag, time");
  EXPECT_FALSE(order.IsPosition({}));
  EXPECT_FALSE(order.IsPosition({"+1", "+1"}));
  EXPECT_FALSE(order.IsPosition({"1", "+1", "+1"}));
  EXPECT_FALSE(order.IsPosition({"+many", "+1", "+1"}));
  EXPECT_FALSE(order.IsPosition({"+1", "+2", "+1"}));
  EXPECT_FALSE(order.IsPosition({"+1", "+1", "+soon"}));
  EXPECT_FALSE(order.IsPosition({"", "+1", "+1"}));
  EXPECT_TRUE(order.IsPosition({"-", "-", "-"}));
}

}  // namespace
}  // namespace cis::server
