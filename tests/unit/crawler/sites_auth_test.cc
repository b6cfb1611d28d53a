// SPDX-License-Identifier: Apache-2.0

// Where the credentials of a site file's shares come from.

#include "absl/strings/str_cat.h"
#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Type = Credentials::Type;

constexpr char kWithProject[] = "{name: x, auth: {project_id: p}}";

class SitesAuthTest : public SitesTest {
 protected:
  // Writes a site with one VO and this text under `cis:`.
  void WriteSite(absl::string_view cis, absl::string_view vo = "{name: x}") {
    Write("a.yaml",
          absl::StrCat("gocdb: A\nendpoint: https://a.example\nvos: [", vo, "]\ncis:\n", cis));
  }
  Credentials LoadOne() {
    const SitesConfig config = MustLoad();
    EXPECT_THAT(config.errors, IsEmpty());
    EXPECT_THAT(config.targets, SizeIs(1));
    return config.targets.empty() ? Credentials() : config.targets[0].credentials;
  }
};

TEST_F(SitesAuthTest, ReadsThePasswordFromTheEnvironment) {
  env_["LAB_PASSWORD"] = "pw\n";
  WriteSite(
      "  auth: {type: password, username: cis, user_domain_name: D,\n"
      "         password_env: LAB_PASSWORD, project_name: p, project_domain_name: P}\n");
  const Credentials credentials = LoadOne();
  EXPECT_EQ(credentials.type, Type::kPassword);
  EXPECT_EQ(credentials.username, "cis");
  EXPECT_EQ(credentials.user_domain_name, "D");
  EXPECT_EQ(credentials.user_domain_id, "");
  EXPECT_EQ(credentials.password, "pw");
  EXPECT_EQ(credentials.project_name, "p");
  EXPECT_EQ(MustLoad().targets[0].share.project_key, "p@P");
  EXPECT_EQ(MustLoad().targets[0].share.endpoint.protocol, "") << "not a federated login";
}

TEST_F(SitesAuthTest, TheUserDomainIsDefaultUnlessGiven) {
  env_["P"] = "pw";
  WriteSite("  auth: {type: v3password, username: cis, password_env: P}\n", kWithProject);
  EXPECT_EQ(LoadOne().user_domain_id, "default");
}

TEST_F(SitesAuthTest, ReadsAnApplicationCredentialFromFileAndEnvironment) {
  env_["APP_ID"] = "id-1";
  Write("app.secret", "s3cret\n");
  WriteSite("  auth: {type: v3applicationcredential, id_env: APP_ID, secret_file: app.secret}\n");
  const Credentials credentials = LoadOne();
  EXPECT_EQ(credentials.type, Type::kApplicationCredential);
  EXPECT_EQ(credentials.credential_id, "id-1");
  EXPECT_EQ(credentials.credential_secret, "s3cret");
}

TEST_F(SitesAuthTest, ReadsTokensOfBothKinds) {
  env_["T"] = "tok";
  WriteSite("  auth: {type: token, token_env: T}\n");
  EXPECT_EQ(LoadOne().type, Type::kToken);
  EXPECT_EQ(LoadOne().token, "tok");
  WriteSite("  identity_provider: lab\n  auth: {type: v3oidcaccesstoken, token_env: T}\n",
            kWithProject);
  EXPECT_EQ(LoadOne().type, Type::kOidcAccessToken);
  EXPECT_EQ(LoadOne().grant.access_token, "tok")
      << "the file's own token goes before the general one";
  EXPECT_EQ(LoadOne().identity_provider, "lab");
}

// Without a scope a login ends in the account's own project, which is not the VO's.
TEST_F(SitesAuthTest, AVoWithoutAProjectIsNamedAndNotUsed) {
  env_["P"] = "pw";
  for (const char* cis : {"  auth: {type: password, username: cis, password_env: P}\n",
                          "  auth: {type: v3oidcaccesstoken, token_env: P}\n", "  country: ES\n"}) {
    WriteSite(cis, absl::StrCat("{name: empty, auth: {project_id: }}, {name: y}, ", kWithProject));
    const SitesConfig config = MustLoad();
    EXPECT_THAT(config.errors, IsEmpty()) << cis;
    ASSERT_THAT(config.targets, SizeIs(1)) << cis;
    EXPECT_EQ(config.targets[0].share.vo, "x");
    EXPECT_THAT(Short(config.warnings),
                ElementsAre(AllOf(HasSubstr("a.yaml:3: VO empty names no project"),
                                  HasSubstr("give vos[0].auth.project_id")),
                            HasSubstr("VO y names no project")));
  }
}

TEST_F(SitesAuthTest, AVosOwnCredentialsGoBeforeTheSites) {
  env_["S"] = "of-site";
  env_["V"] = "of-vo";
  Write("a.yaml", R"(gocdb: A
endpoint: https://a.example
cis:
  auth: {type: token, token_env: S}
vos:
- name: x
- name: y
  cis: {auth: {type: token, token_env: V}}
)");
  const SitesConfig config = MustLoad();
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].credentials.token, "of-site");
  EXPECT_EQ(config.targets[1].credentials.token, "of-vo");
}

