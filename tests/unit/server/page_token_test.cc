// SPDX-License-Identifier: Apache-2.0
#include "server/query/page_token.h"

#include "cis/v1/inventory.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cis::server {
namespace {

const absl::Time kNow = absl::FromUnixNanos(1'800'000'000'123'456'789);

v1::ListFlavorsRequest Request() {
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  request.set_filter("vcpu_count > 2");
  return request;
}

TEST(PageToken, GivesBackWhatItWasMadeOf) {
  const PageCursor cursor{{"+3", "-", "sites/a/flavors/ü"}, {5, 42, 0}, kNow};
  const auto parsed = ParsePageToken(FormatPageToken(7, cursor), 7, 5);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, cursor);
}

TEST(PageToken, IsSafeInAUrl) {
  const std::string token =
      FormatPageToken(~uint64_t{0}, {{std::string(100, '\x7f')}, {5, 1, 0}, kNow});
  EXPECT_EQ(
      token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_="),
      std::string::npos);
}

TEST(PageToken, RejectsTokenOfAnotherRequest) {
  const std::string token = FormatPageToken(7, {{"x"}, {5, 1, 0}, kNow});
  EXPECT_EQ(ParsePageToken(token, 8, 5).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PageToken, RejectsTokenOfAnotherDatabase) {
  const std::string token = FormatPageToken(7, {{"x"}, {5, 1, 0}, kNow});
  const absl::Status status = ParsePageToken(token, 7, 6).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("the database was replaced"));
  // One that names none is of an earlier version.
  EXPECT_TRUE(ParsePageToken(FormatPageToken(7, {{"x"}, {0, 1, 0}, kNow}), 7, 6).ok());
}

TEST(PageToken, RejectsGarbage) {
  const std::string token = FormatPageToken(7, {{"x"}, {5, 1, 0}, kNow});
  for (const std::string& text :
       {std::string("garbage"), std::string("!"), token.substr(0, token.size() / 2),
        token + token + "=", FormatPageToken(7, {{}, {5, 1, 0}, kNow}),
        std::string(kMaxPageTokenBytes + 1, 'A')}) {
    EXPECT_EQ(ParsePageToken(text, 7, 5).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(PageToken, RejectsTokensOfEarlierVersionsThatHaveNoTime) {
  const std::string token = FormatPageToken(7, {{"x"}, {5, 1, 0}, absl::UnixEpoch()});
  const absl::Status status = ParsePageToken(token, 7, 5).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("start again without a token"));
  EXPECT_EQ(TimeOfFirstPage(token, kNow), kNow);
}

TEST(PageToken, KeepsTheExactTimeOfTheFirstPage) {
  const absl::Time later = kNow + absl::Hours(5);
  EXPECT_EQ(TimeOfFirstPage(FormatPageToken(7, {{"x"}, {5, 1, 0}, kNow}), later), kNow);
  EXPECT_EQ(TimeOfFirstPage("", later), later);
  EXPECT_EQ(TimeOfFirstPage("garbage", later), later);
}

TEST(Fingerprint, LeavesOutPagingAndNothingElse) {
  const uint64_t base = FingerprintRequest(Request());
  v1::ListFlavorsRequest paged = Request();
  paged.set_page_size(5);
  paged.set_page_token("abc");
  EXPECT_EQ(FingerprintRequest(paged), base);

  v1::ListFlavorsRequest other = Request();
  other.set_filter("vcpu_count > 3");
  EXPECT_NE(FingerprintRequest(other), base);
  other = Request();
  other.set_parent("sites/a");
  EXPECT_NE(FingerprintRequest(other), base);
  other = Request();
  other.set_order_by("ram_mib");
  EXPECT_NE(FingerprintRequest(other), base);
  other = Request();
  other.mutable_read_mask()->add_paths("name");
  EXPECT_NE(FingerprintRequest(other), base);
}

TEST(Fingerprint, DistinguishesMethods) {
  v1::ListImagesRequest images;
  images.set_parent("sites/-");
  images.set_filter("vcpu_count > 2");
  EXPECT_NE(FingerprintRequest(images), FingerprintRequest(Request()));
}

}  // namespace
}  // namespace cis::server
