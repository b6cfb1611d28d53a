// SPDX-License-Identifier: Apache-2.0
#include "schema/base/shared_text.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cis {
namespace {

TEST(SharedText, TakesEightBytes) { EXPECT_EQ(sizeof(SharedText), 8U); }

TEST(SharedText, GivesBackTextsOfEveryLength) {
  for (size_t size = 0; size < 300; ++size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) text += static_cast<char>(i * 37);  // with NUL bytes
    const SharedText shared = text;
    EXPECT_EQ(std::string(shared), text);
    EXPECT_EQ(shared.size(), size);
    EXPECT_EQ(shared.empty(), size == 0);
  }
}

// As of a std::string: absl::StrSplit finds one part in an empty text, and none in a null view.
TEST(SharedText, AnEmptyTextIsNoNullView) {
  const SharedText empty;
  const std::vector<absl::string_view> parts = absl::StrSplit(empty.view(), ',');
  EXPECT_EQ(parts, std::vector<absl::string_view>{""});
}

TEST(SharedText, CopiesOutliveTheOriginal) {
  for (const char* text : {"", "short", "a text that is longer than 7 bytes"}) {
    auto original = std::make_unique<SharedText>(text);
    SharedText copy = *original;
    const SharedText moved = std::move(*original);
    original.reset();
    SharedText assigned = "something else that is long";
    assigned = copy;
    copy = "another";
    EXPECT_EQ(moved, text);
    EXPECT_EQ(assigned, text);
    EXPECT_EQ(copy, "another");
  }
}

TEST(SharedText, CanBeAssignedToItself) {
  SharedText text = "a text that is longer than 7 bytes";
  const SharedText& same = text;
  text = same;
  EXPECT_EQ(text, "a text that is longer than 7 bytes");
}

TEST(SharedText, ComparesAsTextsDo) {
  const std::vector<std::string> texts = {
      "", "a", std::string("a\0", 2), "ab", "abcdefg", "abcdefgh", "abcdefgi", "b", "\xff"};
  for (const std::string& a : texts) {
    for (const std::string& b : texts) {
      const SharedText shared_a = a;
      const SharedText shared_b = b;
      EXPECT_EQ(shared_a == shared_b, a == b) << a << " " << b;
      EXPECT_EQ(shared_a < shared_b, a < b) << a << " " << b;
      EXPECT_EQ(shared_a == b, a == b) << a << " " << b;
      EXPECT_EQ(a < shared_b, a < b) << a << " " << b;
    }
  }
}

TEST(SharedText, HashesAsTextsDo) {
  for (const char* text : {"", "x86_64", "00000000-0000-4000-8000-000000000000"}) {
    EXPECT_EQ(absl::HashOf(SharedText(text)), absl::HashOf(absl::string_view(text)));
  }
}

TEST(SharedText, IsAnArgumentOfStrCat) {
  EXPECT_EQ(absl::StrCat(SharedText("a"), " and ", SharedText("a longer text")),
            "a and a longer text");
}

TEST(SharedText, IsSharedBetweenThreads) {
  const SharedText text = "a text that is longer than 7 bytes";
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&text] {
      for (int i = 0; i < 1000; ++i) {
        SharedText copy = text;
        EXPECT_EQ(copy, text);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(text, "a text that is longer than 7 bytes");
}

}  // namespace
}  // namespace cis
