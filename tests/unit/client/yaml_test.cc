// SPDX-License-Identifier: Apache-2.0
#include "client/format/yaml.h"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

namespace cis::client {
namespace {

using Json = nlohmann::ordered_json;

TEST(Yaml, WritesBlocks) {
  const Json json = {{"name", "a"}, {"count", 3}, {"list", {"x", "y"}}, {"none", nullptr}};
  EXPECT_EQ(FormatYaml(json), "name: a\ncount: 3\nlist:\n  - x\n  - \"y\"\nnone: ~\n");
}

TEST(Yaml, ValuesKeepTheirKinds) {
  const YAML::Node node = YAML::Load(FormatYaml(Json{{"t", true}, {"n", nullptr}, {"d", 0.5}}));
  EXPECT_TRUE(node["t"].as<bool>());
  EXPECT_TRUE(node["n"].IsNull());
  EXPECT_EQ(node["d"].as<double>(), 0.5);
}

TEST(Yaml, EmptyListsAndMapsAreWritten) {
  const YAML::Node node =
      YAML::Load(FormatYaml(Json{{"a", Json::array()}, {"b", Json::object()}, {"c", 1}}));
  EXPECT_TRUE(node["a"].IsSequence());
  EXPECT_TRUE(node["b"].IsMap());
  EXPECT_EQ(node["c"].as<int>(), 1);
}

TEST(Yaml, QuotesStringsThatReadersWouldTakeForSomethingElse) {
  for (const char* text :
       {"22.04", "1e3",  "yes",  "No",    "null",      "~",        "",         "2026-01-02", "- x",
        "a: b",  "0x10", "true", "NaN",   "#x",        "*a",       "&a",       "!t",         "a #b",
        "12:30", "=",    "y",    " lead", "new\nline", "\x1b[31m", "quote\"s", "back\\slash"}) {
    const std::string yaml = FormatYaml(Json{{"v", text}});
    EXPECT_EQ(YAML::Load(yaml)["v"].as<std::string>(), text) << yaml;
    EXPECT_EQ(YAML::Load(yaml)["v"].Tag(), "!") << yaml;  // quoted
  }
}

TEST(Yaml, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(FormatYaml(Json{{"v", "\x1b[31m"}}).find('\x1b'), std::string::npos);
}

TEST(Yaml, OrdinaryNamesStayPlain) {
  EXPECT_EQ(FormatYaml(Json{{"v", "net-vo.access.egi.eu"}}), "v: net-vo.access.egi.eu\n");
}

}  // namespace
}  // namespace cis::client
