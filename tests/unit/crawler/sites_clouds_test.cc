// SPDX-License-Identifier: Apache-2.0

// clouds.yaml and secure.yaml.

#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;
using Type = Credentials::Type;

TEST_F(SitesTest, ReadsCloudsWithTheirSecrets) {
  Write("clouds.yaml", R"(clouds:
  lab:
    auth:
      auth_url: https://lab.example:5000/v3
      username: cis
      project_name: vo.access.egi.eu
      project_domain_name: egi.eu
    region_name: RegionOne
    cacert: ca.pem
    interface: internal
    identity_api_version: 3
)");
  Write("secure.yaml",
        "clouds:\n  lab:\n    auth:\n      password: pw\n  other:\n    auth: {password: x}\n");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(config.warnings, IsEmpty());
  ASSERT_THAT(config.targets, SizeIs(1));
  const ShareTarget& target = config.targets[0];
  EXPECT_EQ(target.share.endpoint.site_name, "lab");
  EXPECT_EQ(target.share.endpoint.keystone_url, "https://lab.example:5000");
  EXPECT_EQ(target.share.endpoint.region, "RegionOne");
  EXPECT_EQ(target.share.vo, "vo.access.egi.eu");
  EXPECT_EQ(target.share.project_key, "vo.access.egi.eu@egi.eu");
  EXPECT_EQ(target.credentials.type, Type::kPassword);
  EXPECT_EQ(target.credentials.username, "cis");
  EXPECT_EQ(target.credentials.password, "pw");
  EXPECT_EQ(target.credentials.user_domain_id, "default");
  EXPECT_EQ(target.ca_file, dir_.File("ca.pem"));
  EXPECT_EQ(target.interface, "internal");
}

TEST_F(SitesTest, ACloudMayNameItsSiteAndVo) {
  Write("clouds.yaml", R"(clouds:
  lab-x:
    cis: {site: CESGA, vo: biomed, allow_loopback: true, country: es}
    auth_type: v3applicationcredential
    auth:
      auth_url: https://127.0.0.1:5000
      application_credential_id: i
      application_credential_secret: s
)");
  const SitesConfig config = MustLoad();
  ASSERT_THAT(config.targets, SizeIs(1));
  EXPECT_EQ(config.targets[0].share.endpoint.site_name, "CESGA");
  EXPECT_EQ(config.targets[0].share.vo, "biomed");
  EXPECT_EQ(config.targets[0].share.project_key, "");
  EXPECT_TRUE(config.targets[0].allow_loopback);
  EXPECT_EQ(config.targets[0].credentials.credential_secret, "s");
  ASSERT_THAT(config.sites, SizeIs(1));
  EXPECT_EQ(config.sites[0].country_code, "ES");
}

TEST_F(SitesTest, EveryRegionOfACloudIsAShare) {
  Write("clouds.yaml", R"(clouds:
  lab:
    auth_type: token
    auth: {auth_url: https://lab.example, token: t, project_id: p}
    regions:
    - one
    - name: two
      values: {}
)");
  const SitesConfig config = MustLoad();
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].share.endpoint.region, "one");
  EXPECT_EQ(config.targets[1].share.endpoint.region, "two");
  EXPECT_EQ(config.targets[1].share.project_id, "p");
  EXPECT_EQ(config.targets[1].share.vo, "lab");
}

TEST_F(SitesTest, FederatedCloudsTakeTheirTokenOrTheGeneralOne) {
  Write("clouds.yaml", R"(clouds:
  own:
    auth_type: v3oidcaccesstoken
    auth: {auth_url: https://own.example, identity_provider: idp, protocol: oidc, access_token: t}
  general:
    auth_type: v3oidcaccesstoken
    auth: {auth_url: https://general.example}
)");
  const SitesConfig config = MustLoad();
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].credentials.grant.access_token, "oidc-token");
  EXPECT_EQ(config.targets[0].credentials.identity_provider, "egi.eu");
  EXPECT_EQ(config.targets[1].credentials.grant.access_token, "t");
  EXPECT_EQ(config.targets[1].credentials.identity_provider, "idp");
  EXPECT_EQ(config.targets[1].share.endpoint.protocol, "oidc");
}

TEST_F(SitesTest, WrongCloudsAreReportedAndTheOthersUsed) {
  Write("clouds.yaml", R"(clouds:
  good:
    auth_type: token
    auth: {auth_url: https://good.example, token: hunter2}
  unverified:
    verify: false
    auth_type: token
    auth: {auth_url: https://u.example, token: hunter2}
  vendor:
    profile: rackspace
    auth: {username: u, password: hunter2}
  odd:
    auth_type: v3kerberos
    auth: {auth_url: https://odd.example}
  bare:
    auth: {auth_url: https://bare.example, username: u}
  text: x
)");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(1));
  EXPECT_THAT(Short(config.errors),
              ElementsAre(AllOf(StartsWith("clouds.yaml:6: clouds.unverified: verify: false"),
                                HasSubstr("cacert")),
                          StartsWith("clouds.yaml:10: clouds.vendor: profiles are not supported"),
                          StartsWith("clouds.yaml:13: clouds.odd: auth_type is \"v3kerberos\""),
                          StartsWith("clouds.yaml:16: clouds.bare: auth.password is missing"),
                          StartsWith("clouds.yaml:17: clouds.text: must be a mapping")));
  for (const std::string& error : config.errors) EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

TEST_F(SitesTest, ABrokenSecureFileIsReportedByItsOwnName) {
  Write("clouds.yaml",
        "clouds:\n  a:\n    auth_type: token\n"
        "    auth: {auth_url: https://a.example, token: t}\n");
  Write("secure.yaml", "clouds: [\n");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(1));
  EXPECT_THAT(Short(config.errors), ElementsAre(StartsWith("secure.yaml:")));
}

TEST_F(SitesTest, SecretsThatOthersReadAreAWarning) {
  chmod(Write("clouds.yaml",
              "clouds:\n  a:\n    auth_type: token\n"
              "    auth: {auth_url: https://a.example, token: t}\n")
            .c_str(),
        0644);
  EXPECT_THAT(Short(MustLoad().warnings), ElementsAre(StartsWith("clouds.yaml: holds a secret")));
}

}  // namespace
}  // namespace cis::crawler
