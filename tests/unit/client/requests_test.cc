// SPDX-License-Identifier: Apache-2.0
#include "client/cli/requests.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "client/cli/query_file.h"

namespace cis::client {
namespace {

// The request for placements of a command line.
v1::FindPlacementsRequest FindRequest(std::vector<std::string> flags) {
  std::vector<std::string> arguments = {"place", "--vo", "v"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  const ParsedArguments parsed = ParseArguments(arguments, "");
  EXPECT_TRUE(parsed.options.has_value()) << parsed.err;
  const auto request = MakeFindRequest(parsed.options->place);
  EXPECT_TRUE(request.ok()) << request.status();
  return request.value_or(v1::FindPlacementsRequest());
}

void ExpectFindRequest(std::vector<std::string> flags, const std::string& text) {
  v1::FindPlacementsRequest expected;
  for (const std::string& part :
       {std::string("query { vos: 'v' machine {} network {} } page_size: 500"), text}) {
    ASSERT_TRUE(google::protobuf::TextFormat::MergeFromString(part, &expected)) << part;
  }
  const v1::FindPlacementsRequest request = FindRequest(std::move(flags));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(request, expected))
      << request.DebugString();
}

void ExpectQuery(std::vector<std::string> flags, const std::string& query) {
  ExpectFindRequest(std::move(flags), "query { " + query + " }");
}

TEST(PlaceRequest, FlagsBecomeFields) {
  ExpectFindRequest({}, "");
  ExpectQuery({"--vcpus", "2..4", "--ram", "8G", "--gpus", "0"},
              "machine { vcpu_count { min: 2 max: 4 } ram_mib { min: 8192 } "
              "gpu_count { min: 0 } }");
  ExpectQuery({"--os", "el>=9", "--image", "x"},
              "image { os { distro: 'el' relation: VERSION_RELATION_AT_LEAST version: '9' } "
              "image: 'x' }");
  ExpectQuery({"--os", "Ubuntu:Jammy", "--os", "alma~9"},
              "image { os { distro: 'ubuntu' relation: VERSION_RELATION_EQUAL version: 'jammy' } "
              "os { distro: 'almalinux' relation: VERSION_RELATION_SAME_LINE version: '9' } }");
  ExpectQuery({"--public-ip"}, "network { public_v4: ADDRESS_REQUIREMENT_REQUIRED }");
  ExpectQuery({"--ipv6"}, "network { public_v6: ADDRESS_REQUIREMENT_REQUIRED }");
  ExpectQuery({"--no-public-ip"},
              "network { public_v4: ADDRESS_REQUIREMENT_FORBIDDEN "
              "public_v6: ADDRESS_REQUIREMENT_FORBIDDEN }");
  ExpectQuery({"--no-public-ip", "--ipv6"},
              "network { public_v4: ADDRESS_REQUIREMENT_FORBIDDEN "
              "public_v6: ADDRESS_REQUIREMENT_REQUIRED }");
  ExpectQuery({"--country", "es,Pt"}, "countries: ['ES', 'PT']");
  ExpectQuery({"--max-age", "1500ms"}, "max_age { seconds: 1 nanos: 500000000 }");
  ExpectFindRequest({"--sort-by", "site desc", "--explain", "--count", "-1"},
                    "order_by: 'site desc' query { count: -1 }");
  ExpectQuery({"--no-volume", "--flavor", "m1.*"},
              "machine { allow_boot_from_volume: false flavors: 'm1.*' }");
  ExpectQuery({"--gpu-memory", "40G", "--gpu-kind", "vGPU", "--cpu-alloc", "dedicated"},
              "machine { gpu_memory_mib { min: 40960 } gpu_kind: GPU_KIND_VGPU "
              "cpu_allocation: CPU_ALLOCATION_DEDICATED }");
  ExpectQuery({"--not-flavor", "old.*", "--image-name", "EGI *", "--not-image", "*test*"},
              "machine { excluded_flavors: 'old.*' } "
              "image { images: 'EGI *' excluded_images: '*test*' }");
  ExpectQuery({"--prefer-ipv6"}, "network { public_v6: ADDRESS_REQUIREMENT_PREFERRED }");
  ExpectQuery({"--no-ipv6"}, "network { public_v6: ADDRESS_REQUIREMENT_FORBIDDEN }");
  ExpectQuery({"--prefer-public-ip"}, "network { public_v4: ADDRESS_REQUIREMENT_PREFERRED }");
  ExpectQuery({"--not-country", "es"}, "excluded_countries: 'ES'");
  ExpectQuery({"--weights", "fit=1,freshness=0.5"}, "weights { fit: 1 freshness: 0.5 }");
  ExpectFindRequest({"--page-token", "abc"}, "page_token: 'abc'");
  ExpectQuery({"--total-gpu-memory", "160G", "--zone", "az1", "--like", "sites/a/flavors/f"},
              "machine { total_gpu_memory_mib { min: 163840 } availability_zone: 'az1' "
              "like: 'sites/a/flavors/f' }");
  ExpectQuery({"--next", "sites/a/shares/s\tsites/a/flavors/f\tsites/a/images/i\t-", "--next",
               "sites/b/shares/s"},
              "excluded_placements { share: 'sites/a/shares/s' flavor: 'sites/a/flavors/f' } "
              "excluded_placements { share: 'sites/b/shares/s' }");
}

TEST(QueryFile, IsReadAsItIsWritten) {
  for (const std::vector<std::string>& flags : std::vector<std::vector<std::string>>{
           {},
           {"--vcpus", "2..4", "--ram", "8G", "--os", "ubuntu:22.10", "--os", "debian"},
           {"--public-ip", "--max-age", "26h", "--gpu-kind", "mig", "--weights", "fit=0.5"},
           {"--next", "sites/a/shares/s sites/a/flavors/f", "--no-volume", "--country", "no"}}) {
    const v1::PlacementQuery query = FindRequest(flags).query();
    const auto read = ParseQuery(FormatQuery(query));
    ASSERT_TRUE(read.ok()) << read.status() << FormatQuery(query);
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(query, *read))
        << FormatQuery(query);
  }
}

TEST(QueryFile, TakesWhatAPersonWrites) {
  const auto query = ParseQuery(
      "vos: [ops]\nmachine:\n  vcpuCount: {min: 2}\n  gpu_kind: GPU_KIND_MIG\n"
      "image: {os: [{distro: ubuntu, relation: VERSION_RELATION_AT_LEAST, version: 22.10}]}\n"
      "max_age: 3600s\n");
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_EQ(query->machine().vcpu_count().min(), 2);
  EXPECT_EQ(query->image().os(0).version(), "22.10");
  EXPECT_EQ(query->max_age().seconds(), 3600);
  EXPECT_TRUE(ParseQuery("{\"vos\": [\"ops\"], \"count\": 3}").ok());
}

TEST(QueryFile, ReportsWhatIsWrong) {
  EXPECT_THAT(std::string(ParseQuery("vos: [ops]\nram: 8").status().message()),
              ::testing::HasSubstr("ram"));
  EXPECT_THAT(std::string(ParseQuery("- a").status().message()),
              ::testing::HasSubstr("is not a query"));
  EXPECT_THAT(std::string(ParseQuery("a: [").status().message()),
              ::testing::HasSubstr("is not valid YAML"));
  EXPECT_EQ(ReadQueryFile("/nonexistent/q.yaml").status().code(), absl::StatusCode::kNotFound);
}

TEST(PlaceRequest, WordsOfClosedSetsAreChecked) {
  const auto error_of = [](std::vector<std::string> flags) {
    std::vector<std::string> arguments = {"place", "--vo", "v"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const ParsedArguments parsed = ParseArguments(arguments, "");
    EXPECT_TRUE(parsed.options.has_value()) << parsed.err;
    return std::string(MakeFindRequest(parsed.options->place).status().message());
  };
  EXPECT_EQ(error_of({"--gpu-kind", "virtual"}),
            "--gpu-kind: \"virtual\" is not valid; write one of passthrough, vgpu, mig");
  EXPECT_EQ(error_of({"--cpu-alloc", "pinned"}),
            "--cpu-alloc: \"pinned\" is not valid; write one of dedicated, shared, oversubscribed");
  EXPECT_THAT(error_of({"--os", "ubuntu>="}),
              ::testing::StartsWith("--os: \"ubuntu>=\" is not an operating system"));
}

TEST(PlaceRequest, AWeightNeedsAKnownName) {
  const ParsedArguments parsed = ParseArguments({"place", "--vo", "v", "--weights", "cost=1"}, "");
  EXPECT_EQ(parsed.err,
            "cisquery: --weights: \"cost=1\" is not a weight; write for example fit=0.5; the "
            "criteria are fit, network, os, health, freshness\n");
}

TEST(PlaceRequest, LimitBoundsThePage) {
  EXPECT_EQ(FindRequest({"--limit", "3"}).page_size(), 3);
  EXPECT_EQ(FindRequest({"--limit", "0"}).page_size(), 500);
  EXPECT_EQ(FindRequest({"--page-size", "-3"}).page_size(), -3);
}

TEST(PlaceRequest, AllCombinationsAreBoundedUnlessTheUserSaysOtherwise) {
  PlaceOptions options;
  EXPECT_EQ(PlacementLimit(options), 0);
  options.all = true;
  EXPECT_EQ(PlacementLimit(options), 1000);
  options.limit = 0;
  EXPECT_EQ(PlacementLimit(options), 0);
}

TEST(ListRequest, PageTokensArePassedOn) {
  const ParsedArguments parsed = ParseArguments({"flavors", "--page-token", "abc"}, "");
  ASSERT_TRUE(parsed.options.has_value()) << parsed.err;
  const auto request = MakeListRequest<v1::Flavor>(parsed.options->list, Format::kTable);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->page_token(), "abc");
}

template <typename T>
std::string FilterOf(std::vector<std::string> arguments) {
  const ParsedArguments parsed = ParseArguments(std::move(arguments), "");
  EXPECT_TRUE(parsed.options.has_value()) << parsed.err;
  const auto request = MakeListRequest<T>(parsed.options->list, Format::kTable);
  return request.ok() ? request->filter() : std::string(request.status().message());
}

TEST(ListRequest, FlagsBecomeFilters) {
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors"}), "");
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors", "--filter", "a = 1 OR b = 2"}), "a = 1 OR b = 2");
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors", "--site", "A", "--filter", "a = 1 AND b = 2"}),
            "site_name = \"A\" AND (a = 1 AND b = 2)");
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors", "--vcpus", "2..4", "--ram", "8G", "--gpus", "1"}),
            "vcpu_count >= 2 AND vcpu_count <= 4 AND ram_mib >= 8192 AND gpu_count >= 1");
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors", "--site", "A,B", "--vo", "v"}),
            "(site_name = \"A\" OR site_name = \"B\") AND vos:\"v\"");
  EXPECT_EQ(FilterOf<v1::Site>({"sites", "--site", "A", "--vo", "v,w"}),
            "display_name = \"A\" AND (vos:\"v\" OR vos:\"w\")");
  EXPECT_EQ(FilterOf<v1::Network>({"networks", "--vo", "v", "--public", "--usable-as", "direct"}),
            "vo = \"v\" AND (public_v4 = \"yes\" OR public_v6 = \"yes\") AND usable_as = "
            "\"direct\"");
  EXPECT_EQ(FilterOf<v1::Share>({"shares", "--vo", "v"}), "vo = \"v\"");
}

