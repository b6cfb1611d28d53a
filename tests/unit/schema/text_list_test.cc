// SPDX-License-Identifier: Apache-2.0
#include "schema/base/text_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::string Write(const std::vector<std::string>& texts) {
  TextListWriter list;
  for (const std::string& text : texts) list.Add(text);
  return list.Finish();
}

// The texts of `json`; `ok` tells whether it was read to its end.
std::vector<std::string> Read(absl::string_view json, bool& ok) {
  TextListReader list(json);
  std::vector<std::string> texts;
  for (std::string text; list.Next(&text);) texts.push_back(text);
  ok = list.ok();
  return texts;
}

TEST(TextList, IsAJsonArrayOfStrings) {
  EXPECT_EQ(Write({}), "[]");
  EXPECT_EQ(Write({"a", "", "say \"hi\"\\\n"}), R"(["a","","say \"hi\"\\\u000a"])");
}

TEST(TextList, ReadsWhatItWrote) {
  std::vector<std::string> texts = {"", "[", "]", ",", "\",\"", "\\", "日本", "\x80\xff"};
  for (int c = 0; c < 256; ++c) texts.emplace_back(3, static_cast<char>(c));
  bool ok = false;
  EXPECT_THAT(Read(Write(texts), ok), ElementsAreArray(texts));
  EXPECT_TRUE(ok);
  EXPECT_EQ(TextListReader::Count(Write(texts)), texts.size());
  EXPECT_THAT(Read(Write({}), ok), IsEmpty());
  EXPECT_TRUE(ok);
  EXPECT_THAT(Read(Write({""}), ok), ElementsAre(""));
  EXPECT_TRUE(ok);
}

TEST(TextList, WriterStartsAfreshAfterFinish) {
  TextListWriter list;
  list.Add("a");
  EXPECT_EQ(list.Finish(), R"(["a"])");
  list.Add("b");
  EXPECT_EQ(list.Finish(), R"(["b"])");
}

TEST(TextList, RefusesWhatNoWriterWrote) {
  for (const char* json : {"", "[", "a", "{}", "[1]", "[\"a\"", "[\"a", "[\"a\\\"]", "[\"a\",]",
                           "[\"a\"]x", "[\"a\" ,\"b\"]", "[\"\\u0g00\"]", "[\"\\u1234\"]",
                           "[\"\\u00ff\"]", "[\"a\nb\"]", "[]]", "]", ",\"a\"]", "[\"\\"}) {
    bool ok = true;
    Read(json, ok);
    EXPECT_FALSE(ok) << json;
  }
}

}  // namespace
}  // namespace cis
