// SPDX-License-Identifier: Apache-2.0

// proto/FIELDS.md is what the descriptions in fields.h and the tables of lists say.

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "schema/model/fields.h"
#include "server/service/described_fields.h"
#include "server/service/field_tables.h"

namespace cis::server {
namespace {

constexpr char kPath[] = CIS_SOURCE_DIR "/proto/FIELDS.md";

constexpr char kHead[] =
    R"(# Fields of `cis.v1`

Made from `schema/model/fields.h` and `server/service/field_tables.cc`; a test compares. After a change there:

    CIS_RENEW=1 ctest --preset dev -R FieldReference

- **Filter, order**: what `filter` and `order_by` of the list may name. `server/query/README.md` has the language. A word may be written
  as here or as the value of the API's enum (`floating-pool`, `NETWORK_USE_FLOATING_POOL`); open lists are texts, of which these are the
  known ones.
- **Override**: what an overrides file may set (`crawler/overrides/README.md`), under the name in the last column or, where that is empty, the
  first.
- **Lines**: the name in the output of `cis-crawler normalize`.
)";

// What a member of a type holds.
template <typename Record, typename Member>
std::string HoldsOf(const FieldInfo<Record>& info) {
  std::string text;
  if constexpr (requires(const Member& member) { member->begin()->first; }) {
    text = "map of texts";
  } else if constexpr (requires(const Member& member) { member.begin()->first; }) {
    text = "map";
  } else {
    text = std::string(FormatFieldType(ListedType<Record, Member>(info)));
    if (text == "list") text = "list of texts";
  }
  if (info.unit != Unit::kNone) absl::StrAppend(&text, " of ", FormatUnit(info.unit));
  if (info.words != nullptr) {
    absl::StrAppend(&text, ": `", absl::StrJoin(info.words->words, "` `"), "`");
    if (!info.words->is_closed()) absl::StrAppend(&text, " ...");
  }
  return text;
}

std::string UsesOf(FieldType type) {
  return type == FieldType::kTextList ? "filter" : "filter, order";
}

// What an override may write.
template <typename Record, typename Member>
std::string OverrideOf(const FieldInfo<Record>& info) {
  if (!info.Has(kSettable)) return "";
  if (info.words != nullptr) return "one of the words";
  if (info.form == TextForm::kDay) return "day";
  if (info.form == TextForm::kId) return "lower-case id";
  if constexpr (std::is_same_v<Member, Tristate>) return "yes, no";
  if constexpr (std::is_same_v<Member, std::optional<int64_t>>) return "whole number";
  if constexpr (kIsText<Member>) return "text";
  return ListedType<Record, Member>(info) == FieldType::kNumber ? "number" : "true, false";
}

std::string RowOf(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

// One table of a noun, with the fields of `fields` that are not its record's at the end.
template <typename Record>
std::string NounTable(absl::string_view noun, const FieldSpecs& fields) {
  std::string text = absl::StrCat("\n## ", noun, "\n\n");
  absl::StrAppend(&text, RowOf({"field", "holds", "filter, order", "override", "lines"}),
                  "|---|---|---|---|---|\n");
  std::vector<absl::string_view> described;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    using Member = std::remove_cvref_t<decltype(std::declval<Record>().*field.member)>;
    const FieldInfo<Record>& info = field.info;
    if (info.name.empty()) return;
    described.push_back(info.name);
    text += RowOf({absl::StrCat("`", info.name, "`"), HoldsOf<Record, Member>(info),
                   info.Has(kListed) ? UsesOf(ListedType<Record, Member>(info)) : "",
                   OverrideOf<Record, Member>(info),
                   info.Has(kInLines) || (info.Has(kSettable) && info.member != info.name)
                       ? absl::StrCat("`", info.member, "`")
                       : ""});
  });
  for (const FieldSpec& field : fields) {
    if (std::find(described.begin(), described.end(), field.name) != described.end()) continue;
    text += RowOf({absl::StrCat("`", field.name, "`"),
                   field.type == FieldType::kTextList ? "list of texts"
                                                      : std::string(FormatFieldType(field.type)),
                   UsesOf(field.type), "", ""});
  }
  return text;
}

std::string ListRow(absl::string_view list, const FieldSpecs& fields) {
  std::vector<std::string> names;
  for (const FieldSpec& field : fields) {
    std::string name = absl::StrCat("`", field.name, "`");
    if (field.type == FieldType::kWord) {
      absl::StrAppend(&name, " (", absl::StrJoin(field.words->words, ", "), ")");
    } else if (field.type != FieldType::kText) {
      absl::StrAppend(&name, " (", FormatFieldType(field.type), ")");
    }
    names.push_back(std::move(name));
  }
  return RowOf({std::string(list), absl::StrJoin(names, ", ")});
}

std::string MakeReference() {
  return absl::StrCat(kHead, NounTable<Flavor>("Flavors", FlavorFields().specs()),
                      NounTable<Image>("Images", ImageFields().specs()),
                      NounTable<Network>("Networks", NetworkFields().specs()),
                      "\n## Other lists\n\nFilter and order; without a type: text.\n\n| list | "
                      "fields |\n|---|---|\n",
                      ListRow("sites", SiteFields().specs()),
                      ListRow("endpoints", EndpointFields().specs()),
                      ListRow("vos", VoFields().specs()), ListRow("shares", ShareFields().specs()),
                      ListRow("crawls", CrawlFields().specs()),
                      ListRow("problems of sites", SiteProblemFields().specs()),
                      ListRow("offers of sites", OfferFields().specs()));
}

TEST(FieldReference, IsUpToDate) {
  const std::string made = MakeReference();
  if (std::getenv("CIS_RENEW") != nullptr) std::ofstream(kPath) << made;
  std::ifstream file(kPath);
  const std::string written(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(written, made) << "renew it: CIS_RENEW=1 ctest --preset dev -R FieldReference";
}

}  // namespace
}  // namespace cis::server
