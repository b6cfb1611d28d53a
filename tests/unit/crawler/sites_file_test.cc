// SPDX-License-Identifier: Apache-2.0

// The contents of a site file, and the errors for a wrong one.

#include "absl/strings/str_cat.h"
#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr char kPlain[] = R"(---
gocdb: CESGA-CLOUD
endpoint: https://Keystone.Site.Example:5000/v3/
images:
  sync: true
  formats: [qcow2, raw]
accounting:
  enabled: true
vos:
  - name: vo.access.egi.eu
    auth:
      project_id: 0123
  - name: /biomed/vip
    auth:
      project_id: 1e10
)";

TEST_F(SitesTest, ReadsASiteFile) {
  Write("CESGA.yaml", kPlain);
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(config.warnings, IsEmpty());
  ASSERT_THAT(config.sites, SizeIs(1));
  EXPECT_EQ(config.sites[0].name, "CESGA-CLOUD");
  ASSERT_THAT(config.targets, SizeIs(2));
  const ShareTarget& target = config.targets[1];
  EXPECT_EQ(target.share.vo, "vo.access.egi.eu");
  EXPECT_EQ(target.share.project_id, "0123");
  EXPECT_EQ(target.share.project_key, "0123");
  EXPECT_EQ(target.share.endpoint.site_name, "CESGA-CLOUD");
  EXPECT_EQ(target.share.endpoint.keystone_url, "https://keystone.site.example:5000");
  EXPECT_EQ(target.share.endpoint.region, "");
  EXPECT_EQ(target.share.endpoint.protocol, "openid");
  EXPECT_EQ(target.interface, "public");
  EXPECT_FALSE(target.allow_http);
  EXPECT_FALSE(target.allow_loopback);
  EXPECT_EQ(Short({target.config_origin}), std::vector<std::string>{"CESGA.yaml:10"});
  EXPECT_EQ(config.targets[0].share.project_id, "1e10") << "an id is a text, never a number";
  EXPECT_EQ(target.credentials.type, Credentials::Type::kOidcAccessToken);
  EXPECT_EQ(target.credentials.grant.access_token, "oidc-token");
  EXPECT_EQ(target.credentials.identity_provider, "egi.eu");
  EXPECT_EQ(target.credentials.protocol, "") << "not said: openid is a guess";
}

TEST_F(SitesTest, ReadsVosAsAMapping) {
  Write("a.yaml", R"(gocdb: A
endpoint: https://a.example/v3
vos:
  ops:
    auth: {project_id: p1}
  dteam:
    auth: {project_id: p2}
)");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].share.vo, "dteam");
  EXPECT_EQ(config.targets[0].share.project_key, "p2");
  EXPECT_EQ(config.targets[1].share.project_id, "p1");
}

TEST_F(SitesTest, AVosRegionAndProtocolOverrideTheSites) {
  Write("a.yaml", R"(gocdb: A
endpoint: https://a.example/v3
region: one
protocol: oidc
vos:
- {name: x, auth: {project_id: p1}}
- {name: y, auth: {project_id: p1, region: two}}
)");
  const SitesConfig config = MustLoad();
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].share.endpoint.region, "one");
  EXPECT_EQ(config.targets[1].share.endpoint.region, "two");
  EXPECT_EQ(config.targets[0].share.endpoint.protocol, "oidc");
  EXPECT_EQ(config.targets[0].credentials.protocol, "oidc");
}

TEST_F(SitesTest, ReadsTheKeysOfCisForTheSiteAndForAVo) {
  Write("a.yaml", R"(gocdb: A
endpoint: http://127.0.0.1:5000/v3
protocol: oidc
cis:
  allow_http: yes
  allow_loopback: true
  allow_hosts: [Nova.Other.Example]
  ca_file: tls/ca.pem
  interface: internal
  identity_provider: lab.idp
  protocol: mapped
  country: es
vos:
- name: x
  auth: {project_id: p}
- name: y
  auth: {project_id: p}
  cis:
    allow_http: false
    allow_hosts: more.example
    identity_provider: other.idp
)");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(config.warnings, IsEmpty());
  ASSERT_THAT(config.targets, SizeIs(2));
  const ShareTarget& x = config.targets[0];
  EXPECT_TRUE(x.allow_http);
  EXPECT_TRUE(x.allow_loopback);
  EXPECT_THAT(x.allow_hosts, ElementsAre("nova.other.example"));
  EXPECT_EQ(x.ca_file, dir_.File("tls/ca.pem"));
  EXPECT_EQ(x.interface, "internal");
  EXPECT_EQ(x.credentials.identity_provider, "lab.idp");
  EXPECT_EQ(x.credentials.protocol, "mapped");
  EXPECT_EQ(config.sites[0].country_code, "ES");
  const ShareTarget& y = config.targets[1];
  EXPECT_FALSE(y.allow_http);
  EXPECT_TRUE(y.allow_loopback);
  EXPECT_THAT(y.allow_hosts, ElementsAre("nova.other.example", "more.example"));
  EXPECT_EQ(y.credentials.identity_provider, "other.idp");
}

