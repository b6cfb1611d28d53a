// SPDX-License-Identifier: Apache-2.0

// Properties that hold for any list of flavors and networks: what must not matter does not, and
// nothing that a site sends stops the records beside it. Every test draws from a fixed seed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::mt19937::result_type kSeed = 20261122;

std::vector<std::string> Lines(Kind kind, const json& body) {
  const auto text = NormalizeToJsonLines(CompiledRules(), kind, body.dump());
  EXPECT_TRUE(text.ok()) << text.status();
  return absl::StrSplit(text.value_or(""), '\n', absl::SkipEmpty());
}

std::vector<std::string> SortedLines(Kind kind, const json& body) {
  std::vector<std::string> lines = Lines(kind, body);
  std::sort(lines.begin(), lines.end());
  return lines;
}

// A project with every kind of network, as its lists show it.
json Project() {
  return json::parse(R"({
    "project_id": "p",
    "networks": [
      {"id": "e1", "name": "public", "router:external": true, "shared": false, "project_id": "admin",
       "subnets": ["e1a", "e1b"], "ipv6_address_scope": "six"},
      {"id": "e2", "name": "campus", "router:external": true, "shared": false, "project_id": "admin",
       "subnets": ["e2a"], "is_default": true},
      {"id": "e3", "name": "hidden", "router:external": true, "shared": true, "project_id": "admin",
       "subnets": ["e3a"]},
      {"id": "n1", "name": "mine", "router:external": false, "shared": false, "project_id": "p",
       "subnets": ["n1a", "n1b"], "ipv6_address_scope": "six"},
      {"id": "n2", "name": "internal", "router:external": false, "shared": true,
       "project_id": "admin", "subnets": ["n2a"]},
      {"id": "n3", "name": "faux", "router:external": false, "shared": true,
       "project_id": "stranger", "subnets": ["n3a", "n3b"]},
      {"id": "n4", "name": "down", "router:external": false, "shared": false, "project_id": "p",
       "status": "DOWN", "subnets": []}],
    "subnets": [
      {"id": "n1a", "network_id": "n1", "cidr": "192.168.1.0/24"},
      {"id": "n1b", "network_id": "n1", "cidr": "2001:610::/64"},
      {"id": "n2a", "network_id": "n2", "cidr": "10.1.0.0/16"},
      {"id": "n3a", "network_id": "n3", "cidr": "131.159.0.0/24"},
      {"id": "n3b", "network_id": "n3", "cidr": "10.9.0.0/24"}],
    "floatingip_pools": [
      {"network_id": "e1", "subnet_id": "e1a", "cidr": "141.51.0.0/24"},
      {"network_id": "e1", "subnet_id": "e1b", "cidr": "141.52.0.0/24"},
      {"network_id": "e2", "subnet_id": "e2a", "cidr": "10.20.0.0/16"}],
    "routers": [
      {"id": "r1", "project_id": "p", "external_gateway_info": {"network_id": "e1",
       "external_fixed_ips": [{"subnet_id": "e1a", "ip_address": "141.51.0.9"},
                              {"subnet_id": "e1b", "ip_address": "141.52.0.9"}]}},
      {"id": "r2", "project_id": "p", "external_gateway_info": {"network_id": "e3",
       "external_fixed_ips": [{"subnet_id": "e3a", "ip_address": "193.144.35.7"}]}}],
    "ports": [
      {"device_id": "r1", "device_owner": "network:router_interface", "network_id": "n1"},
      {"device_id": "r2", "device_owner": "network:router_interface", "network_id": "n2"}],
    "floatingips": [
      {"id": "f1", "floating_network_id": "e1", "floating_ip_address": "141.51.0.10"},
      {"id": "f2", "floating_network_id": "e3", "floating_ip_address": "193.144.35.8"}]})");
}

TEST(NormalizeProperties, TheOrderOfListsSettlesNothing) {
  const std::vector<std::string> expected = SortedLines(Kind::kNetworks, Project());
  ASSERT_EQ(expected.size(), 7U);
  std::mt19937 random(kSeed);
  for (int round = 0; round < 100; ++round) {
    json body = Project();
    for (auto& [key, list] : body.items()) {
      if (!list.is_array()) continue;
      std::shuffle(list.begin(), list.end(), random);
      for (json& record : list) {
        if (record.contains("subnets")) {
          std::shuffle(record["subnets"].begin(), record["subnets"].end(), random);
        }
      }
    }
    ASSERT_EQ(SortedLines(Kind::kNetworks, body), expected) << body.dump();
  }
}

// Facts of the record, without the evidence, which quotes what the site wrote.
json Facts(const json& flavor) {
  const std::vector<std::string> lines = Lines(Kind::kFlavors, json::array({flavor}));
  json facts = lines.size() == 1 ? json::parse(lines[0]) : json();
  facts.erase("evidence");
  return facts;
}