TEST(ListRequest, NamesCannotBreakOutOfTheFilter) {
  EXPECT_EQ(FilterOf<v1::Flavor>({"flavors", "--site", "a\" OR \"b\\"}),
            "site_name = \"a\\\" OR \\\"b\\\\\"");
}

TEST(ListRequest, OperatingSystemsBecomeFilters) {
  EXPECT_EQ(*MakeOsFilter("Ubuntu"), "os_distro = \"ubuntu\"");
  EXPECT_EQ(*MakeOsFilter("ubuntu>=22.04"), "os_distro = \"ubuntu\" AND os_version >= \"22.04\"");
  EXPECT_EQ(*MakeOsFilter("alma:9"), *MakeOsFilter("almalinux:9"));
  EXPECT_EQ(*MakeOsFilter("RedHat>=9"), *MakeOsFilter("rhel>=9"));
  EXPECT_EQ(*MakeOsFilter("rocky:9"),
            "os_distro = \"rocky\" AND (os_version = \"9\" OR os_version = \"9.*\")");
  // As placement counts them: the release line of 12.5 is 12, and 9.4 belongs to 9.
  EXPECT_EQ(*MakeOsFilter("debian~12.5"),
            "os_distro = \"debian\" AND (os_version = \"12\" OR os_version = \"12.*\")");
  EXPECT_EQ(*MakeOsFilter("ubuntu~22.04.4"), *MakeOsFilter("ubuntu:22.04"));
  EXPECT_EQ(*MakeOsFilter("rocky<=9"),
            "os_distro = \"rocky\" AND (os_version <= \"9\" OR os_version = \"9.*\")");
  EXPECT_EQ(*MakeOsFilter("rocky>9"),
            "os_distro = \"rocky\" AND os_version > \"9\" AND NOT os_version = \"9.*\"");
  EXPECT_THAT(*MakeOsFilter("el<9"), ::testing::HasSubstr("os_distro = \"almalinux\""));
  EXPECT_THAT(*MakeOsFilter("linux"), ::testing::HasSubstr("NOT (os_distro = \"windows\""));
  EXPECT_EQ(*MakeOsFilter("ubuntu:22.04 LTS"), *MakeOsFilter("ubuntu:22.04"));
  for (const char* text : {"", ">=22.04", "ubuntu>=", "ubuntu><1", ":", "ubuntu>=jammy"}) {
    EXPECT_EQ(MakeOsFilter(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(ListRequest, CodenamesAreNoVersions) {
  for (const char* text : {"ubuntu:jammy", "Ubuntu=Jammy", "ubuntu~jammy"}) {
    EXPECT_EQ(*MakeOsFilter(text),
              "os_distro = \"ubuntu\" AND (os_codename = \"jammy\" OR os_version = \"jammy\")");
  }
}

TEST(ListRequest, AlternativesOfTheOperatingSystemAreJoined) {
  EXPECT_EQ(FilterOf<v1::Image>({"images", "--os", "ubuntu", "--os", "debian"}),
            "((os_distro = \"ubuntu\") OR (os_distro = \"debian\"))");
}

TEST(ListRequest, ASiteByResourceNameIsTheParent) {
  ListOptions options;
  options.sites = {"sites/a"};
  const auto request = MakeListRequest<v1::Flavor>(options, Format::kTable);
  EXPECT_EQ(request->parent(), "sites/a");
  EXPECT_EQ(request->filter(), "");
  options.sites = {"A"};
  EXPECT_EQ(MakeListRequest<v1::Flavor>(options, Format::kTable)->parent(), "sites/-");
}

TEST(ListRequest, PagesAreNoLargerThanTheLimit) {
  ListOptions options;
  EXPECT_EQ(MakeListRequest<v1::Flavor>(options, Format::kTable)->page_size(), 500);
  options.limit = 3;
  EXPECT_EQ(MakeListRequest<v1::Flavor>(options, Format::kTable)->page_size(), 3);
  options.page_size = -3;
  EXPECT_EQ(MakeListRequest<v1::Flavor>(options, Format::kTable)->page_size(), -3);
}

}  // namespace
}  // namespace cis::client
