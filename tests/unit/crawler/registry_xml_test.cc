// SPDX-License-Identifier: Apache-2.0

// XML without surprises: well-formed, bounded, and nothing outside of the bytes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "crawler/registry/xml_reader.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

TEST(ParseXml, ReadsElementsAttributesAndText) {
  const absl::StatusOr<XmlElement> root = ParseXml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<a x=\"1\" y=\"&lt;2&gt;\"> before <b> one &amp; only </b><b/><!-- c -->after</a>");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->name, "a");
  EXPECT_EQ(root->Attribute("y"), "<2>");
  EXPECT_EQ(root->Attribute("z"), "");
  EXPECT_EQ(root->children.size(), 2u);
  EXPECT_EQ(root->ChildText("b"), "one & only");
  EXPECT_EQ(root->Child("c"), nullptr);
  EXPECT_EQ(root->text, "before after");
}

TEST(ParseXml, OtherEncodingsBecomeUtf8) {
  const absl::StatusOr<XmlElement> root =
      ParseXml("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe9</a>");
  ASSERT_TRUE(root.ok()) << root.status();
  EXPECT_EQ(root->text, "\xc3\xa9");
}

TEST(ParseXml, MalformedTextIsReportedWithItsPosition) {
  for (const char* text : {"", "plain", "<a>", "<a></b>", "<a/><b/>", "<a>&nbsp;</a>",
                           "<a>\xff</a>", "{\"results\": []}"}) {
    const absl::Status status = ParseXml(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), HasSubstr("line 1, column ")) << text;
  }
}

TEST(ParseXml, DocumentTypesAreRefused) {
  for (const char* text :
       {"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM \"http://127.0.0.1/\">]><a>&e;</a>",
        "<!DOCTYPE a [<!ENTITY x \"ha\"><!ENTITY y \"&x;&x;&x;&x;\">]><a>&y;</a>"}) {
    const absl::Status status = ParseXml(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(status.message(), HasSubstr("DOCTYPE")) << text;
  }
}

TEST(ParseXml, BoundsAreNamed) {
  XmlBounds bounds;
  bounds.max_depth = 3;
  bounds.max_elements = 5;
  bounds.max_bytes = 60;
  EXPECT_TRUE(ParseXml("<a><b><c/></b><b/></a>", bounds).ok());
  EXPECT_THAT(ParseXml("<a><b><c><d/></c></b></a>", bounds).status().message(),
              HasSubstr("max_depth"));
  EXPECT_THAT(ParseXml("<a><b/><b/><b/><b/><b/></a>", bounds).status().message(),
              HasSubstr("max_elements"));
  const absl::Status status =
      ParseXml(absl::StrCat("<a>", std::string(60, 'x'), "</a>"), bounds).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(status.message(), HasSubstr("max_bytes"));
}

}  // namespace
}  // namespace cis::crawler
