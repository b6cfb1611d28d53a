// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "crawler/normalize/os_version.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

std::string Version(absl::string_view scheme, absl::string_view text) {
  const TokenList list = CompiledRules().tokenizer.Tokenize(text);
  const auto match = MatchVersion(scheme, list.tokens, 0);
  return match.has_value() ? match->version : "";
}

TEST(OsVersion, ReadsEachScheme) {
  const std::vector<std::tuple<const char*, const char*, const char*>> rows = {
      {"ubuntu", "22.04.4", "22.04"},
      {"ubuntu", "2204", "22.04"},
      {"ubuntu", "14_04", "14.04"},
      {"ubuntu", "22", "22"},
      {"ubuntu", "6.06", "6.06"},
      {"ubuntu", "22.05", ""},
      {"ubuntu", "9", ""},
      {"debian", "12.5", "12"},
      {"debian", "9", "9"},
      {"debian", "3.10", ""},
      {"debian", "99", ""},
      {"el", "9.4", "9.4"},
      {"el", "7.9.2009", "7.9"},
      {"el", "7.2009", "7"},
      {"el", "19", ""},
      {"el", "6.10", "6.10"},
      {"el", "79", "7.9"},
      {"el", "810", "8.10"},
      {"el", "64", ""},
      {"el", "64.5", ""},
      {"el", "19", ""},
      {"leap", "423", "42.3"},
      {"integer", "40.1", "40"},
      {"integer", "404", ""},
      {"leap", "15.6", "15.6"},
      {"leap", "42.3", "42.3"},
      {"leap", "tumbleweed", "tumbleweed"},
      {"leap", "9", ""},
      {"sles", "15 SP6", "15.6"},
      {"sles", "15.0", "15"},
      {"sles", "12.5", "12.5"},
      {"sles", "15", "15"},
      {"windows", "2012 R2", "2012 r2"},
      {"windows", "2016 R2", "2016"},
      {"windows", "2k19", "2019"},
      {"windows", "8.1", "8.1"},
      {"windows", "2021", ""},
      {"euler", "22.03", "22.03"},
      {"minor", "3.18.4", "3.18"},
      {"full", "0.6.2", "0.6.2"},
      {"full", "6", ""},
      {"container", "3510.2.8", "3510.2.8"},
      {"container", "40.1", ""},
      {"amazon", "2023", "2023"},
      {"alt", "p9", "p9"},
      {"none", "5", ""}};
  for (const auto& [scheme, text, version] : rows) {
    EXPECT_EQ(Version(scheme, text), version) << scheme << " " << text;
  }
}

TEST(OsVersion, DatesAndArchitecturesAreNoReleases) {
  EXPECT_EQ(Version("minor", "2024.05.01"), "");
  EXPECT_EQ(Version("el", "x86_64"), "");
  EXPECT_EQ(Version("ubuntu", "20240501"), "");
}

}  // namespace
}  // namespace cis::crawler
