// SPDX-License-Identifier: Apache-2.0
#include "server/policy/policy_file.h"

#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schema/base/read_file.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kIssuers[] =
    "issuers:\n"
    "  - {name: a, url: 'https://a.example', audiences: [cis], groups_from: token}\n";

// The message of the error of a policy; empty if there is none.
std::string ErrorOf(const std::string& text) {
  return std::string(ParsePolicy("p.yaml", text).status().message());
}
std::string ErrorOfRule(const std::string& rule) {
  return ErrorOf(absl::StrCat(kIssuers, "rules:\n  - ", rule, "\n"));
}

TEST(ParsePolicy, ReadsTheExampleThatIsShipped) {
  const absl::StatusOr<std::string> text =
      ReadTextFile(CIS_SOURCE_DIR "/deploy/policy.yaml.example", kMaxPolicyBytes);
  ASSERT_TRUE(text.ok()) << text.status();
  const absl::StatusOr<Policy> policy = ParsePolicy("example", *text);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_TRUE(policy->is_given);
  ASSERT_EQ(policy->issuers.size(), 2U);
  const IssuerPolicy& checkin = policy->issuers[0];
  EXPECT_EQ(checkin.url, "https://aai.egi.eu/auth/realms/egi");
  EXPECT_THAT(checkin.audiences, ElementsAre("cis.example.org"));
  EXPECT_THAT(checkin.algorithms, ElementsAre("RS256"));
  EXPECT_EQ(checkin.groups_from, GroupsFrom::kUserinfo);
  EXPECT_EQ(checkin.scope, "eduperson_entitlement");
  ASSERT_EQ(policy->rules.size(), 8U);
  EXPECT_EQ(policy->rules[0].may.vos, Grant::Vos::kOwn);
  EXPECT_TRUE(policy->rules[0].who.group.group.empty());
  EXPECT_THAT(policy->rules[2].who.group.group, ElementsAre("cis.example.org", "operators"));
  EXPECT_TRUE(policy->rules[2].may.operation);
  EXPECT_EQ(policy->rules[4].who.kind, Who::Kind::kCertificateSan);
  EXPECT_EQ(policy->rules[5].who.text, "CN=monitoring,O=Example");
  EXPECT_THAT(policy->groups_of_vos.at("eosc-synergy.eu"), ElementsAre("eosc", "synergy"));
  ASSERT_EQ(policy->public_facts.size(), 2U);
  EXPECT_EQ(policy->public_facts[0], (PublicFacts{kProjectIds, {}, {}}));
  EXPECT_EQ(policy->public_facts[1],
            (PublicFacts{kPrivateFlavors | kQuotas, {"cesga"}, {"vo.access.egi.eu"}}));
  EXPECT_FALSE(policy->personal.audit_subject);
  EXPECT_EQ(policy->personal.digest_key_file, "/etc/cis/audit.key");
  EXPECT_EQ(policy->personal.retention, absl::Hours(24 * 90));
}

TEST(ParsePolicy, TheReadmeShowsTheExampleThatIsShipped) {
  const auto content = [](const char* path) {
    std::ifstream file(path);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  };
  const std::string example = content(CIS_SOURCE_DIR "/deploy/policy.yaml.example");
  ASSERT_FALSE(example.empty());
  EXPECT_THAT(content(CIS_SOURCE_DIR "/server/policy/README.md"),
              HasSubstr(example.substr(example.find("issuers:"))));
}

TEST(ParsePolicy, AnEmptyMappingIsAPolicyWithoutRules) {
  const absl::StatusOr<Policy> policy = ParsePolicy("p.yaml", "{}");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_TRUE(policy->is_given);
  EXPECT_TRUE(policy->rules.empty());
}

TEST(ParsePolicy, NamesTheLineAndTheRightKey) {
  EXPECT_EQ(ErrorOf("{}\nrule: []\n").substr(0, 7), "p.yaml:");
  EXPECT_EQ(ErrorOf("rules: []\nisuers: []\n"),
            "p.yaml:2: isuers is not a key; did you mean issuers?");
  EXPECT_EQ(ErrorOfRule("{who: {anonymous: true}, may: {operatoin: true}}"),
            "p.yaml:4: rules[0].may.operatoin is not a key; did you mean operation?\n"
            "p.yaml:4: rules[0].may grants nothing; it must have vos, operation or report");
}

TEST(ParsePolicy, ReportsAllErrorsAtOnce) {
  EXPECT_EQ(ErrorOf("personal: {audit_subject: never, retention: long}\nrules: 3\n"),
            "p.yaml:2: rules is a text; it must be a list of rules\n"
            "p.yaml:1: personal.audit_subject is \"never\"; it must be digest or plain\n" +
                ErrorOf("personal: {retention: long}"));
}

