// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "crawler/normalize/documents.h"

namespace cis::crawler {
namespace {

Document MakeDocument(const std::string& name, int status, const std::string& body) {
  Document document;
  document.name = name;
  document.status = status;
  document.body = body;
  document.url = "https://site.example/" + name;
  return document;
}

TEST(Documents, JoinsPagesInOrder) {
  const auto listing = ReadListing({MakeDocument("images", 200, R"({"images":[{"id":"1"}]})"),
                                    MakeDocument("other", 200, "not json"),
                                    MakeDocument("images", 200, R"({"images":[{"id":"2"}]})")},
                                   "images", "images");
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_EQ(listing->readable, true);
  ASSERT_EQ(listing->items.size(), 2U);
  EXPECT_EQ(listing->items[1].path, "images/1");
  EXPECT_EQ(listing->items[1].value.Find("id")->as_string(), "2");
}

TEST(Documents, AbsentRefusedAndEmptyDiffer) {
  const auto absent = ReadListing({}, "routers", "routers");
  ASSERT_TRUE(absent.ok());
  EXPECT_FALSE(absent->readable.has_value());
  const auto refused = ReadListing({MakeDocument("routers", 403, "")}, "routers", "routers");
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(refused->readable, false);
  const auto empty =
      ReadListing({MakeDocument("routers", 200, R"({"routers":[]})")}, "routers", "routers");
  ASSERT_TRUE(empty.ok());
  EXPECT_EQ(empty->readable, true);
  EXPECT_TRUE(empty->items.empty());
}

TEST(Documents, ErrorsNameDocumentPathAndUrl) {
  const auto missing =
      ReadListing({MakeDocument("flavors", 200, R"({"flavours":[]})")}, "flavors", "flavors");
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(missing.status().message(),
            "flavors: /flavors is missing; it must be an array (https://site.example/flavors)");
  const auto wrong = ReadListing({MakeDocument("flavors", 200, "7")}, "flavors", "flavors");
  EXPECT_EQ(wrong.status().code(), absl::StatusCode::kInvalidArgument);
  const auto broken = ReadListing({MakeDocument("flavors", 200, "{")}, "flavors", "flavors");
  EXPECT_EQ(broken.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(broken.status().message().find("byte 2"), absl::string_view::npos);
}

TEST(Documents, ReadObjectSkipsRefusedDocuments) {
  const auto none = ReadObject({MakeDocument("nova_limits", 404, "gone")}, "nova_limits");
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
  const auto array = ReadObject({MakeDocument("nova_limits", 200, "[]")}, "nova_limits");
  EXPECT_EQ(array.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace cis::crawler
