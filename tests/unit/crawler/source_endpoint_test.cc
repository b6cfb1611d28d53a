// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/keystone.h"
#include "crawler/source/service_endpoint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

ShareTarget TargetAt(absl::string_view keystone_url) {
  ShareTarget target;
  target.share.endpoint.keystone_url = std::string(keystone_url);
  return target;
}

TEST(EndpointPolicy, SameHostAndSameDomainPass) {
  const ShareTarget target = TargetAt("https://keystone.cloud.cesga.es:5000");
  EXPECT_TRUE(CheckEndpointPolicy(target, "x", "https://keystone.cloud.cesga.es:8774/v2.1").ok());
  EXPECT_TRUE(CheckEndpointPolicy(target, "x", "https://nova.cesga.es/v2.1").ok());
}

struct PolicyCase {
  const char* url;
  const char* key;
};

class EndpointPolicyRefuses : public testing::TestWithParam<PolicyCase> {};

TEST_P(EndpointPolicyRefuses, NamesTheUrlAndTheKeyThatWouldAllowIt) {
  const absl::Status status = CheckEndpointPolicy(TargetAt("https://keystone.cesga.es:5000"),
                                                  "the compute endpoint", GetParam().url);
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kPolicy);
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().key));
}

INSTANTIATE_TEST_SUITE_P(
    All, EndpointPolicyRefuses,
    testing::Values(PolicyCase{"http://keystone.cesga.es:8774/v2.1", "allow_http: true"},
                    PolicyCase{"https://nova.evil.example/v2.1",
                               "allow_hosts: [nova.evil.example]"},
                    PolicyCase{"https://127.0.0.1:8774/v2.1", "allow_loopback: true"},
                    PolicyCase{"https://[::1]:8774/v2.1", "allow_loopback: true"},
                    PolicyCase{"https://169.254.169.254/latest", "allow_loopback: true"},
                    PolicyCase{"https://10.0.0.5:8774/v2.1", "allow_hosts: [10.0.0.5]"},
                    PolicyCase{"file:///etc/passwd", "file"}));

TEST(EndpointPolicy, KeysOfTheSiteFileOpenIt) {
  ShareTarget target = TargetAt("http://127.0.0.12:5000");
  target.allow_http = true;
  EXPECT_FALSE(CheckEndpointPolicy(target, "x", "http://127.0.0.12:8774").ok());
  target.allow_loopback = true;
  EXPECT_TRUE(CheckEndpointPolicy(target, "x", "http://127.0.0.12:8774").ok());
  EXPECT_FALSE(CheckEndpointPolicy(target, "x", "http://127.0.0.13:8774").ok());
  target.allow_hosts = {"127.0.0.13"};
  EXPECT_TRUE(CheckEndpointPolicy(target, "x", "http://127.0.0.13:8774").ok());
}

struct BaseCase {
  ServiceType type;
  const char* catalog_url;
  const char* url;
  const char* root;
  const char* key;     // of Endpoint::service_bases
  const char* suffix;  // behind the version
};

class ServiceBaseOf : public testing::TestWithParam<BaseCase> {};

TEST_P(ServiceBaseOf, SplitsACatalogUrl) {
  const BaseCase& c = GetParam();
  const ServiceBase base = MakeServiceBase(c.type, c.catalog_url);
  EXPECT_EQ(base.url, c.url);
  EXPECT_EQ(base.root, c.root);
  EXPECT_EQ(base.catalog_url, c.key);
  EXPECT_EQ(base.suffix, c.suffix);
}

INSTANTIATE_TEST_SUITE_P(
    All, ServiceBaseOf,
    testing::Values(BaseCase{ServiceType::kCompute, "https://h:8774/v2.1", "https://h:8774/v2.1",
                             "https://h:8774", "https://h:8774/v2.1", ""},
                    BaseCase{ServiceType::kCompute, "https://h:8774/v2.1/8f2/",
                             "https://h:8774/v2.1/8f2", "https://h:8774", "https://h:8774/v2.1",
                             "/8f2"},
                    BaseCase{ServiceType::kCompute, "https://h/compute/v2/8f2",
                             "https://h/compute/v2/8f2", "https://h/compute",
                             "https://h/compute/v2", "/8f2"},
                    BaseCase{ServiceType::kCompute, "https://h/compute", "https://h/compute/v2.1",
                             "https://h/compute", "https://h/compute", ""},
                    BaseCase{ServiceType::kImage, "https://h:9292/", "https://h:9292/v2",
                             "https://h:9292", "https://h:9292", ""},
                    BaseCase{ServiceType::kImage, "https://h:9292/v2/", "https://h:9292/v2",
                             "https://h:9292", "https://h:9292/v2", ""},
                    BaseCase{ServiceType::kNetwork, "https://h:9696", "https://h:9696/v2.0",
                             "https://h:9696", "https://h:9696", ""},
                    BaseCase{ServiceType::kNetwork, "https://vpn.example/vm/net",
                             "https://vpn.example/vm/net/v2.0", "https://vpn.example/vm/net",
                             "https://vpn.example/vm/net", ""},
                    BaseCase{ServiceType::kVolume, "https://h:8776/v3/8f2", "https://h:8776/v3/8f2",
                             "https://h:8776", "https://h:8776/v3", "/8f2"}));

TEST(VersionList, LinkPathIsUsedButNeverItsHost) {
  const char* kList =
      R"({"versions":[{"id":"v2.0","links":[{"rel":"self","href":"http://inner:8774/v2/"}]},)"
      R"({"id":"v2.1","links":[{"rel":"self","href":"http://inner:8774/v2.1/"}]}]})";
  EXPECT_EQ(FindVersionUrl(ServiceType::kCompute, "https://h:8774", kList), "https://h:8774/v2.1");
  // The proxy's prefix is unknown to the service: it is kept.
  EXPECT_EQ(FindVersionUrl(ServiceType::kCompute, "https://h/compute", kList),
            "https://h/compute/v2.1");
}