std::string RandomCase(std::string text, std::mt19937* random) {
  for (char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    c = (*random)() % 2 == 0 ? absl::ascii_toupper(byte) : absl::ascii_tolower(byte);
  }
  return text;
}

TEST(NormalizeProperties, CaseOfWordsAndTypesOfNumbersDoNotMatter) {
  const json plain = {{"id", "1"},
                      {"name", "gpu.large"},
                      {"vcpus", 8},
                      {"ram", 16384},
                      {"disk", 0},
                      {"swap", 512},
                      {"OS-FLV-EXT-DATA:ephemeral", 20},
                      {"os-flavor-access:is_public", false},
                      {"extra_specs",
                       {{"Accelerator:Type", "GPU"},
                        {"Accelerator:Number", "2"},
                        {"Accelerator:Model", "NVIDIA A100 80GB PCIe"},
                        {"gpu_vendor", "NVIDIA Corporation"},
                        {"pci_passthrough:alias", "a100:2"}}}};
  const json expected = Facts(plain);
  ASSERT_EQ(expected["gpu_model"], "A100 80GB PCIe");
  std::mt19937 random(kSeed);
  for (int round = 0; round < 100; ++round) {
    json flavor = plain;
    for (const char* key : {"vcpus", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral"}) {
      const auto number = plain[key].get<int64_t>();
      switch (random() % 3) {
        case 0:
          flavor[key] = absl::StrCat(" ", number);
          break;
        case 1:
          flavor[key] = static_cast<double>(number);
          break;
        default:
          break;
      }
    }
    flavor["os-flavor-access:is_public"] = RandomCase("false", &random);
    flavor["extra_specs"] = json::object();
    for (const auto& [key, value] : plain["extra_specs"].items()) {
      std::string text = RandomCase(value.get<std::string>(), &random);
      if (key == "Accelerator:Number" && random() % 2 == 0) text = "2.0";
      flavor["extra_specs"][RandomCase(key, &random)] = text;
    }
    ASSERT_EQ(Facts(flavor), expected) << flavor.dump();
  }
}

// Random values of any type under the keys that the rules read.
class JsonMaker {
 public:
  JsonMaker() : random_(kSeed) {}

  json Value(int depth) {
    switch (Pick(depth > 0 ? 11 : 9)) {
      case 0:
        return nullptr;
      case 1:
        return Pick(2) == 0;
      case 2:
        return static_cast<int64_t>(Pick(100000)) - 50000;
      case 3:
        return static_cast<double>(Pick(1000)) / 7 - 50;
      case 4:
        return std::string(Pick(Pick(40) == 0 ? 70000 : 200), 'a');
      case 5:
        return std::string("\xff\xfe\x00 a100:2", 10);
      case 6:
        return Word();
      case 7:
        return absl::StrCat(Pick(300), ".", Pick(300), ".", Pick(300), ".0/", Pick(40));
      case 8:
        return absl::StrCat(Word(), Pick(2) == 0 ? ":" : "=", static_cast<int>(Pick(9)) - 2);
      case 9: {
        json list = json::array();
        for (std::size_t i = Pick(4); i > 0; --i) list.push_back(Value(depth - 1));
        return list;
      }
      default: {
        json object = json::object();
        for (std::size_t i = Pick(8); i > 0; --i) object[Word()] = Value(depth - 1);
        return object;
      }
    }
  }

  std::size_t Pick(std::size_t count) { return random_() % count; }

 private:
  std::string Word() {
    static const auto* const kWords = new std::vector<std::string>{"id",
                                                                   "name",
                                                                   "vcpus",
                                                                   "ram",
                                                                   "disk",
                                                                   "swap",
                                                                   "extra_specs",
                                                                   "properties",
                                                                   "description",
                                                                   "Accelerator:Type",
                                                                   "Accelerator:Number",
                                                                   "Accelerator:Model",
                                                                   "gpu_number",
                                                                   "gpu_model",
                                                                   "gpu_memory",
                                                                   "pci_passthrough:alias",
                                                                   "resources:VGPU",
                                                                   "resources:CUSTOM_PCI_10DE_20B0",
                                                                   "trait:CUSTOM_GPU",
                                                                   "required",
                                                                   "GPU",
                                                                   "a100-40c",
                                                                   "1g.5gb",
                                                                   "SCS-4V-16-50_GNa-72-24",
                                                                   "scs:name-v2",
                                                                   "hw:cpu_policy",
                                                                   "type",
                                                                   "s== gpu",
                                                                   "router:external",
                                                                   "shared",
                                                                   "status",
                                                                   "subnets",
                                                                   "network_id",
                                                                   "cidr",
                                                                   "gateway_ip",
                                                                   "external_gateway_info",
                                                                   "ip_address",
                                                                   "external_fixed_ips",
                                                                   "device_id",
                                                                   "device_owner",
                                                                   "floating_network_id",
                                                                   "project_id",
                                                                   "floating_ip_address",
                                                                   "subnet_id",
                                                                   "ip_version",
                                                                   "e",
                                                                   "p",
                                                                   "2001:db8::/32",
                                                                   "10.0.0.0/8",
                                                                   "-",
                                                                   "99999999999999999999",
                                                                   "1e308",
                                                                   "NaN",
                                                                   "x2xgpux4xT4"};
    return (*kWords)[Pick(kWords->size())];
  }

  std::mt19937 random_;
};

std::string Dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

TEST(NormalizeProperties, NoJsonStopsTheNormalisation) {
  JsonMaker maker;
  for (int round = 0; round < 200; ++round) {
    json body = json::object();
    for (const char* key : {"flavors", "networks", "subnets", "routers", "ports", "floatingips",
                            "floatingip_pools", "project_id"}) {
      body[key] = json::array();
      for (std::size_t i = maker.Pick(5); i > 0; --i) body[key].push_back(maker.Value(3));
      if (maker.Pick(8) == 0) body[key] = maker.Value(2);
    }
    for (const Kind kind : {Kind::kFlavors, Kind::kNetworks}) {
      std::vector<std::string> skipped;
      const auto text = NormalizeToJsonLines(CompiledRules(), kind, Dump(body), &skipped);
      if (!text.ok()) {
        EXPECT_THAT(text.status().message(), HasSubstr("must be")) << Dump(body).substr(0, 500);
        continue;
      }
      for (absl::string_view line : absl::StrSplit(*text, '\n', absl::SkipEmpty())) {
        EXPECT_TRUE(json::accept(std::string(line)));
      }
    }
  }
}

TEST(NormalizeProperties, BadRecordsLeaveTheOthersAsTheyAre) {
  const json good = json::array({{{"id", "g1"}, {"name", "m1"}, {"vcpus", 1}, {"ram", 512}},
                                 {{"id", "g2"}, {"name", "gpu"}, {"extra_specs", {{"gpu", "2"}}}},
                                 {{"id", "g3"}, {"name", "SCS-4V-16-50s_a1"}}});
  const std::vector<std::string> expected = SortedLines(Kind::kFlavors, good);
  JsonMaker maker;
  for (int round = 0; round < 100; ++round) {
    json list = good;
    std::size_t bad = 0;
    for (std::size_t i = maker.Pick(6); i > 0; --i) {
      json junk = maker.Value(2);
      if (junk.is_object()) {  // neither id nor name: it cannot be told apart
        junk.erase("id");
        junk.erase("name");
      }
      list.insert(list.begin() + static_cast<std::ptrdiff_t>(maker.Pick(list.size() + 1)), junk);
      ++bad;
    }
    std::vector<std::string> skipped;
    const auto text = NormalizeToJsonLines(CompiledRules(), Kind::kFlavors,
                                           Dump(json{{"flavors", list}}), &skipped);
    ASSERT_TRUE(text.ok()) << text.status();
    std::vector<std::string> lines = absl::StrSplit(*text, '\n', absl::SkipEmpty());
    // Evidence and warnings name no position, so the lines are the same.
    std::sort(lines.begin(), lines.end());
    EXPECT_EQ(lines, expected);
    EXPECT_EQ(skipped.size(), bad);
  }
}

Observation CrawledFlavors(const std::string& body) {
  Observation observation;
  observation.kind = Kind::kFlavors;
  Document document;
  document.name = "flavors";
  document.status = 200;
  document.body = body;
  observation.documents.push_back(document);
  return observation;
}

TEST(NormalizeProperties, RepeatedAndMissingIdsAreSkippedCountedAndNamed) {
  const auto records = Normalize(
      CompiledRules(),
      CrawledFlavors(
          R"({"flavors": [{"id": "1", "name": "a"}, {"name": "lost"}, {"id": "1", "name": "b"}]})"));
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->flavors.size(), 1U);
  EXPECT_EQ(records->flavors[0].name, "a");
  EXPECT_EQ(records->skipped_count, 2);
  EXPECT_THAT(records->skipped_reasons,
              testing::UnorderedElementsAre(HasSubstr("\"lost\" has no id"),
                                            HasSubstr("id \"1\" appears twice")));
}

TEST(NormalizeProperties, ANetworkWithoutIdIsSkippedAndNamed) {
  Observation observation;
  observation.kind = Kind::kNetworks;
  Document document;
  document.name = "networks";
  document.status = 200;
  document.body =
      R"({"networks": [{"name": "lost"}, {"id": "n"}, {"id": "n"}, {"id": "n", "name": "m"}]})";
  observation.documents.push_back(document);
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->network_set.networks.size(), 1U);
  EXPECT_EQ(records->skipped_count, 2);
}

}  // namespace
}  // namespace cis::crawler
