// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "crawler/normalize/json_reader.h"
#include "tests/support/json_values.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

TEST(JsonReader, ReadsNumbersInEveryForm) {
  const JsonDocument object =
      ToDocument({{"a", 8}, {"b", "8"}, {"c", 8.0}, {"d", " 8.0 "}, {"e", nullptr}, {"f", ""}});
  SharedList<SharedText> problems;
  const JsonReader reader(object.root(), "flavors/0", &problems);
  for (const char* key : {"a", "b", "c", "d"}) {
    EXPECT_EQ(reader.Int(key), 8) << key;
  }
  for (const char* key : {"e", "f", "absent"}) {
    EXPECT_FALSE(reader.Int(key).has_value()) << key;
  }
  EXPECT_TRUE(problems.empty());
}

TEST(JsonReader, NotesWhatItCannotRead) {
  const JsonDocument object = ToDocument(
      {{"ram", "lots"}, {"vcpus", {1}}, {"public", "maybe"}, {"disk", 1.5}, {"swap", true}});
  SharedList<SharedText> problems;
  const JsonReader reader(object.root(), "flavors/3", &problems);
  EXPECT_FALSE(reader.Int("ram").has_value());
  EXPECT_FALSE(reader.Int("vcpus").has_value());
  EXPECT_FALSE(reader.Int("disk").has_value());
  EXPECT_FALSE(reader.Int("swap").has_value());
  EXPECT_FALSE(reader.Bool("public").has_value());
  ASSERT_EQ(problems.size(), 5U);
  EXPECT_EQ(problems[0], "FIELD_UNREADABLE: flavors/3/ram is \"lots\"; it must be a whole number");
}

TEST(JsonReader, ReadsTruthInEveryForm) {
  const JsonDocument object =
      ToDocument({{"a", true}, {"b", "True"}, {"c", 1}, {"d", "no"}, {"e", "None"}});
  const JsonReader reader(object.root(), "x", nullptr);
  EXPECT_EQ(reader.Bool("a"), true);
  EXPECT_EQ(reader.Bool("b"), true);
  EXPECT_EQ(reader.Bool("c"), true);
  EXPECT_EQ(reader.Bool("d"), false);
  EXPECT_FALSE(reader.Bool("e").has_value());
}

TEST(JsonReader, NumbersThatDoNotFitAreUnreadable) {
  EXPECT_FALSE(ParseInt("1e300").has_value());
  EXPECT_FALSE(ParseInt("nan").has_value());
  EXPECT_FALSE(ParseInt("inf").has_value());
  EXPECT_FALSE(ParseInt("99999999999999999999").has_value());
  EXPECT_EQ(ParseInt("-1"), -1);
}

TEST(JsonReader, CutsLongStrings) {
  const JsonDocument object = ToDocument({{"name", std::string(kMaxStringBytes + 10, 'x')}});
  EXPECT_EQ(JsonReader(object.root(), "x", nullptr).String("name").size(), kMaxStringBytes);
}

// One record must not fill the store, and a part of its contents would mean something else.
TEST(JsonReader, MapsAndListsThatAreTooLargeCountAsNotShown) {
  std::string map;
  std::string list;
  for (std::size_t i = 0; i <= kMaxMembers; ++i) {
    map += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":\"x\"";
    list += i == 0 ? "\"x\"" : ",\"x\"";
  }
  const std::string big(kMaxMembersBytes / 4, 'x');
  const std::string long_list =
      "\"" + big + "\",\"" + big + "\",\"" + big + "\",\"" + big + "\",\"x\"";
  const std::string texts[] = {
      "{\"map\":{" + map + "},\"list\":[" + list + "]}",
      "{\"map\":{\"a\":\"" + big + big + big + big + "x\"},\"list\":[" + long_list + "]}"};
  for (const std::string& text : texts) {
    const absl::StatusOr<JsonDocument> object = ParseJson(text);
    ASSERT_TRUE(object.ok());
    SharedList<SharedText> problems;
    const JsonReader reader(object->root(), "flavors/3", &problems);
    EXPECT_FALSE(reader.StringMap("map").has_value());
    EXPECT_TRUE(reader.Strings("list").empty());
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].view().rfind("FIELD_TOO_LARGE: flavors/3/map has ", 0), 0U)
        << problems[0];
  }
}

TEST(JsonReader, StringMapKeepsScalars) {
  const JsonDocument object =
      ToDocument({{"specs", {{"a", 1}, {"b", "x"}, {"c", true}, {"d", json::array()}}}});
  const auto map = JsonReader(object.root(), "x", nullptr).StringMap("specs");
  ASSERT_TRUE(map.has_value());
  EXPECT_EQ(*map, (std::map<std::string, std::string>{{"a", "1"}, {"b", "x"}, {"c", "true"}}));
}

}  // namespace
}  // namespace cis::crawler