TEST_F(SitesTest, UnknownKeysAreReportedOnceForAllFiles) {
  for (const char* name : {"a", "b", "c"}) {
    Write(absl::StrCat(name, ".yaml"),
          absl::StrCat(
              "gocdb: ", name, "\nendpoint: https://", name,
              ".example\nvos:\n- name: x\n  defaultNetwork: public\n  auth: {project_id: p}\n",
              "- name: y\n  auth: {project_id: p, user: u}\n"));
  }
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(6));
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(
      Short(config.warnings),
      ElementsAre(
          AllOf(StartsWith("a.yaml:8: key \"vos.auth.user\""), HasSubstr("2 other places")),
          AllOf(StartsWith("a.yaml:5: key \"vos.defaultNetwork\""), HasSubstr("2 other places"))));
}

// A wrong file is reported with its line, and the other one is used.
struct WrongFile {
  std::string text;
  std::string error;  // a part of it, after the file's name

  friend void PrintTo(const WrongFile& file, std::ostream* out) { *out << file.error; }
};

class WrongFileTest : public SitesTest, public testing::WithParamInterface<WrongFile> {};

TEST_P(WrongFileTest, IsReportedWithItsLineAndTheOthersAreUsed) {
  Write("bad.yaml", GetParam().text);
  Write("good.yaml", kPlain);
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(2));
  EXPECT_THAT(Short(config.errors),
              ElementsAre(StartsWith(absl::StrCat("bad.yaml", GetParam().error))));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongFileTest,
    testing::Values(
        WrongFile{"gocdb: A\nendpoint: [https://x\nvos:\n", ":3: not valid YAML"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\nvos:\n\t- name: x\n",
                  ":4: a tab indents the line"},
        WrongFile{"gocdb: A\ngocdb: B\nendpoint: https://x.example\n",
                  ":2: key \"gocdb\" is given twice"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\nvos:\n- name: x\n  auth:\n"
                  "    project_id: 1\n    project_id: 2\n",
                  ":7: key \"project_id\" is given twice"},
        WrongFile{"", ": the file is empty"}, WrongFile{"---\n# nothing\n", ": the file is empty"},
        WrongFile{"- a\n- b\n", ":1: the file holds a list"},
        WrongFile{"just text\n", ":1: the file holds a string"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\n---\ngocdb: B\n", ": 2 YAML documents"},
        WrongFile{"endpoint: https://x.example\nvos: [{name: x}]\n", ":1: gocdb is missing"},
        WrongFile{"gocdb: A\nvos: [{name: x}]\n", ":1: endpoint is missing"},
        WrongFile{"gocdb: A\nendpoint: nova://x.example\nvos: [{name: x}]\n", ":2: endpoint: URL"},
        WrongFile{"gocdb: A\nendpoint: https://127.1/v3\nvos: [{name: x}]\n", ":2: endpoint: URL"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\nvos: ops\n", ":3: vos is a string"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\nvos:\n- auth: {project_id: p}\n",
                  ":4: vos[0].name is missing"},
        WrongFile{"gocdb: A\nendpoint: https://x.example\nvos:\n- ops\n",
                  ":4: vos[0] must be a mapping"},
        WrongFile{"gocdb: [A]\nendpoint: https://x.example\n", ":1: gocdb is a list"}));

TEST_F(SitesTest, WrongValuesAreReportedWithTheirPath) {
  Write("a.yaml", R"(gocdb: A
endpoint: https://a.example
cis:
  allow_http: maybe
  interface: inner
  country: Spain
  allow_hosts: {a: b}
  auth: text
vos:
- name: x
  auth: {project_id: [p]}
- name: y
  auth: p
- name: z
  auth: {project_id: p}
)");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(1)) << "the others name no project";
  EXPECT_THAT(
      Short(config.errors),
      testing::UnorderedElementsAre(
          "a.yaml:4: cis.allow_http is \"maybe\"; it must be true or false",
          "a.yaml:5: cis.interface is \"inner\"; it must be public, internal or admin",
          "a.yaml:6: cis.country is \"Spain\"; it must be two letters as in ISO 3166-1, e.g. ES",
          "a.yaml:7: cis.allow_hosts must be a string or a list of strings",
          "a.yaml:8: cis.auth is a string; it must be a mapping of keys",
          "a.yaml:11: vos[0].auth.project_id is a list; it must be a string",
          "a.yaml:13: vos[1].auth is a string; it must be a mapping of keys"));
}

TEST_F(SitesTest, ASiteWithoutVosIsAWarning) {
  Write("a.yaml", "gocdb: A\nendpoint: https://a.example\nvos: []\n");
  Write("b.yaml", "gocdb: B\nendpoint: https://b.example\n");
  Write("good.yaml", kPlain);
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(Short(config.warnings), ElementsAre(StartsWith("a.yaml:1: the site has no VOs"),
                                                  StartsWith("b.yaml:1: the site has no VOs")));
}

TEST_F(SitesTest, ABombOfAliasesIsRefused) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [");
    for (int j = 0; j < 10; ++j) absl::StrAppend(&text, "*a", i - 1, j < 9 ? ", " : "]\n");
  }
  Write("bomb.yaml", text);
  EXPECT_THAT(ErrorOf(Load()), StartsWith("INVALID_ARGUMENT bomb.yaml: more than"));
}

TEST_F(SitesTest, ADeepNestIsRefused) {
  Write("deep.yaml", std::string(20000, '['));
  EXPECT_THAT(ErrorOf(Load()), StartsWith("INVALID_ARGUMENT deep.yaml:"));
}

}  // namespace
}  // namespace cis::crawler
