// SPDX-License-Identifier: Apache-2.0
#include "server/policy/policy_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/duration_text.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"
#include "server/policy/entitlement.h"
#include "server/policy/policy_yaml.h"

namespace cis::server {
namespace {

// What signatures may be made with. None is symmetric: a client would know the key.
constexpr std::array<absl::string_view, 9> kAlgorithms{"RS256", "RS384", "RS512", "ES256", "ES384",
                                                       "ES512", "PS256", "PS384", "PS512"};

constexpr size_t kMinDigestKeyBytes = 32;
constexpr size_t kMaxDigestKeyBytes = 4096;

constexpr absl::string_view kGroupForm =
    "it must be VO or VO:SUBGROUP, with %3A for a colon in a name, or \"*\" for the group of any "
    "VO; role, authority and namespace are keys of their own";

std::string Item(absl::string_view list, size_t index) {
  return absl::StrCat(list, "[", index, "]");
}

IssuerPolicy ReadIssuer(PolicyYaml& yaml, const YAML::Node& map, const std::string& path) {
  IssuerPolicy out;
  if (!yaml.CheckKeys(map, path,
                      {"name", "url", "audiences", "algorithms", "groups_from", "scope"})) {
    return out;
  }
  out.name = yaml.Needed(map, "name", path, "it must be the name that rules use");
  constexpr absl::string_view kUrlForm =
      "it must be the issuer as in the claim iss, such as https://aai.egi.eu/auth/realms/egi";
  out.url = yaml.Needed(map, "url", path, kUrlForm);
  // Tests run their issuers on loopback; keys over plain text from elsewhere could be anyone's.
  if (!out.url.empty() && !absl::StartsWith(out.url, "https://") &&
      !absl::StartsWith(out.url, "http://127.0.0.1:") &&
      !absl::StartsWith(out.url, "http://[::1]:") &&
      !absl::StartsWith(out.url, "http://localhost:")) {
    yaml.Error(FindPolicyKey(map, "url"),
               absl::StrCat(path, ".url is \"", out.url, "\"; ", kUrlForm));
  }
  constexpr absl::string_view kAudienceForm =
      "it must be a list of accepted values of the claim aud";
  out.audiences =
      yaml.Texts(map, "audiences", path, kAudienceForm).value_or(std::vector<std::string>());
  if (!FindPolicyKey(map, "audiences").IsDefined()) {
    yaml.Error(map, absl::StrCat(path, ".audiences is missing; ", kAudienceForm));
  }
  const std::string algorithm_form =
      absl::StrCat("it must be a list of ", absl::StrJoin(kAlgorithms, ", "));
  out.algorithms = yaml.Texts(map, "algorithms", path, algorithm_form)
                       .value_or(std::vector<std::string>{"RS256"});
  for (const std::string& algorithm : out.algorithms) {
    if (std::find(kAlgorithms.begin(), kAlgorithms.end(), algorithm) != kAlgorithms.end()) continue;
    yaml.Error(FindPolicyKey(map, "algorithms"),
               absl::StrCat(path, ".algorithms has \"", algorithm, "\"; ", algorithm_form));
  }
  constexpr absl::string_view kFromForm = "it must be token or userinfo";
  const std::string from = yaml.Needed(map, "groups_from", path, kFromForm);
  out.groups_from = from == "userinfo" ? GroupsFrom::kUserinfo : GroupsFrom::kToken;
  if (!from.empty() && from != "userinfo" && from != "token") {
    yaml.Error(FindPolicyKey(map, "groups_from"),
               absl::StrCat(path, ".groups_from is \"", from, "\"; ", kFromForm));
  }
  out.scope = yaml.Text(map, "scope", path, "it must be the scope that groups need").value_or("");
  return out;
}

void ReadIssuers(PolicyYaml& yaml, const YAML::Node& root, Policy* policy) {
  const std::vector<YAML::Node> items =
      yaml.Items(root, "issuers", "", "it must be a list of issuers");
  for (size_t i = 0; i < items.size(); ++i) {
    IssuerPolicy issuer = ReadIssuer(yaml, items[i], Item("issuers", i));
    if (policy->FindIssuer(issuer.name) != nullptr) {
      yaml.Error(items[i], absl::StrCat(Item("issuers", i), ".name is \"", issuer.name,
                                        "\" again; each issuer needs a name of its own"));
    }
    if (policy->FindIssuerByUrl(issuer.url) != nullptr) {
      yaml.Error(items[i], absl::StrCat(Item("issuers", i), ".url is \"", issuer.url,
                                        "\" again; an issuer is described once"));
    }
    policy->issuers.push_back(std::move(issuer));
  }
}

void ReadGroup(PolicyYaml& yaml, const YAML::Node& map, const std::string& path,
               GroupPattern* out) {
  const std::string group = yaml.Text(map, "group", path, kGroupForm).value_or("");
  if (!group.empty() && group != "*") {
    const std::optional<std::vector<std::string>> parsed = ParseGroupName(group);
    if (parsed) {
      out->group = *parsed;
    } else {
      yaml.Error(FindPolicyKey(map, "group"),
                 absl::StrCat(path, ".group is \"", group, "\"; ", kGroupForm));
    }
  }
  out->subgroups = yaml.Flag(map, "subgroups", path).value_or(false);
  out->role = yaml.Text(map, "role", path, "it must be a role, such as member").value_or("");
  out->authority =
      yaml.Text(map, "authority", path, "it must be what follows #, such as aai.egi.eu")
          .value_or("");
  out->urn_namespace = yaml.Text(map, "namespace", path,
                                 "it must be what is between urn: and :group:, such as "
                                 "mace:egi.eu")
                           .value_or("");
}

void ReadCertificate(PolicyYaml& yaml, const YAML::Node& map, const std::string& path, Who* out) {
  const YAML::Node node = FindPolicyKey(map, "client_certificate");
  const std::string key = absl::StrCat(path, ".client_certificate");
  if (!yaml.CheckKeys(node, key, {"subject", "san"})) return;
  constexpr absl::string_view kForm =
      "it must be a text, the subject as in RFC 2253 or one subject alternative name";
  const std::optional<std::string> subject = yaml.Text(node, "subject", key, kForm);
  const std::optional<std::string> san = yaml.Text(node, "san", key, kForm);
  if (FindPolicyKey(node, "subject").IsDefined() == FindPolicyKey(node, "san").IsDefined()) {
    yaml.Error(node, absl::StrCat(key, " must have exactly one of subject and san"));
  }
  out->kind = subject ? Who::Kind::kCertificateSubject : Who::Kind::kCertificateSan;
  out->text = subject ? *subject : san.value_or("");
}

Who ReadWho(PolicyYaml& yaml, const YAML::Node& map, const std::string& path,
            const Policy& policy) {
  Who out;
  constexpr std::array<absl::string_view, 5> kChoices{"group", "subject", "client_certificate",
                                                      "anonymous", "authenticated"};
  if (!yaml.CheckKeys(map, path,
                      {"issuer", "group", "subgroups", "role", "authority", "namespace", "subject",
                       "client_certificate", "anonymous", "authenticated"})) {
    return out;
  }
  const auto has = [&map](absl::string_view key) { return FindPolicyKey(map, key).IsDefined(); };
  if (std::count_if(kChoices.begin(), kChoices.end(), has) != 1) {
    yaml.Error(map,
               absl::StrCat(path, " must have exactly one of ", absl::StrJoin(kChoices, ", ")));
    return out;
  }
  const bool needs_issuer = has("group") || has("subject");
  for (const absl::string_view key : {"subgroups", "role", "authority", "namespace"}) {
    if (has(key) && !has("group")) {
      yaml.Error(FindPolicyKey(map, key),
                 absl::StrCat(path, ".", key, " belongs to group, which is missing"));
    }
  }
  if (needs_issuer) {
    std::vector<std::string> names;
    for (const IssuerPolicy& issuer : policy.issuers) names.push_back(issuer.name);
    const std::string form =
        absl::StrCat("it must be the name of one of issuers: ", absl::StrJoin(names, ", "));
    out.issuer = yaml.Needed(map, "issuer", path, form);
    if (!out.issuer.empty() && policy.FindIssuer(out.issuer) == nullptr) {
      yaml.Error(FindPolicyKey(map, "issuer"),
                 absl::StrCat(path, ".issuer is \"", out.issuer, "\"; ", form));
    }
  } else if (has("issuer")) {
    yaml.Error(FindPolicyKey(map, "issuer"),
               absl::StrCat(path, ".issuer belongs to group or subject, which are missing"));
  }
  if (has("group")) {
    out.kind = Who::Kind::kGroup;
    ReadGroup(yaml, map, path, &out.group);
  } else if (has("subject")) {
    out.kind = Who::Kind::kSubject;
    out.text = yaml.Text(map, "subject", path, "it must be the claim sub, a text").value_or("");
  } else if (has("client_certificate")) {
    ReadCertificate(yaml, map, path, &out);
  } else {
    const absl::string_view key = has("anonymous") ? "anonymous" : "authenticated";
    out.kind = has("anonymous") ? Who::Kind::kAnonymous : Who::Kind::kAuthenticated;
    if (yaml.Flag(map, key, path) == false) {
      yaml.Error(FindPolicyKey(map, key),
                 absl::StrCat(path, ".", key, " is false; it must be true, or leave the rule out"));
    }
  }
  return out;
}

Grant ReadGrant(PolicyYaml& yaml, const YAML::Node& map, const std::string& path, const Who& who) {
  Grant out;
  if (!yaml.CheckKeys(map, path, {"vos", "operation", "report"})) return out;
  constexpr absl::string_view kForm = "it must be own, all or a list of VOs";
  const YAML::Node vos = FindPolicyKey(map, "vos");
  if (vos.IsDefined() && vos.IsScalar()) {
    if (vos.Scalar() == "all") {
      out.vos = Grant::Vos::kAll;
    } else if (vos.Scalar() == "own") {
      out.vos = Grant::Vos::kOwn;
      if (who.kind != Who::Kind::kGroup) {
        yaml.Error(vos, absl::StrCat(path,
                                     ".vos is own, which is the VO of a group; this rule "
                                     "names no group"));
      }
    } else {
      yaml.Error(vos, absl::StrCat(path, ".vos is \"", vos.Scalar(), "\"; ", kForm));
    }
  } else {
    out.vo_names = yaml.Texts(map, "vos", path, kForm).value_or(std::vector<std::string>());
    std::sort(out.vo_names.begin(), out.vo_names.end());
  }
  out.operation = yaml.Flag(map, "operation", path).value_or(false);
  out.report = yaml.Flag(map, "report", path).value_or(false);
  if (!vos.IsDefined() && !out.operation && !out.report) {
    yaml.Error(map, absl::StrCat(path, " grants nothing; it must have vos, operation or report"));
  }
  return out;
}

void ReadRules(PolicyYaml& yaml, const YAML::Node& root, Policy* policy) {
  const std::vector<YAML::Node> items = yaml.Items(root, "rules", "", "it must be a list of rules");
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string path = Item("rules", i);
    if (!yaml.CheckKeys(items[i], path, {"who", "may"})) continue;
    const YAML::Node who = FindPolicyKey(items[i], "who");
    const YAML::Node may = FindPolicyKey(items[i], "may");
    if (!who.IsDefined() || !may.IsDefined()) {
      yaml.Error(items[i], absl::StrCat(path, " must have the keys who and may"));
      continue;
    }
    Rule rule;
    rule.who = ReadWho(yaml, who, absl::StrCat(path, ".who"), *policy);
    rule.may = ReadGrant(yaml, may, absl::StrCat(path, ".may"), rule.who);
    policy->rules.push_back(std::move(rule));
  }
}

// A list of names, or `all`, which is kept as an empty list.
std::vector<std::string> ReadNames(PolicyYaml& yaml, const YAML::Node& map, absl::string_view key,
                                   const std::string& path) {
  const YAML::Node node = FindPolicyKey(map, key);
  if (node.IsDefined() && node.IsScalar() && node.Scalar() == "all") return {};
  std::vector<std::string> names = yaml.Texts(map, key, path, "it must be all or a list of names")
                                       .value_or(std::vector<std::string>());
  std::sort(names.begin(), names.end());
  return names;
}

void ReadPublicFacts(PolicyYaml& yaml, const YAML::Node& root, Policy* policy) {
  const std::vector<YAML::Node> items =
      yaml.Items(root, "public", "", "it must be a list of entries with kinds, and sites or vos");
  const std::string form =
      absl::StrCat("it must be a list of ", absl::StrJoin(FormatPublicKinds(0xff), ", "));
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string path = Item("public", i);
    if (!yaml.CheckKeys(items[i], path, {"kinds", "sites", "vos"})) continue;
    PublicFacts facts;
    const YAML::Node kinds = FindPolicyKey(items[i], "kinds");
    if (!kinds.IsDefined()) yaml.Error(items[i], absl::StrCat(path, ".kinds is missing; ", form));
    for (const std::string& word :
         yaml.Texts(items[i], "kinds", path, form).value_or(std::vector<std::string>())) {
      const PublicKinds kind = ParsePublicKind(word);
      if (kind == 0) yaml.Error(kinds, absl::StrCat(path, ".kinds has \"", word, "\"; ", form));
      facts.kinds = static_cast<PublicKinds>(facts.kinds | kind);
    }
    if (!FindPolicyKey(items[i], "sites").IsDefined() &&
        !FindPolicyKey(items[i], "vos").IsDefined()) {
      yaml.Error(items[i], absl::StrCat(path, " must have sites or vos, each a list or all"));
    }
    facts.sites = ReadNames(yaml, items[i], "sites", path);
    for (std::string& site : facts.sites) absl::AsciiStrToLower(&site);
    std::sort(facts.sites.begin(), facts.sites.end());
    facts.vos = ReadNames(yaml, items[i], "vos", path);
    policy->public_facts.push_back(std::move(facts));
  }
  std::sort(policy->public_facts.begin(), policy->public_facts.end());
}

