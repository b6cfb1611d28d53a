#include "schema/model/list_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cis {
namespace {

template <typename List>
void ExpectThereAndBack(const List& list, absl::string_view text) {
  EXPECT_EQ(FormatListText(list), text);
  List again;
  EXPECT_TRUE(ParseListText(text, again)) << text;
  EXPECT_EQ(again, list);
}

TEST(ListText, ReadsWhatItWrote) {
  ExpectThereAndBack(std::vector<std::string>{}, "[]");
  ExpectThereAndBack(std::vector<std::string>{"a", "say \"b\""}, R"(["a","say \"b\""])");
  ExpectThereAndBack(std::map<std::string, std::string>{{"k", "v"}, {"l", ""}},
                     R"(["k","v","l",""])");
  ExpectThereAndBack(std::map<std::string, int64_t>{{"auth", 2}, {"dns", -1}},
                     R"(["auth","2","dns","-1"])");
  ExpectThereAndBack(std::vector<Evidence>{{"arch", "name", "arm64"}},
                     R"(["arch","name","arm64"])");
  ExpectThereAndBack(std::vector<FieldConfidence>{{"arch", Confidence::kStrong}},
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
  std::vector<Evidence> evidence;
  EXPECT_FALSE(ParseListText(R"(["arch","name"])", evidence));
  std::vector<FieldConfidence> confidence;
  EXPECT_FALSE(ParseListText(R"(["arch"])", confidence));
}

}  // namespace
}  // namespace cis
