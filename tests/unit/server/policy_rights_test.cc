// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "absl/hash/hash_testing.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/policy/policy_file.h"
#include "server/policy/rights_of.h"
#include "server/policy/visible_change.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kTwoIssuers[] =
    "issuers:\n"
    "  - {name: a, url: 'https://a', audiences: [x], groups_from: userinfo, scope: groups}\n"
    "  - {name: b, url: 'https://b', audiences: [x], groups_from: token}\n";

Policy PolicyOf(const std::string& rest) {
  const absl::StatusOr<Policy> policy = ParsePolicy("p.yaml", kTwoIssuers + rest);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.value_or(Policy());
}

Caller WithToken(const std::string& issuer_url, const std::vector<std::string>& entitlements,
                 const std::string& subject = "s") {
  TokenIdentity token{issuer_url, subject, {}, {"openid"}};
  for (const std::string& text : entitlements) {
    if (const auto one = ParseEntitlement(text)) token.entitlements.push_back(*one);
  }
  Caller caller;
  caller.token = token;
  return caller;
}
Caller WithCertificate(const std::string& subject, const std::vector<std::string>& sans) {
  Caller caller;
  caller.certificate = ClientCertificate{subject, sans};
  return caller;
}
Caller Local() {
  Caller caller;
  caller.is_local = true;
  return caller;
}

TEST(RightsOf, WithoutAPolicyOnlyLocalCallersReadAndTheyReadEverything) {
  EXPECT_EQ(RightsOf(Policy(), Local()), AllRights());
  EXPECT_FALSE(RightsOf(Policy(), Caller()).may_read);
  EXPECT_FALSE(RightsOf(Policy(), WithToken("https://a", {"urn:x:y:group:vo"})).may_read);
  EXPECT_FALSE(RightsOf(Policy(), WithCertificate("CN=x", {"x"})).may_read);
}

TEST(RightsOf, APolicyGivesEveryoneWhatIsPublic) {
  const Policy policy = PolicyOf("public: [{kinds: [project_ids], vos: [vo]}]");
  const Rights rights = RightsOf(policy, Caller());
  EXPECT_TRUE(rights.may_read);
  EXPECT_FALSE(rights.SeesVo("vo"));
  EXPECT_FALSE(rights.operation);
  EXPECT_EQ(rights.PublicAt("ANY", "vo"), kProjectIds);
  EXPECT_EQ(rights.PublicAt("ANY", "wo"), 0);
  EXPECT_EQ(RightsOf(policy, Local()), AllRights());
}

struct Case {
  const char* what;
  const char* who;  // of the one rule
  Caller caller;
  bool matches;
};

