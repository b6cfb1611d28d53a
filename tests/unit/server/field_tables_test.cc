// What can be asked is written down where people look: README of the room, comments of the API.

#include "server/service/field_tables.h"

#include <fstream>
#include <iterator>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace cis {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(absl::StrCat(CIS_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Table {
  std::string list;     // as in the README
  std::string request;  // message in the proto
  const FieldTable* fields;
};

std::vector<Table> AllTables() {
  return {{"sites", "ListSitesRequest", &SiteFields()},
          {"endpoints", "ListEndpointsRequest", &EndpointFields()},
          {"vos", "ListVosRequest", &VoFields()},
          {"shares", "ListSharesRequest", &ShareFields()},
          {"flavors", "ListFlavorsRequest", &FlavorFields()},
          {"images", "ListImagesRequest", &ImageFields()},
          {"networks", "ListNetworksRequest", &NetworkFields()},
          {"crawls", "ListCrawlsRequest", &CrawlFields()}};
}

// The text from `start` to the first `end` after it.
std::string Between(const std::string& text, const std::string& start, const std::string& end) {
  const size_t from = text.find(start);
  EXPECT_NE(from, std::string::npos) << start;
  if (from == std::string::npos) return "";
  return text.substr(from, text.find(end, from) - from);
}

TEST(FieldTables, EveryFieldIsInTheReadmeAndInTheApi) {
  const std::string readme = ReadFile("server/query/README.md");
  const std::string proto = ReadFile("proto/cis/v1/inventory.proto");
  for (const Table& table : AllTables()) {
    const std::string row = Between(readme, absl::StrCat("| ", table.list, " | `"), "\n");
    const std::string message =
        Between(proto, absl::StrCat("message ", table.request, " {"), "\n}");
    const std::string filter = Between(message, "Fields:", "string filter");
    for (const Field& field : *table.fields) {
      EXPECT_TRUE(absl::StrContains(row, absl::StrCat("`", field.name, "`")))
          << table.list << " " << field.name;
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
    for (const Field& field : *table.fields) {
      EXPECT_TRUE(names.insert(field.name).second) << table.list << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace cis
