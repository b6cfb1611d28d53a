// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "crawler/normalize/json_value.h"
#include "schema/base/utf8.h"
#include "tests/support/json_values.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

std::string Nested(int depth) {
  const auto count = static_cast<std::size_t>(depth);
  return std::string(count, '[') + std::string(count, ']');
}

TEST(JsonValue, ReadsEachType) {
  const absl::StatusOr<JsonDocument> document = ParseJson(
      R"({"t":true,"n":null,"i":-3,"u":18446744073709551615,"d":2.5,"s":"\u00fc","a":[1,"x"],"o":{}})");
  ASSERT_TRUE(document.ok()) << document.status();
  const JsonValue& root = document->root();
  ASSERT_TRUE(root.is_object());
  EXPECT_TRUE(root.Find("t")->as_bool());
  EXPECT_TRUE(root.Find("n")->is_null());
  EXPECT_EQ(root.Find("i")->as_int(), -3);
  EXPECT_EQ(root.Find("u")->as_uint(), 18446744073709551615U);
  EXPECT_EQ(root.Find("d")->as_double(), 2.5);
  EXPECT_EQ(root.Find("s")->as_string(), "\xC3\xBC");
  ASSERT_EQ(root.Find("a")->elements().size(), 2U);
  EXPECT_EQ(root.Find("a")->elements()[1].as_string(), "x");
  EXPECT_TRUE(root.Find("o")->members().empty());
  EXPECT_EQ(root.Find("absent"), nullptr);
  EXPECT_EQ(root.Find("i")->Find("x"), nullptr);
}

TEST(JsonValue, MembersAreOrderedAndTheLastOfAKeyCounts) {
  const absl::StatusOr<JsonDocument> document = ParseJson(R"({"b":1,"a":2,"b":3,"a":4,"b":5})");
  ASSERT_TRUE(document.ok());
  const auto members = document->root().members();
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].key, "a");
  EXPECT_EQ(members[0].value.as_int(), 4);
  EXPECT_EQ(members[1].key, "b");
  EXPECT_EQ(members[1].value.as_int(), 5);
}

TEST(JsonValue, StaysValidWhenItsDocumentMoves) {
  JsonDocument document = *ParseJson(R"([{"name":"a long name that no small buffer holds"}])");
  const JsonValue& element = document.root().elements()[0];
  const JsonDocument moved = std::move(document);
  EXPECT_EQ(element.Find("name")->as_string(), "a long name that no small buffer holds");
  EXPECT_EQ(&moved.root().elements()[0], &element);
}

TEST(JsonValue, EqualityDoesNotAskForTheOrderOfKeys) {
  EXPECT_EQ(ParseJson(R"({"a":[1,{"x":2}],"b":null})")->root(),
            ParseJson(R"({"b":null,"a":[1,{"x":2}]})")->root());
  EXPECT_FALSE(ParseJson("[1]")->root() == ParseJson("[2]")->root());
  EXPECT_FALSE(ParseJson("[1]")->root() == ParseJson("[1,1]")->root());
  EXPECT_FALSE(ParseJson(R"({"a":1})")->root() == ParseJson(R"({"b":1})")->root());
}

TEST(ParseJson, ReplacesInvalidUtf8) {
  const absl::StatusOr<JsonDocument> document = ParseJson("{\"name\": \"a\xFF\"}");
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->root().Find("name")->as_string(), "a\xEF\xBF\xBD");
}

TEST(ParseJson, ReplacesHalvesOfSurrogatePairs) {
  for (const char* text : {R"({"name":"a\ud800"})", R"({"name":"a\udc00"})"}) {
    const absl::StatusOr<JsonDocument> document = ParseJson(text);
    ASSERT_TRUE(document.ok()) << text;
    EXPECT_EQ(document->root().Find("name")->as_string(), "a\xEF\xBF\xBD");
  }
}

TEST(ParseJson, RefusesWhatIsNotJsonOrTooDeep) {
  for (const char* text :
       {"{", "", " ", "[1e999]", "nul", "[1,]", "{\"a\":}", "\"\x01\"", "01", "[1] 2"}) {
    EXPECT_EQ(ParseJson(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(ParseJson(Nested(100000)).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ParseJson, DepthIsRefusedExactlyAboveTheLimit) {
  EXPECT_TRUE(ParseJson(Nested(kMaxJsonDepth)).ok());
  EXPECT_EQ(ParseJson(Nested(kMaxJsonDepth + 1)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ParseJson, TakesWhatOneParserAloneWouldRefuse) {
  // A byte order mark, integers of any size, pairs of surrogates.
  EXPECT_TRUE(ParseJson("\xEF\xBB\xBF[1]").ok());
  const absl::StatusOr<JsonDocument> big = ParseJson("[123456789012345678901234567890]");
  ASSERT_TRUE(big.ok());
  EXPECT_EQ(big->root().elements()[0].as_double(), 123456789012345678901234567890.0);
  EXPECT_EQ(ParseJson(R"("\ud83d\ude00")")->root().as_string(), "\xF0\x9F\x98\x80");
}

// Both parsers behind ParseJson must agree on every text; otherwise a site's odd byte would change
// the meaning of the rest of its list.
TEST(ParseJson, AgreesWithTheTolerantParserOnChangedTexts) {
  const std::string seed =
      R"({"images":[{"id":"1","size":-12,"ok":true,"n":null,"x":1.5e3,"u":"\u00e4\n","a":[{},[]]}]})";
  std::mt19937 random(20261129);
  const std::string signs = "{}[]\",:\\0123456789.eE+-truefalsn \x80\xC3\xFFud";
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  int taken = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = seed;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = signs[below(signs.size())];
          break;
        case 1:
          text.insert(at, 1, signs[below(signs.size())]);
          break;
        default:
          text.erase(at, 1);
      }
    }
    const json expected = json::parse(PairedSurrogates(ValidUtf8(text)), nullptr, false);
    const absl::StatusOr<JsonDocument> document = ParseJson(text);
    if (expected.is_discarded()) {
      // A number out of range is an exception of its own there and refused here.
      EXPECT_FALSE(document.ok()) << text;
      continue;
    }
    ASSERT_TRUE(document.ok()) << text << ": " << document.status();
    EXPECT_EQ(document->root(), ToDocument(expected).root()) << text;
    ++taken;
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace cis::crawler
