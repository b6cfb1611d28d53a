// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "net/http/limit.h"

namespace cis::crawler {
namespace {

TEST(Limit, EveryOneHasANameOfItsOwn) {
  std::set<absl::string_view> names;
  for (const Limit limit : kAllLimits) {
    EXPECT_NE(FormatLimit(limit), "");
    EXPECT_TRUE(names.insert(FormatLimit(limit)).second) << FormatLimit(limit);
  }
}

TEST(Limit, TheTableOfTheReadmeHasAllAndNoOther) {
  std::ifstream file(absl::StrCat(CIS_SOURCE_DIR, "/net/http/README.md"));
  std::stringstream text;
  text << file.rdbuf();
  std::set<std::string> told;
  bool in_table = false;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(text.str(), '\n'))) {
    if (absl::StartsWith(line, "## ")) in_table = line == "## Limits";
    if (!in_table || !absl::StartsWith(line, "| `")) continue;
    const std::vector<std::string> cells = absl::StrSplit(line, '`');
    told.insert(cells.at(1));
  }
  std::set<std::string> all;
  for (const Limit limit : kAllLimits) all.insert(std::string(FormatLimit(limit)));
  EXPECT_EQ(told, all);
}

TEST(Limit, StaysWithAnErrorThatGetsOtherWords) {
  const absl::Status status = MakeLimitError(absl::StatusCode::kResourceExhausted,
                                             ErrorClass::kLimit, Limit::kListPages, "too many");
  const absl::Status reworded = Reword(status, "images: too many");
  EXPECT_EQ(GetLimit(reworded), Limit::kListPages);
  EXPECT_EQ(GetErrorClass(reworded), ErrorClass::kLimit);
  EXPECT_EQ(reworded.message(), "images: too many");
  EXPECT_EQ(GetLimit(absl::InternalError("x")), std::nullopt);
  EXPECT_EQ(GetLimit(absl::OkStatus()), std::nullopt);
}

}  // namespace
}  // namespace cis::crawler
