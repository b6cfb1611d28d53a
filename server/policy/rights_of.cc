// SPDX-License-Identifier: Apache-2.0
#include "server/policy/rights_of.h"

#include <algorithm>
#include <vector>

namespace cis::server {
namespace {

bool IsBelow(const std::vector<std::string>& group, const std::vector<std::string>& top) {
  return group.size() >= top.size() && std::equal(top.begin(), top.end(), group.begin());
}

// The VO of the group or of the nearest group above it.
std::optional<std::string> VoAbove(const Policy& policy, std::vector<std::string> group) {
  for (; !group.empty(); group.pop_back()) {
    if (std::optional<std::string> vo = policy.VoOfGroup(group)) return vo;
  }
  return std::nullopt;
}

// The VO that `own` means for an entitlement that the pattern matches.
std::optional<std::string> OwnVo(const GroupPattern& pattern, const Entitlement& entitlement,
                                 const Policy& policy) {
  return VoAbove(policy, pattern.group.empty() ? entitlement.group : pattern.group);
}

// Adds what a rule grants, without `own`.
void Add(const Grant& grant, Rights* rights) {
  if (grant.vos == Grant::Vos::kAll) rights->all_vos = true;
  rights->vos.insert(grant.vo_names.begin(), grant.vo_names.end());
  rights->operation = rights->operation || grant.operation;
  rights->report = rights->report || grant.report;
}

bool IsFrom(const TokenIdentity& token, const Who& who, const Policy& policy) {
  const IssuerPolicy* issuer = policy.FindIssuer(who.issuer);
  return issuer != nullptr && issuer->url == token.issuer_url;
}

bool MatchesCertificate(const Who& who, const Caller& caller) {
  if (!caller.certificate) return false;
  if (who.kind == Who::Kind::kCertificateSubject) return caller.certificate->subject == who.text;
  const std::vector<std::string>& sans = caller.certificate->sans;
  return std::find(sans.begin(), sans.end(), who.text) != sans.end();
}

void Apply(const Rule& rule, const Caller& caller, const Policy& policy, Rights* rights) {
  const Who& who = rule.who;
  switch (who.kind) {
    case Who::Kind::kAnonymous:
      // What anyone may do, a known caller may do too.
      return Add(rule.may, rights);
    case Who::Kind::kAuthenticated:
      if (caller.certificate ||
          (caller.token && policy.FindIssuerByUrl(caller.token->issuer_url) != nullptr)) {
        Add(rule.may, rights);
      }
      return;
    case Who::Kind::kCertificateSubject:
    case Who::Kind::kCertificateSan:
      if (MatchesCertificate(who, caller)) Add(rule.may, rights);
      return;
    case Who::Kind::kSubject:
      if (caller.token && IsFrom(*caller.token, who, policy) && caller.token->subject == who.text) {
        Add(rule.may, rights);
      }
      return;
    case Who::Kind::kGroup:
      if (!caller.token || !IsFrom(*caller.token, who, policy)) return;
      for (const Entitlement& entitlement : caller.token->entitlements) {
        if (!Matches(who.group, entitlement, policy)) continue;
        Add(rule.may, rights);
        if (rule.may.vos != Grant::Vos::kOwn) continue;
        if (const std::optional<std::string> vo = OwnVo(who.group, entitlement, policy)) {
          rights->vos.insert(*vo);
        }
      }
      return;
  }
}

}  // namespace

bool Matches(const GroupPattern& pattern, const Entitlement& entitlement, const Policy& policy) {
  const auto agrees = [](const std::string& wanted, const std::string& given) {
    return wanted.empty() || wanted == given;
  };
  if (!agrees(pattern.role, entitlement.role) ||
      !agrees(pattern.authority, entitlement.authority) ||
      !agrees(pattern.urn_namespace, entitlement.urn_namespace)) {
    return false;
  }
  if (pattern.group.empty()) {
    return policy.VoOfGroup(entitlement.group).has_value() ||
           (pattern.subgroups && VoAbove(policy, entitlement.group).has_value());
  }
  return pattern.subgroups ? IsBelow(entitlement.group, pattern.group)
                           : entitlement.group == pattern.group;
}

Rights RightsOf(const Policy& policy, const Caller& caller) {
  if (caller.is_local) return AllRights();
  Rights rights;
  if (!policy.is_given) return rights;
  rights.may_read = true;
  for (const Rule& rule : policy.rules) Apply(rule, caller, policy, &rights);
  if (rights.all_vos) {
    rights.vos.clear();
  } else {
    rights.public_facts = policy.public_facts;
  }
  return rights;
}

std::optional<MissingScope> MissingScopeOf(const Policy& policy, const Caller& caller) {
  if (!caller.token || !caller.token->entitlements.empty()) return std::nullopt;
  const IssuerPolicy* issuer = policy.FindIssuerByUrl(caller.token->issuer_url);
  if (issuer == nullptr || issuer->scope.empty()) return std::nullopt;
  const std::vector<std::string>& scopes = caller.token->scopes;
  if (std::find(scopes.begin(), scopes.end(), issuer->scope) != scopes.end()) return std::nullopt;
  return MissingScope{issuer->name, issuer->scope};
}

}  // namespace cis::server
