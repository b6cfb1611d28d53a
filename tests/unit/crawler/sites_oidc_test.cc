// SPDX-License-Identifier: Apache-2.0

// Where OIDC access tokens come from, in site files and in the operator's own file of credentials.

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "crawler/sites/credentials_file.h"
#include "crawler/sites/oidc_auth.h"
#include "crawler/sites/secret_file.h"
#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Type = Credentials::Type;

class SitesOidcTest : public SitesTest {
 protected:
  // The grant of a site with this `cis.auth`.
  TokenGrant Grant(absl::string_view auth) {
    Write("a.yaml", absl::StrCat("gocdb: A\nendpoint: https://a.example\nvos: [{name: x, auth: "
                                 "{project_id: p}}]\ncis:\n  auth: {",
                                 auth, "}\n"));
    const SitesConfig config = MustLoad();
    EXPECT_THAT(config.errors, IsEmpty());
    EXPECT_EQ(config.targets.at(0).credentials.type, Type::kOidcAccessToken);
    EXPECT_EQ(config.targets.at(0).credentials.protocol, "");
    EXPECT_EQ(config.targets.at(0).share.endpoint.protocol, "openid") << "a guess";
    return config.targets.at(0).credentials.grant;
  }
  // Returns the errors for this `cis.auth`.
  std::string Wrong(absl::string_view auth) {
    Write("a.yaml", absl::StrCat("gocdb: A\nendpoint: https://a.example\nvos: [{name: x}]\n"
                                 "cis:\n  auth: {",
                                 auth, "}\n"));
    return ErrorOf(Load());
  }
  absl::StatusOr<CredentialsFile> ReadCredentials(absl::string_view text) {
    SecretSources secrets;
    secrets.environment = [this](absl::string_view name) -> std::optional<std::string> {
      const auto it = env_.find(std::string(name));
      return it == env_.end() ? std::nullopt : std::optional<std::string>(it->second);
    };
    return ReadCredentialsFile(Write("credentials", text), secrets, &warnings_);
  }

  std::vector<std::string> warnings_;
};

TEST_F(SitesOidcTest, ReadsARefreshToken) {
  Write("rt", "refresh\n");
  env_["CS"] = "client-secret";
  const TokenGrant grant = Grant(
      "type: oidc_refresh_token, issuer: https://i.example/realm, client_id: cis, "
      "client_secret_env: CS, refresh_token_file: rt, audience: a, resource: r, scope: s");
  EXPECT_EQ(grant.type, TokenGrant::Type::kRefreshToken);
  EXPECT_EQ(grant.issuer, "https://i.example/realm");
  EXPECT_EQ(grant.client_id, "cis");
  EXPECT_EQ(grant.client_secret, "client-secret");
  EXPECT_EQ(grant.refresh_token, "refresh");
  EXPECT_EQ(grant.secret_file, dir_.File("rt"));
  EXPECT_EQ(grant.audience, "a");
  EXPECT_EQ(grant.resource, "r");
  EXPECT_EQ(grant.scope, "s");
  EXPECT_FALSE(grant.allow_loopback);
}

TEST_F(SitesOidcTest, ReadsARefreshTokenOfAPublicClientFromTheEnvironment) {
  env_["RT"] = "refresh";
  const TokenGrant grant = Grant(
      "type: oidc_refresh_token, issuer: https://i.example, client_id: cis, refresh_token_env: RT, "
      "ca_file: tls/ca.pem, allow_loopback: true");
  EXPECT_EQ(grant.client_secret, "");
  EXPECT_EQ(grant.secret_file, "");
  EXPECT_EQ(grant.ca_file, dir_.File("tls/ca.pem"));
  EXPECT_TRUE(grant.allow_loopback);
}

TEST_F(SitesOidcTest, ReadsAnAccountOfOidcAgent) {
  env_["OIDC_SOCK"] = "/run/agent.sock";
  const TokenGrant grant = Grant("type: oidc_agent, account: egi");
  EXPECT_EQ(grant.type, TokenGrant::Type::kOidcAgent);
  EXPECT_EQ(grant.account, "egi");
  EXPECT_EQ(grant.socket, "/run/agent.sock");
  EXPECT_EQ(Grant("type: oidc_agent, issuer: https://i.example, socket: /other").socket, "/other");
}

TEST_F(SitesOidcTest, ReadsAMytoken) {
  env_["MT"] = "my";
  const TokenGrant grant = Grant("type: mytoken, mytoken_env: MT");
  EXPECT_EQ(grant.type, TokenGrant::Type::kMytoken);
  EXPECT_EQ(grant.mytoken, "my");
  EXPECT_EQ(grant.server, kDefaultMytokenServer);
}