void ReadPersonal(PolicyYaml& yaml, const YAML::Node& root, Policy* policy) {
  const YAML::Node node = FindPolicyKey(root, "personal");
  if (!node.IsDefined() ||
      !yaml.CheckKeys(node, "personal", {"audit_subject", "digest_key_file", "retention"})) {
    return;
  }
  constexpr absl::string_view kForm = "it must be digest or plain";
  const std::string audit = yaml.Text(node, "audit_subject", "personal", kForm).value_or("digest");
  policy->personal.audit_subject = audit == "plain";
  if (audit != "plain" && audit != "digest") {
    yaml.Error(FindPolicyKey(node, "audit_subject"),
               absl::StrCat("personal.audit_subject is \"", audit, "\"; ", kForm));
  }
  policy->personal.digest_key_file =
      yaml.Text(node, "digest_key_file", "personal", "it must be the path of a file").value_or("");
  const std::optional<std::string> retention =
      yaml.Text(node, "retention", "personal", "it must be a duration, such as 90d");
  if (!retention) return;
  const absl::StatusOr<absl::Duration> duration = ParsePositiveDuration(*retention);
  if (duration.ok()) {
    policy->personal.retention = *duration;
  } else {
    yaml.Error(FindPolicyKey(node, "retention"),
               absl::StrCat("personal.retention: ", duration.status().message()));
  }
}