TEST_F(SitesAuthTest, ASiteThatWantsOtherCredentialsIsKeptWithoutAny) {
  Write("a.yaml",
        "gocdb: A\nendpoint: https://a.example\nauth: v3applicationcredential\n"
        "vos:\n- name: x\n  auth: {region: \"WAW4-1\"}\n");
  Write("b.yaml",
        "gocdb: B\nendpoint: https://b.example\nvos: [{name: x, auth: {project_id: p}}]\n");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  ASSERT_THAT(config.targets, SizeIs(2));
  EXPECT_EQ(config.targets[0].credentials.type, Type::kNone) << "no OIDC token goes there";
  EXPECT_EQ(config.targets[0].credentials.token, "");
  EXPECT_EQ(config.targets[0].share.endpoint.region, "WAW4-1");
  EXPECT_THAT(Short(config.warnings),
              ElementsAre(AllOf(HasSubstr("a.yaml:3"), HasSubstr("v3applicationcredential"),
                                HasSubstr(": x"))));
}

TEST_F(SitesAuthTest, MissingOidcTokensAreOneError) {
  oidc_token_.clear();
  env_["T"] = "tok";
  for (const char* name : {"b", "c"}) {
    Write(absl::StrCat(name, ".yaml"),
          absl::StrCat("gocdb: ", name, "\nendpoint: https://", name, ".example\nvos: [",
                       kWithProject, ", {name: y, auth: {project_id: p}}]\n"));
  }
  EXPECT_THAT(ErrorOf(Load()), HasSubstr("4 shares need an OIDC access token"));
  WriteSite("  auth: {type: token, token_env: T}\n");
  SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(5));
  EXPECT_THAT(config.errors, ElementsAre(HasSubstr("4 shares need an OIDC access token")));
  EXPECT_EQ(config.targets[1].share.endpoint.protocol, "openid");
  options_.site_filter = {"A"};
  EXPECT_THAT(MustLoad().errors, IsEmpty()) << "nobody asked for the others";
}

struct WrongAuth {
  std::string cis;
  std::string error;  // a part

  friend void PrintTo(const WrongAuth& auth, std::ostream* out) { *out << auth.error; }
};

class WrongAuthTest : public SitesAuthTest, public testing::WithParamInterface<WrongAuth> {};

TEST_P(WrongAuthTest, IsReportedWithoutTheSecret) {
  env_["EMPTY"] = " ";
  env_["P"] = "hunter2";
  Write("two.lines", "hunter2\nhunter2\n");
  Write("empty.file", "\n");
  WriteSite(GetParam().cis);
  const std::string error = ErrorOf(Load());
  EXPECT_THAT(error, HasSubstr("INVALID_ARGUMENT a.yaml:"));
  EXPECT_THAT(error, HasSubstr(GetParam().error));
  EXPECT_THAT(error, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Auth, WrongAuthTest,
    testing::Values(
        WrongAuth{"  auth: {username: u}\n", "cis.auth.type is missing"},
        WrongAuth{"  auth: {type: kerberos}\n", "cis.auth.type is \"kerberos\""},
        WrongAuth{"  auth: {type: password, password_env: P}\n", "cis.auth.username is missing"},
        WrongAuth{"  auth: {type: password, username: u}\n", "must have password_env"},
        WrongAuth{"  auth: {type: password, username: u, password_env: P, password_file: f}\n",
                  "only one of password_env"},
        WrongAuth{"  auth: {type: password, username: u, password_env: NOT_SET}\n",
                  "environment variable NOT_SET is not set"},
        WrongAuth{"  auth: {type: password, username: u, password_env: EMPTY}\n",
                  "environment variable EMPTY is empty"},
        WrongAuth{"  auth: {type: password, username: u, password_file: no.file}\n",
                  "no.file: No such file"},
        WrongAuth{"  auth: {type: password, username: u, password_file: two.lines}\n",
                  "more than one line"},
        WrongAuth{"  auth: {type: password, username: u, password_file: empty.file}\n",
                  "the file is empty"},
        WrongAuth{"  auth: {type: v3applicationcredential, secret_env: P}\n",
                  "must have id or id_env"},
        WrongAuth{"  auth: {type: v3applicationcredential, id_env: NOT_SET, secret_env: P}\n",
                  "environment variable NOT_SET"},
        WrongAuth{"  auth: {type: token}\n", "must have token_env"},
        WrongAuth{"  auth: {type: password, username: u, password: hunter2}\n",
                  "a.yaml:5: \"password\" holds a secret"},
        WrongAuth{"  auth: {type: v3applicationcredential, id: i, secret: hunter2}\n",
                  "\"secret\" holds a secret"},
        WrongAuth{"  auth:\n    type: token\n    token: hunter2\n",
                  "a.yaml:7: \"token\" holds a secret"}));

TEST_F(SitesAuthTest, ASecretFileThatOthersReadIsAWarning) {
  chmod(Write("tok", "tok").c_str(), 0644);
  WriteSite("  auth: {type: token, token_file: tok}\n");
  EXPECT_THAT(Short(MustLoad().warnings), ElementsAre(HasSubstr("tok: holds a secret")));
}

}  // namespace
}  // namespace cis::crawler