TEST(ParsePolicy, RefusesWhatIsNotOneMappingOfKeys) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("p.yaml:1: the file is empty; a policy is a mapping"));
  EXPECT_THAT(ErrorOf("- a"), HasSubstr("the file is a list"));
  EXPECT_THAT(ErrorOf("a: [\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(ErrorOf("rules: []\n---\nrules: []\n"), HasSubstr("several YAML documents"));
  EXPECT_EQ(ErrorOf("rules: []\nrules: []\n"), "p.yaml:2: key \"rules\" is given twice; keep one");
  EXPECT_THAT(ErrorOf("[a]: b\n"), HasSubstr("p.yaml:1: a key is a list; it must be a text"));
  EXPECT_THAT(ErrorOf(std::string(kMaxPolicyBytes + 1, ' ')), HasSubstr("a policy has at most"));
  EXPECT_THAT(ErrorOf("a: " + std::string(30, '[') + std::string(30, ']')),
              HasSubstr("nested deeper"));
}

TEST(ParsePolicy, RefusesADocumentThatAliasesMakeLarge) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    const std::string before = absl::StrCat("*a", i - 1);
    absl::StrAppend(&text, "a", i, ": &a", i, " [", before, ", ", before, ", ", before, ", ",
                    before, ", ", before, ", ", before, ", ", before, ", ", before, "]\n");
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("more than 100000 values"));
}