TEST(VersionList, LegacyAloneIsFound) {
  EXPECT_EQ(FindVersionUrl(ServiceType::kCompute, "https://h",
                           R"({"versions":[{"id":"v2.0","links":[{"rel":"self",)"
                           R"("href":"https://h/v2/"}]}]})"),
            "https://h/v2");
}

TEST(VersionList, GlanceMinorVersionsShareOnePath) {
  EXPECT_EQ(
      FindVersionUrl(ServiceType::kImage, "https://h:9292",
                     R"({"versions":[{"id":"v2.16","status":"CURRENT","links":[{"rel":"self",)"
                     R"("href":"http://h:19292/img/v2/"}]}]})"),
      "https://h:9292/img/v2");
}

TEST(VersionList, NothingUsableIsEmpty) {
  for (const char* body : {"", "[]", "{}", R"({"versions":7})", R"({"versions":[7]})",
                           R"({"versions":[{"id":"v1.0"}]})", "<html>"}) {
    EXPECT_EQ(FindVersionUrl(ServiceType::kImage, "https://h", body), "") << body;
  }
}

TEST(Microversion, OrderIsByNumberNotByText) {
  EXPECT_LT(*ParseMicroversionMinor("2.9"), *ParseMicroversionMinor("2.61"));
  EXPECT_EQ(ParseMicroversionMinor("3.1"), std::nullopt);
  EXPECT_EQ(ParseMicroversionMinor("2.x"), std::nullopt);
  EXPECT_EQ(ParseMicroversionMinor(""), std::nullopt);
}

TEST(Microversion, NewestIsReadFromVersionDocument) {
  EXPECT_EQ(
      FindMaxMicroversion(R"({"version":{"id":"v2.1","version":"2.53","min_version":"2.1"}})"),
      "2.53");
  EXPECT_EQ(FindMaxMicroversion(R"({"version":{"id":"v2.0","version":"","min_version":""}})"), "");
}

TEST(Query, ParameterIsDecodedAndEncodedBack) {
  EXPECT_EQ(QueryParameter("/v2/images?limit=4&marker=a%2Fb%20c", "marker"), "a/b c");
  EXPECT_EQ(PercentEncode("a/b c\xc3\xa9~"), "a%2Fb%20c%C3%A9~");
  EXPECT_EQ(QueryParameter("https://h/x?marker=%zz", "marker"), "%zz");
  EXPECT_EQ(QueryParameter("https://h/x?marker=%5 %+5%5", "marker"), "%5 % 5%5");
  EXPECT_EQ(QueryParameter("https://h/x", "marker"), "");
  EXPECT_EQ(QueryParameter("https://h/x?page_marker=1", "marker"), "");
}

TEST(KeystoneUrl, VersionAndSlashesAreOptional) {
  for (const char* url : {"https://h:5000", "https://h:5000/", "https://h:5000/v3",
                          "https://h:5000/v3/", "https://h:5000/v3//"}) {
    EXPECT_EQ(KeystoneBase(url), "https://h:5000") << url;
  }
  EXPECT_EQ(KeystoneBase("https://h/identity/v3"), "https://h/identity");
}

std::vector<CatalogEntry> CatalogOf(
    std::initializer_list<std::pair<const char*, const char*>> rows) {
  std::vector<CatalogEntry> entries;
  for (const auto& [type, region] : rows) entries.push_back({type, "public", region, "https://h"});
  return entries;
}

TEST(Region, TheOnlyCompleteOneIsTaken) {
  const auto choice = ChooseRegion(
      CatalogOf({{"compute", "A"}, {"image", "A"}, {"network", "A"}, {"compute", "B"}}), "public",
      "");
  ASSERT_TRUE(choice.ok());
  EXPECT_TRUE(choice->found);
  EXPECT_EQ(choice->region, "A");
}

TEST(Region, TheOnlyOneIsTakenEvenIfIncomplete) {
  const auto choice = ChooseRegion(CatalogOf({{"compute", "A"}, {"image", "A"}}), "public", "");
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->region, "A");
}

TEST(Region, SeveralIncompleteOnesAreAnError) {
  const auto choice = ChooseRegion(CatalogOf({{"compute", "A"}, {"image", "B"}}), "public", "");
  EXPECT_EQ(GetErrorClass(choice.status()), ErrorClass::kConfig);
  EXPECT_THAT(std::string(choice.status().message()), HasSubstr("\"A\", \"B\""));
}

TEST(Region, OtherInterfacesDoNotCount) {
  EXPECT_FALSE(ChooseRegion(CatalogOf({{"compute", "A"}}), "internal", "").ok());
}

TEST(Region, EmptyCatalogIsAnError) {
  const auto choice = ChooseRegion({}, "public", "");
  EXPECT_EQ(GetErrorClass(choice.status()), ErrorClass::kConfig);
}

TEST(ServiceUrl, MissingServiceNamesWhatThereIs) {
  const std::vector<CatalogEntry> catalog = {{"image", "internal", "A", "https://h"}};
  const auto url = FindServiceUrl(catalog, ServiceType::kImage, "public", "A");
  EXPECT_EQ(GetErrorClass(url.status()), ErrorClass::kNotFound);
  EXPECT_THAT(std::string(url.status().message()), HasSubstr("internal in A"));
}

}  // namespace
}  // namespace cis::crawler
