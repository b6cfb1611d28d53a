// SPDX-License-Identifier: Apache-2.0
#include "schema/model/list_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cis {
namespace {

template <typename List>
bool Parse(absl::string_view text, List& list) {
  if constexpr (requires { ParseListText(text, list); }) {
    return ParseListText(text, list);
  } else {
    TextPool pool;
    return ParseListText(text, pool, list);
  }
}

template <typename List>
void ExpectThereAndBack(const List& list, absl::string_view text) {
  EXPECT_EQ(FormatListText(list), text);
  List again;
  EXPECT_TRUE(Parse(text, again)) << text;
  EXPECT_EQ(again, list);
}

TEST(ListText, ReadsWhatItWrote) {
  ExpectThereAndBack(std::vector<std::string>{}, "[]");
  ExpectThereAndBack(std::vector<std::string>{"a", "say \"b\""}, R"(["a","say \"b\""])");
  ExpectThereAndBack(std::map<std::string, std::string>{{"k", "v"}, {"l", ""}},
                     R"(["k","v","l",""])");
  ExpectThereAndBack(SharedList<SharedText>{"a", "say \"b\""}, R"(["a","say \"b\""])");
  ExpectThereAndBack(TextMap{{"k", "v"}, {"l", ""}}, R"(["k","v","l",""])");
  ExpectThereAndBack(std::map<std::string, int64_t>{{"auth", 2}, {"dns", -1}},
                     R"(["auth","2","dns","-1"])");
  ExpectThereAndBack(SharedList<Evidence>{{"arch", "name", "arm64"}}, R"(["arch","name","arm64"])");
  ExpectThereAndBack(SharedList<FieldConfidence>{{"arch", Confidence::kStrong}},
                     R"(["arch","strong"])");
}

TEST(ListText, ReportsTextThatItDidNotWrite) {
  std::vector<std::string> list;
  EXPECT_FALSE(ParseListText("", list));
  EXPECT_FALSE(ParseListText(R"(["a")", list));
  std::map<std::string, std::string> map;
  EXPECT_FALSE(ParseListText(R"(["key"])", map));
  std::map<std::string, int64_t> counts;
  EXPECT_FALSE(ParseListText(R"(["key","two"])", counts));
  SharedList<Evidence> evidence;
  EXPECT_FALSE(Parse(R"(["arch","name"])", evidence));
  SharedList<FieldConfidence> confidence;
  EXPECT_FALSE(Parse(R"(["arch"])", confidence));
}

}  // namespace
}  // namespace cis
