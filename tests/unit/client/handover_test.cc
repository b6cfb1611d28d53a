// SPDX-License-Identifier: Apache-2.0
#include "client/handover/handover.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>
#include <string>

#include "client/text/quote.h"

namespace cis::client {
namespace {

using ::testing::HasSubstr;

TEST(Quote, HclStringsHaveNoInterpolation) {
  EXPECT_EQ(QuoteHcl("a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\"");
  EXPECT_EQ(QuoteHcl("${file(\"x\")} %{if} $${a}"),
            "\"\\u0024{file(\\\"x\\\")} \\u0025{if} $\\u0024{a}\"");
  EXPECT_EQ(QuoteHcl("\x1b"), "\"\\u001B\"");
}

TEST(Quote, AnsibleStringsAreReadBackAsTheyWere) {
  for (const std::string text : {"plain", "a: b # c", "{{ lookup('pipe', 'id') }}", "{% x %}",
                                 "line\nline\r\t\x01\x7f", "\xe2\x80\xa8\xc2\x85\xef\xbb\xbf",
                                 "Größe \xf0\x9f\x98\x80", "\"quotes\" 'and' \\", "yes", ""}) {
    EXPECT_EQ(YAML::Load(QuoteAnsible(text)).as<std::string>(), text);
  }
  EXPECT_EQ(YAML::Load(QuoteAnsible("{{ a }}")).Tag(), "!unsafe");
  EXPECT_EQ(QuoteAnsible("{ a }"), "\"{ a }\"");
}

v1::Placement HostilePlacement(const std::string& text) {
  v1::Placement p;
  p.set_site_name(text);
  p.set_keystone_url("https://a/v3");
  p.mutable_machine()->mutable_flavor()->set_upstream_id("1");
  p.mutable_machine()->mutable_flavor()->set_display_name(text);
  p.mutable_machine()->mutable_image()->set_upstream_id("2");
  p.mutable_machine()->mutable_image()->set_display_name(text);
  p.mutable_machine()->mutable_network()->mutable_network()->set_display_name(text);
  return p;
}

std::string Text(const v1::Placement& placement, Format format,
                 const v1::PlacementQuery& query = {}) {
  const absl::StatusOr<std::string> text = FormatHandover(placement, query, format);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

TEST(Handover, NamesFromSitesArriveUnchanged) {
  const std::string name = "x\"'\n${a}%{b}{{ c }}$(d)`e`\\";
  const v1::Placement p = HostilePlacement(name);
  EXPECT_EQ(nlohmann::json::parse(Text(p, Format::kTerraformExternal))["flavor_name"], name);
  EXPECT_EQ(YAML::Load(Text(p, Format::kAnsible))["cis_image_name"].as<std::string>(), name);
  EXPECT_THAT(Text(p, Format::kEnv),
              HasSubstr("export CIS_SITE='x\"'\\''\n${a}%{b}{{ c }}$(d)`e`\\'\n"));
  EXPECT_THAT(Text(p, Format::kTfvars),
              HasSubstr("\"x\\\"'\\n\\u0024{a}\\u0025{b}{{ c }}$(d)`e`\\\\\""));
}

TEST(Handover, TerraformReadsStringsOnly) {
  v1::Placement p = HostilePlacement("a");
  p.mutable_machine()->mutable_network()->add_unattached_floating_ip_ids("f1");
  p.mutable_machine()->mutable_network()->add_unattached_floating_ip_ids("f2");
  const nlohmann::json json = nlohmann::json::parse(Text(p, Format::kTerraformExternal));
  for (const auto& [key, value] : json.items()) EXPECT_TRUE(value.is_string()) << key;
  EXPECT_EQ(json["unattached_floating_ip_ids"], "f1,f2");
  EXPECT_EQ(json["boot_volume_gib"], "");
}

TEST(Handover, AnsibleTakesAFloatingIpOnlyIfOneIsWanted) {
  v1::Placement p = HostilePlacement("a");
  p.mutable_machine()->mutable_network()->mutable_external_network()->set_display_name("public");
  EXPECT_EQ(YAML::Load(Text(p, Format::kAnsible))["cis_server"]["auto_ip"].as<bool>(), false);
  v1::PlacementQuery query;
  query.mutable_network()->set_public_v4(v1::ADDRESS_REQUIREMENT_REQUIRED);
  const YAML::Node server = YAML::Load(Text(p, Format::kAnsible, query))["cis_server"];
  EXPECT_EQ(server["auto_ip"].as<bool>(), true);
  EXPECT_EQ(server["floating_ip_pools"][0].as<std::string>(), "public");
}

TEST(Handover, RefusesANulInAShellVariable) {
  const auto text = FormatHandover(HostilePlacement(std::string("a\0b", 3)), {}, Format::kEnv);
  EXPECT_EQ(text.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Handover, OnlyPlacementsCanBeHandedOver) {
  EXPECT_FALSE(FormatHandover(HostilePlacement("a"), {}, Format::kTable).ok());
}

}  // namespace
}  // namespace cis::client