TEST(RightsOf, FollowsTheRules) {
  const char kVo[] = "urn:mace:egi.eu:group:vo:role=member#aai.egi.eu";
  const std::vector<Case> cases = {
      {"right group", "issuer: a, group: vo", WithToken("https://a", {kVo}), true},
      {"one of several groups", "issuer: a, group: vo",
       WithToken("https://a", {"urn:mace:egi.eu:group:wo", kVo}), true},
      {"no group", "issuer: a, group: vo", WithToken("https://a", {}), false},
      {"anonymous", "issuer: a, group: vo", Caller(), false},
      {"wrong group", "issuer: a, group: vo", WithToken("https://a", {"urn:x:y:group:wo"}), false},
      {"longer name", "issuer: a, group: vo", WithToken("https://a", {"urn:x:y:group:vo2"}), false},
      {"name of the group inside another", "issuer: a, group: vo",
       WithToken("https://a", {"urn:x:y:group:x:vo", "urn:x:y:group:vo%3Ax", "urn:x:vo:group:x"}),
       false},
      {"name of the group as role", "issuer: a, group: vo",
       WithToken("https://a", {"urn:x:y:group:x:role=vo#vo"}), false},
      {"other case", "issuer: a, group: vo", WithToken("https://a", {"urn:x:y:group:VO"}), false},
      {"other issuer", "issuer: a, group: vo", WithToken("https://b", {kVo}), false},
      {"unknown issuer", "issuer: a, group: vo", WithToken("https://c", {kVo}), false},
      {"issuer with a slash more", "issuer: a, group: vo", WithToken("https://a/", {kVo}), false},
      {"subgroup", "issuer: a, group: vo", WithToken("https://a", {"urn:x:y:group:vo:sub"}), false},
      {"role of a subgroup", "issuer: a, group: vo, role: member",
       WithToken("https://a", {"urn:x:y:group:vo:sub:role=member"}), false},
      {"subgroup if the rule says so", "issuer: a, group: vo, subgroups: true",
       WithToken("https://a", {"urn:x:y:group:vo:sub:deep:role=member"}), true},
      {"other VO's subgroup", "issuer: a, group: vo, subgroups: true",
       WithToken("https://a", {"urn:x:y:group:wo:vo"}), false},
      {"group above", "issuer: a, group: 'vo:sub'", WithToken("https://a", {kVo}), false},
      {"right subgroup", "issuer: a, group: 'vo:sub'",
       WithToken("https://a", {"urn:x:y:group:vo:sub"}), true},
      {"role", "issuer: a, group: vo, role: member", WithToken("https://a", {kVo}), true},
      {"other role", "issuer: a, group: vo, role: admin", WithToken("https://a", {kVo}), false},
      {"other case of the role", "issuer: a, group: vo, role: Member",
       WithToken("https://a", {kVo}), false},
      {"no role", "issuer: a, group: vo, role: member",
       WithToken("https://a", {"urn:mace:egi.eu:group:vo"}), false},
      {"authority", "issuer: a, group: vo, authority: aai.egi.eu", WithToken("https://a", {kVo}),
       true},
      {"foreign authority", "issuer: a, group: vo, authority: aai.egi.eu",
       WithToken("https://a", {"urn:mace:egi.eu:group:vo:role=member#evil.example"}), false},
      {"no authority", "issuer: a, group: vo, authority: aai.egi.eu",
       WithToken("https://a", {"urn:mace:egi.eu:group:vo:role=member"}), false},
      {"authority in a name", "issuer: a, group: vo, authority: aai.egi.eu",
       WithToken("https://a", {"urn:mace:egi.eu:group:vo%23aai.egi.eu"}), false},
      {"foreign namespace", "issuer: a, group: vo, namespace: 'mace:egi.eu'",
       WithToken("https://a", {"urn:geant:x:group:vo"}), false},
      {"encoded group", "issuer: a, group: vo", WithToken("https://a", {"urn:x:y:group:%76%6F"}),
       true},
      {"encoded colon", "issuer: a, group: 'v%3Ao'",
       WithToken("https://a", {"urn:x:y:group:v%3ao"}), true},
      {"colon that separates", "issuer: a, group: 'v%3Ao'",
       WithToken("https://a", {"urn:x:y:group:v:o"}), false},
      {"path", "issuer: b, group: 'vo:sub'", WithToken("https://b", {"/vo/sub"}), true},
      {"subject", "issuer: a, subject: s", WithToken("https://a", {}), true},
      {"other subject", "issuer: a, subject: s", WithToken("https://a", {}, "S"), false},
      {"subject of another issuer", "issuer: a, subject: s", WithToken("https://b", {}), false},
      {"DN", "client_certificate: {subject: 'CN=p,O=x'}", WithCertificate("CN=p,O=x", {}), true},
      {"longer DN", "client_certificate: {subject: 'CN=p'}", WithCertificate("CN=p,O=x", {}),
       false},
      {"DN as SAN", "client_certificate: {subject: p}", WithCertificate("CN=x", {"p"}), false},
      {"SAN", "client_certificate: {san: p}", WithCertificate("CN=x", {"q", "p"}), true},
      {"other SAN", "client_certificate: {san: p}", WithCertificate("p", {"q"}), false},
      {"no certificate", "client_certificate: {san: p}", WithToken("https://a", {kVo}), false},
      {"authenticated by token", "authenticated: true", WithToken("https://a", {}), true},
      {"authenticated by certificate", "authenticated: true", WithCertificate("CN=x", {}), true},
      {"token of an unknown issuer", "authenticated: true", WithToken("https://c", {}), false},
      {"not authenticated", "authenticated: true", Caller(), false},
      {"anyone", "anonymous: true", Caller(), true},
      {"anyone, also with a token", "anonymous: true", WithToken("https://a", {}), true},
  };
  for (const Case& one : cases) {
    const Policy policy = PolicyOf(
        absl::StrCat("rules:\n  - {who: {", one.who, "}, may: {vos: [granted], report: true}}\n"));
    const Rights rights = RightsOf(policy, one.caller);
    EXPECT_EQ(rights.SeesVo("granted"), one.matches) << one.what;
    EXPECT_EQ(rights.report, one.matches) << one.what;
    EXPECT_FALSE(rights.operation) << one.what;
    EXPECT_FALSE(rights.SeesVo("vo")) << one.what;
  }
}