TEST_F(SitesOidcTest, WhatIsMissingIsNamed) {
  EXPECT_THAT(Wrong("type: oidc_refresh_token, client_id: c, refresh_token_env: RT"),
              HasSubstr("cis.auth.issuer is missing"));
  EXPECT_THAT(Wrong("type: oidc_refresh_token, issuer: https://i, client_id: c"),
              HasSubstr("refresh_token_env (name of an environment variable) or "
                        "refresh_token_file"));
  EXPECT_THAT(Wrong("type: oidc_agent, account: egi"), HasSubstr("OIDC_SOCK is not set"));
  env_["OIDC_SOCK"] = "/run/agent.sock";
  EXPECT_THAT(Wrong("type: oidc_agent"), HasSubstr("must have account"));
  EXPECT_THAT(Wrong("type: oidc_agent, account: egi, issuer: https://i"),
              HasSubstr("only one of account"));
  EXPECT_THAT(Wrong("type: mytoken"), HasSubstr("mytoken_env"));
  EXPECT_THAT(Wrong("type: mytoken, mytoken: secret"), HasSubstr("\"mytoken\" holds a secret"));
}

TEST_F(SitesOidcTest, CredentialsFileGoesWithUntouchedSiteFiles) {
  oidc_token_.clear();
  env_ = {{"ID", "id"}, {"SECRET", "secret"}, {"PW", "password"}, {"RT", "refresh"}};
  const auto file = ReadCredentials(R"(
default: {type: oidc_refresh_token, issuer: https://i.example, client_id: cis, refresh_token_env: RT}
sites:
  CREODIAS:
    vos:
      vo.one: {type: v3applicationcredential, id_env: ID, secret_env: SECRET}
  OTHER:
    auth: {type: password, username: u, password_env: PW}
  NOWHERE:
    auth: {type: password, username: u, password_env: PW}
)");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_THAT(warnings_, IsEmpty());
  Write("creodias.yaml",
        "gocdb: CREODIAS\nendpoint: https://c.example\nauth: v3applicationcredential\nvos:\n"
        "- {name: vo.one, auth: {project_id: p1, region: WAW4-1}}\n"
        "- {name: vo.two, auth: {project_id: p2, region: WAW3-2}}\n");
  Write("other.yaml",
        "gocdb: OTHER\nendpoint: https://o.example\nvos: [{name: x, auth: {project_id: p}}]\n");
  Write("third.yaml",
        "gocdb: THIRD\nendpoint: https://t.example\nvos: [{name: x, auth: {project_id: p}}]\n");
  SecretSources secrets;
  secrets.fallback = file->fallback;
  secrets.sites = file->sites;
  SitesOptions options;
  options.paths = {dir_.path()};
  const auto config = LoadSites(options, secrets);
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_THAT(config->targets, SizeIs(4));
  // By region: WAW3-2 comes first.
  EXPECT_EQ(config->targets[0].credentials.type, Type::kNone) << "no access token goes there";
  EXPECT_EQ(config->targets[1].credentials.type, Type::kApplicationCredential);
  EXPECT_EQ(config->targets[1].credentials.credential_secret, "secret");
  EXPECT_EQ(config->targets[1].share.endpoint.region, "WAW4-1");
  EXPECT_EQ(config->targets[1].share.endpoint.protocol, "");
  EXPECT_EQ(config->targets[2].credentials.type, Type::kPassword);
  EXPECT_EQ(config->targets[3].credentials.grant.refresh_token, "refresh");
  EXPECT_THAT(config->warnings,
              testing::Contains(HasSubstr("--credentials names the site \"NOWHERE\"")));
}

TEST_F(SitesOidcTest, ReportsWhatIsWrongInACredentialsFile) {
  const auto wrong = [&](absl::string_view text) {
    return std::string(ReadCredentials(text).status().message());
  };
  EXPECT_THAT(wrong("defaults: {type: password}\n"), HasSubstr("key \"defaults\" is not known"));
  EXPECT_THAT(wrong("default: {type: telepathy}\n"), HasSubstr("\"telepathy\""));
  EXPECT_THAT(wrong("sites: {A: {vo: {}}}\n"), HasSubstr("the known keys are auth, vos"));
  EXPECT_THAT(wrong("sites: {A: {vos: {x: 1}}}\n"), HasSubstr("sites.A.vos.x must be a mapping"));
  EXPECT_THAT(wrong("default: {type: mytoken, mytoken: s3cret}\n"),
              testing::AllOf(HasSubstr("holds a secret"), testing::Not(HasSubstr("s3cret"))));
}

TEST_F(SitesOidcTest, SecretFileIsReplacedWhole) {
  const std::string path = Write("rt", "old");
  ASSERT_TRUE(ReplaceSecretFile(path, "new").ok());
  EXPECT_EQ(ReadSecretFile(path, &warnings_).value_or("?"), "new");
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_FALSE(ReplaceSecretFile(dir_.File("no/such/folder"), "new").ok());
}

}  // namespace
}  // namespace cis::crawler