void ReadVoGroups(PolicyYaml& yaml, const YAML::Node& root, Policy* policy) {
  const YAML::Node node = FindPolicyKey(root, "vo_groups");
  if (!node.IsDefined()) return;
  if (!node.IsMap()) {
    yaml.Error(node, "vo_groups must be a mapping of VOs to their groups");
    return;
  }
  for (const auto& entry : node) {
    const std::string& vo = entry.first.Scalar();
    const std::string group = yaml.Text(node, vo, "vo_groups", kGroupForm).value_or("");
    if (group.empty()) continue;
    const std::optional<std::vector<std::string>> parsed = ParseGroupName(group);
    if (!parsed || group == "*") {
      yaml.Error(entry.second, absl::StrCat("vo_groups.", vo, " is \"", group,
                                            "\"; it must be VO or VO:SUBGROUP"));
      continue;
    }
    for (const auto& [other, its_group] : policy->groups_of_vos) {
      if (its_group != *parsed) continue;
      yaml.Error(entry.second, absl::StrCat("vo_groups.", vo, " is \"", group, "\", the group of ",
                                            other, "; a group belongs to one VO"));
    }
    policy->groups_of_vos[vo] = *parsed;
  }
}

// Names of groups are texts of the policy, so `own` of a subgroup needs a VO above it.
void CheckOwnVos(PolicyYaml& yaml, const YAML::Node& root, const Policy& policy) {
  const YAML::Node list = FindPolicyKey(root, "rules");
  for (size_t i = 0; i < policy.rules.size() && list.IsSequence() && i < list.size(); ++i) {
    const Rule& rule = policy.rules[i];
    if (rule.may.vos != Grant::Vos::kOwn || rule.who.group.group.empty()) continue;
    std::vector<std::string> group = rule.who.group.group;
    while (!group.empty() && !policy.VoOfGroup(group)) group.pop_back();
    if (!group.empty()) continue;
    yaml.Error(list[i], absl::StrCat(Item("rules", i), ".may.vos is own, but group \"",
                                     FormatGroupName(rule.who.group.group),
                                     "\" is of no VO: vo_groups gives that VO another group"));
  }
}

}  // namespace