TEST(ParsePolicy, ChecksIssuers) {
  const auto error = [](const std::string& issuer) {
    return ErrorOf(absl::StrCat("issuers:\n  - {", issuer, "}\n"));
  };
  EXPECT_THAT(error("url: 'https://a', audiences: [x], groups_from: token"),
              HasSubstr("p.yaml:2: issuers[0].name is missing; it must be the name that rules"));
  EXPECT_THAT(error("name: a, audiences: [x], groups_from: token"),
              HasSubstr("issuers[0].url is missing; it must be the issuer as in the claim iss"));
  EXPECT_THAT(error("name: a, url: 'http://a', audiences: [x], groups_from: token"),
              HasSubstr("issuers[0].url is \"http://a\"; it must be"));
  EXPECT_EQ(error("name: a, url: 'http://127.0.0.1:9', audiences: [x], groups_from: token"), "");
  EXPECT_THAT(error("name: a, url: 'https://a', groups_from: token"),
              HasSubstr("issuers[0].audiences is missing; it must be a list of accepted values"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: x, groups_from: token"),
              HasSubstr("issuers[0].audiences is a text; it must be a list"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: [], groups_from: token"),
              HasSubstr("issuers[0].audiences is an empty list"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: [x, x], groups_from: token"),
              HasSubstr("issuers[0].audiences has \"x\" twice; keep one"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: [x]"),
              HasSubstr("issuers[0].groups_from is missing; it must be token or userinfo"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: [x], groups_from: ldap"),
              HasSubstr("issuers[0].groups_from is \"ldap\"; it must be token or userinfo"));
  for (const char* algorithm : {"none", "HS256", "rs256"}) {
    EXPECT_THAT(error(absl::StrCat("name: a, url: 'https://a', audiences: [x], groups_from: token, "
                                   "algorithms: [",
                                   algorithm, "]")),
                HasSubstr(absl::StrCat("issuers[0].algorithms has \"", algorithm,
                                       "\"; it must be a list of RS256,")));
  }
  EXPECT_THAT(error("name: [a], url: 'https://a', audiences: [x], groups_from: token"),
              HasSubstr("issuers[0].name is a list; it must be the name"));
  EXPECT_THAT(error("name: a, url: 'https://a', audiences: [x], groups_from: token, key: b"),
              HasSubstr("issuers[0].key is not a key"));
  const std::string twice = std::string(kIssuers) + (std::strchr(kIssuers, '\n') + 1);
  EXPECT_EQ(ErrorOf(twice),
            "p.yaml:3: issuers[1].name is \"a\" again; each issuer needs a name of its own\n"
            "p.yaml:3: issuers[1].url is \"https://a.example\" again; an issuer is described once");
}

TEST(ParsePolicy, ChecksWhomARuleIsAbout) {
  const auto error = [](const std::string& who) {
    return ErrorOfRule(absl::StrCat("{who: {", who, "}, may: {report: true}}"));
  };
  const char kOne[] =
      "rules[0].who must have exactly one of group, subject, client_certificate, anonymous, "
      "authenticated";
  EXPECT_THAT(error(""), HasSubstr(kOne));
  EXPECT_THAT(error("anonymous: true, subject: x"), HasSubstr(kOne));
  EXPECT_THAT(
      error("group: vo"),
      HasSubstr("rules[0].who.issuer is missing; it must be the name of one of issuers: a"));
  EXPECT_THAT(error("issuer: b, group: vo"), HasSubstr("rules[0].who.issuer is \"b\"; it must be"));
  EXPECT_THAT(error("issuer: a, anonymous: true"),
              HasSubstr("rules[0].who.issuer belongs to group or subject"));
  EXPECT_THAT(error("issuer: a, subject: x, role: y"),
              HasSubstr("rules[0].who.role belongs to group, which is missing"));
  for (const char* group : {"vo:role=x", "'vo#x'", "'urn:mace:egi.eu:group:vo'", "'vo:'", "/vo"}) {
    EXPECT_THAT(error(absl::StrCat("issuer: a, group: ", group)),
                HasSubstr("it must be VO or VO:SUBGROUP"))
        << group;
  }
  EXPECT_THAT(error("issuer: a, group: vo, subgroups: 1"),
              HasSubstr("rules[0].who.subgroups is \"1\"; it must be true or false"));
  EXPECT_THAT(error("anonymous: false"), HasSubstr("rules[0].who.anonymous is false"));
  EXPECT_THAT(error("client_certificate: x"),
              HasSubstr("rules[0].who.client_certificate is a text; it must be a mapping"));
  EXPECT_THAT(error("client_certificate: {}"), HasSubstr("exactly one of subject and san"));
  EXPECT_THAT(error("client_certificate: {subject: x, san: y}"),
              HasSubstr("exactly one of subject and san"));
  EXPECT_THAT(error("issuer: a, subject: ''"), HasSubstr("rules[0].who.subject is an empty text"));
  EXPECT_EQ(error("issuer: a, subject: x"), "");
  EXPECT_THAT(ErrorOfRule("{who: {anonymous: true}}"),
              HasSubstr("rules[0] must have the keys who and may"));
}

TEST(ParsePolicy, ChecksWhatARuleGrants) {
  const auto error = [](const std::string& may) {
    return ErrorOfRule(absl::StrCat("{who: {issuer: a, subject: x}, may: {", may, "}}"));
  };
  EXPECT_THAT(error(""), HasSubstr("rules[0].may grants nothing"));
  EXPECT_THAT(error("vos: mine"), HasSubstr("rules[0].may.vos is \"mine\"; it must be own, all"));
  EXPECT_THAT(error("vos: own"), HasSubstr("rules[0].may.vos is own, which is the VO of a group"));
  EXPECT_THAT(error("vos: []"), HasSubstr("rules[0].may.vos is an empty list"));
  EXPECT_THAT(error("operation: all"), HasSubstr("rules[0].may.operation is \"all\""));
  EXPECT_EQ(error("vos: [b, a], operation: true"), "");
}

TEST(ParsePolicy, ChecksTheGroupsOfVos) {
  EXPECT_THAT(ErrorOf("vo_groups: [a]"), HasSubstr("vo_groups must be a mapping"));
  EXPECT_THAT(ErrorOf("vo_groups: {vo: '*'}"), HasSubstr("vo_groups.vo is \"*\"; it must be VO"));
  EXPECT_THAT(ErrorOf("vo_groups: {vo: a, wo: a}"),
              HasSubstr("vo_groups.wo is \"a\", the group of vo; a group belongs to one VO"));
  EXPECT_THAT(ErrorOf(absl::StrCat(kIssuers, "vo_groups: {vo: x:y}\n",
                                   "rules:\n  - {who: {issuer: a, group: vo}, may: {vos: own}}\n")),
              HasSubstr("p.yaml:5: rules[0].may.vos is own, but group \"vo\" is of no VO"));
}

TEST(ParsePolicy, ChecksWhatIsPublicAndPersonal) {
  EXPECT_THAT(ErrorOf("public:\n  - {sites: all}"), HasSubstr("public[0].kinds is missing"));
  EXPECT_THAT(ErrorOf("public:\n  - {kinds: [secrets], sites: all}"),
              HasSubstr("p.yaml:2: public[0].kinds has \"secrets\"; it must be a list of "
                        "project_ids, private_flavors, private_images, quotas, floating_ips, "
                        "placements"));
  EXPECT_THAT(ErrorOf("public:\n  - {kinds: [quotas]}"),
              HasSubstr("public[0] must have sites or vos"));
  EXPECT_THAT(ErrorOf("public:\n  - {kinds: [quotas], sites: X}"),
              HasSubstr("public[0].sites is a text; it must be all or a list of names"));
  EXPECT_THAT(ErrorOf("personal: {retention: 0s}"), HasSubstr("p.yaml:1: personal.retention: "));
  EXPECT_THAT(ErrorOf("personal: {digest_key_file: {}}"),
              HasSubstr("personal.digest_key_file is a mapping; it must be the path of a file"));
}

TEST(ReadPolicy, NamesAFileThatCannotBeRead) {
  const absl::Status status = ReadPolicy("/nonexistent/policy.yaml").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent/policy.yaml"));
}

TEST(ReadPolicy, ReadsTheKeyOfDigests) {
  const TempDir dir;
  const std::string key(32, 'k');
  std::ofstream(dir.File("key")) << key;
  std::ofstream(dir.File("short")) << "secret";
  const auto with = [&dir](const std::string& name) {
    std::ofstream(dir.File("policy")) << "personal: {digest_key_file: " << dir.File(name) << "}\n";
    return ReadPolicy(dir.File("policy"));
  };
  ASSERT_TRUE(with("key").ok()) << with("key").status();
  EXPECT_EQ(with("key")->personal.digest_key, key);
  EXPECT_THAT(std::string(with("short").status().message()),
              HasSubstr("the key of digests has 6 bytes; it needs at least 32"));
  EXPECT_EQ(with("missing").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace cis::server