TEST(RightsOf, OwnIsTheVoOfTheGroup) {
  const Policy policy = PolicyOf(
      "vo_groups: {mapped: 'eosc:synergy'}\n"
      "rules:\n"
      "  - {who: {issuer: a, group: '*', role: member}, may: {vos: own}}\n"
      "  - {who: {issuer: b, group: 'vo:sub'}, may: {vos: own}}\n"
      "  - {who: {issuer: b, group: '*', subgroups: true, role: admin}, may: {vos: own}}\n");
  const auto vos = [&policy](const char* issuer, const char* entitlement) {
    return RightsOf(policy, WithToken(issuer, {entitlement})).vos;
  };
  EXPECT_THAT(vos("https://a", "urn:x:y:group:vo:role=member"), ElementsAre("vo"));
  EXPECT_THAT(vos("https://a", "urn:x:y:group:vo:role=guest"), IsEmpty());
  EXPECT_THAT(vos("https://a", "urn:x:y:group:vo:sub:role=member"), IsEmpty());
  EXPECT_THAT(vos("https://a", "urn:x:y:group:eosc:synergy:role=member"), ElementsAre("mapped"));
  EXPECT_THAT(vos("https://a", "urn:x:y:group:eosc:role=member"), ElementsAre("eosc"));
  // The VO of that name has another group.
  EXPECT_THAT(vos("https://a", "urn:x:y:group:mapped:role=member"), IsEmpty());
  EXPECT_THAT(vos("https://b", "/vo/sub"), ElementsAre("vo"));
  EXPECT_THAT(vos("https://b", "/vo"), IsEmpty());
  EXPECT_THAT(vos("https://b", "urn:x:y:group:eosc:synergy:deep:role=admin"),
              ElementsAre("mapped"));
}

TEST(RightsOf, AddsUpWhatSeveralRulesGrant) {
  const Policy policy = PolicyOf(
      "public: [{kinds: [quotas], sites: all}]\n"
      "rules:\n"
      "  - {who: {anonymous: true}, may: {vos: [open]}}\n"
      "  - {who: {issuer: a, group: vo}, may: {vos: own}}\n"
      "  - {who: {client_certificate: {san: p}}, may: {operation: true}}\n"
      "  - {who: {issuer: a, subject: root}, may: {vos: all}}\n");
  Caller caller = WithToken("https://a", {"/vo"});
  EXPECT_THAT(RightsOf(policy, caller).vos, ElementsAre("open", "vo"));
  caller.certificate = ClientCertificate{"CN=x", {"p"}};
  EXPECT_TRUE(RightsOf(policy, caller).operation);
  EXPECT_FALSE(RightsOf(policy, caller).sees_everything());
  caller.token->subject = "root";
  const Rights rights = RightsOf(policy, caller);
  EXPECT_TRUE(rights.sees_everything());
  EXPECT_FALSE(rights.report);
  // So that the rights of two such callers are equal, whatever their groups are.
  EXPECT_THAT(rights.vos, IsEmpty());
  EXPECT_THAT(rights.public_facts, IsEmpty());
}