absl::StatusOr<Policy> ParsePolicy(absl::string_view file, const std::string& text) {
  if (text.size() > kMaxPolicyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": ", text.size(), " bytes; a policy has at most ", kMaxPolicyBytes));
  }
  PolicyYaml yaml(file);
  CIS_ASSIGN_OR_RETURN(const YAML::Node root, yaml.Parse(text));
  Policy policy;
  policy.is_given = true;
  yaml.CheckKeys(root, "", {"issuers", "rules", "public", "personal", "vo_groups"});
  ReadIssuers(yaml, root, &policy);
  ReadVoGroups(yaml, root, &policy);
  ReadRules(yaml, root, &policy);
  ReadPublicFacts(yaml, root, &policy);
  ReadPersonal(yaml, root, &policy);
  CheckOwnVos(yaml, root, policy);
  CIS_RETURN_IF_ERROR(yaml.status());
  return policy;
}

absl::StatusOr<Policy> ReadPolicy(const std::string& path) {
  CIS_ASSIGN_OR_RETURN(const std::string text, ReadTextFile(path, kMaxPolicyBytes));
  CIS_ASSIGN_OR_RETURN(Policy policy, ParsePolicy(path, text));
  PersonalData& personal = policy.personal;
  if (!personal.digest_key_file.empty()) {
    CIS_ASSIGN_OR_RETURN(personal.digest_key,
                         ReadTextFile(personal.digest_key_file, kMaxDigestKeyBytes));
    if (personal.digest_key.size() < kMinDigestKeyBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(personal.digest_key_file, ": the key of digests has ",
                       personal.digest_key.size(), " bytes; it needs at least ", kMinDigestKeyBytes,
                       " that nobody can guess, as `openssl rand -hex 32` prints them"));
    }
  }
  return policy;
}

}  // namespace cis::server
