// SPDX-License-Identifier: Apache-2.0
#include "schema/store/zstd.h"

#include <gtest/gtest.h>

namespace cis {
namespace {

TEST(Zstd, GivesBackWhatWasCompressed) {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("\0\xff", 2), std::string(3000000, 'j')}) {
    const absl::StatusOr<std::string> frame = Compress(text);
    ASSERT_TRUE(frame.ok()) << frame.status();
    const absl::StatusOr<std::string> back = Decompress(*frame, text.size());
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_TRUE(*back == text) << text.size();
  }
}

TEST(Zstd, ShrinksLists) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "{\"id\": " + std::to_string(i) + ", \"name\": \"m1\"}";
  EXPECT_LT(Compress(text).value_or(text).size(), text.size() / 5);
}

TEST(Zstd, NoticesDamage) {
  const std::string text(1000, 'a');
  const std::string frame = Compress(text).value_or("");
  EXPECT_EQ(Decompress(frame, 999).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Decompress("", 0).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Decompress("no frame at all", 1000).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Decompress(frame.substr(0, frame.size() - 2), 1000).status().code(),
            absl::StatusCode::kDataLoss);
  std::string flipped = frame;
  flipped[frame.size() / 2] = static_cast<char>(flipped[frame.size() / 2] ^ 1);
  EXPECT_EQ(Decompress(flipped, 1000).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cis