TEST(MissingScopeOf, NamesTheScopeOnlyIfItExplainsThatThereAreNoGroups) {
  const Policy policy = PolicyOf("");
  Caller caller = WithToken("https://a", {});
  EXPECT_EQ(MissingScopeOf(policy, caller), (MissingScope{"a", "groups"}));
  caller.token->scopes = {"openid", "groups"};
  EXPECT_EQ(MissingScopeOf(policy, caller), std::nullopt);
  EXPECT_EQ(MissingScopeOf(policy, WithToken("https://a", {"/vo"})), std::nullopt);
  EXPECT_EQ(MissingScopeOf(policy, WithToken("https://b", {})), std::nullopt);
  EXPECT_EQ(MissingScopeOf(policy, WithToken("https://c", {})), std::nullopt);
  EXPECT_EQ(MissingScopeOf(policy, Caller()), std::nullopt);
}

TEST(MaySee, ShowsAMemberWhatChangedOfTheVo) {
  Change change;
  change.share.endpoint.site_name = "SITE-A";
  change.share.vo = "vo";
  change.of_share = true;
  change.kind = ChangeKind::kQuota;
  Rights member;
  member.may_read = true;
  member.vos = {"vo"};
  Rights other = member;
  other.vos = {"wo"};
  Rights operation = other;
  operation.operation = true;
  EXPECT_TRUE(MaySee(change, member));
  EXPECT_FALSE(MaySee(change, other));
  EXPECT_TRUE(MaySee(change, operation));
  EXPECT_FALSE(MaySee(change, Rights()));
  other.public_facts = {{kPlacements, {"site-a"}, {}}};
  EXPECT_TRUE(MaySee(change, other));
  change.field = "owner";
  EXPECT_FALSE(MaySee(change, member));
  change.field = "limit_count";
  change.event = ChangeEvent::kFailing;
  EXPECT_FALSE(MaySee(change, member));
  change.event = ChangeEvent::kChanged;
  change.of_share = false;
  EXPECT_FALSE(MaySee(change, member));
  EXPECT_TRUE(MaySee(change, operation));
}

TEST(Rights, TextIsTheSameForEqualRightsOnly) {
  Rights two;
  two.may_read = true;
  two.vos = {"a", "b"};
  Rights joined = two;
  joined.vos = {"a\",\"b"};
  Rights shown = two;
  shown.public_facts = {{kQuotas, {"x"}, {}}};
  Rights shown_vo = two;
  shown_vo.public_facts = {{kQuotas, {}, {"x"}}};
  Rights operation = two;
  operation.operation = true;
  Rights report = two;
  report.report = true;
  EXPECT_EQ(two.Text(), "vos=[\"a\",\"b\"]");
  EXPECT_EQ(shown.Text(), "vos=[\"a\",\"b\"];public=quotas@[\"x\"][]");
  EXPECT_EQ(Rights().Text(), "none");
  EXPECT_EQ(AllRights().Text(), "vos=all;operation;report");
  EXPECT_TRUE(absl::VerifyTypeImplementsAbslHashCorrectly(
      {Rights(), two, joined, shown, shown_vo, operation, report, AllRights()}));
}

TEST(Rights, ComparesSitesWithoutCaseAndVosWithIt) {
  const Policy policy = PolicyOf("public: [{kinds: [quotas], sites: [Cesga], vos: [vo]}]");
  const Rights rights = RightsOf(policy, Caller());
  EXPECT_EQ(rights.PublicAt("CESGA", "vo"), kQuotas);
  EXPECT_EQ(rights.PublicAt("CESGA", "VO"), 0);
  EXPECT_EQ(rights.PublicAt("CESGA-2", "vo"), 0);
}

}  // namespace
}  // namespace cis::server
