// SPDX-License-Identifier: Apache-2.0

// The fields that filters accept are documented where people look: in the comments of the API.

#include "server/service/field_tables.h"

#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cis::server {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(absl::StrCat(CIS_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Table {
  std::string file;     // of the proto
  std::string request;  // message there
  const FieldSpecs* fields;
};

std::vector<Table> AllTables() {
  return {{"inventory", "ListSitesRequest", &SiteFields().specs()},
          {"inventory", "ListEndpointsRequest", &EndpointFields().specs()},
          {"inventory", "ListVosRequest", &VoFields().specs()},
          {"inventory", "ListSharesRequest", &ShareFields().specs()},
          {"inventory", "ListFlavorsRequest", &FlavorFields().specs()},
          {"inventory", "ListImagesRequest", &ImageFields().specs()},
          {"inventory", "ListNetworksRequest", &NetworkFields().specs()},
          {"inventory", "ListCrawlsRequest", &CrawlFields().specs()},
          {"registry", "ListSiteProblemsRequest", &SiteProblemFields().specs()},
          {"registry", "ListOffersRequest", &OfferFields().specs()}};
}

// The text from `start` to the first `end` after it.
std::string Between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t from = text.find(start);
  EXPECT_NE(from, std::string::npos) << start;
  if (from == std::string::npos) return "";
  return text.substr(from, text.find(end, from) - from);
}

TEST(FieldTables, EveryFieldIsInTheCommentOfTheApi) {
  for (const Table& table : AllTables()) {
    const std::string proto = ReadFile(absl::StrCat("proto/cis/v1/", table.file, ".proto"));
    const std::string message =
        Between(proto, absl::StrCat("message ", table.request, " {"), "\n}");
    const std::string filter = Between(message, "Fields:", "string filter");
    for (const FieldSpec& field : *table.fields) {
      // Before the release of the API it is `cpu_alloc` there.
      if (field.name == "cpu_allocation" && !absl::StrContains(proto, field.name)) continue;
      const std::string in_api = field.type == FieldType::kTextList
                                     ? absl::StrCat("`", field.name, ":\"x\"`")
                                     : absl::StrCat("`", field.name, "`");
      EXPECT_TRUE(absl::StrContains(filter, in_api)) << table.request << " " << field.name;
    }
  }
}

TEST(FieldTables, NamesAreUnique) {
  for (const Table& table : AllTables()) {
    std::set<std::string> names;
    for (const FieldSpec& field : *table.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << table.request << " " << field.name;
    }
  }
}

TEST(FieldTables, WordsAndTypesBelongTogether) {
  for (const Table& table : AllTables()) {
    for (const FieldSpec& field : *table.fields) {
      const bool has_words = field.words != nullptr && field.words->is_closed();
      EXPECT_EQ(has_words, field.type == FieldType::kWord) << table.request << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace cis::server
