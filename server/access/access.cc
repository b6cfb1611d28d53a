// SPDX-License-Identifier: Apache-2.0
#include "server/access/access.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "net/address/address.h"
#include "schema/base/log.h"
#include "server/policy/rights_of.h"
#include "server/policy/visible_change.h"
#include "server/service/access_errors.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/token/token_error.h"

namespace cis::server {
namespace {

// States of earlier times are few and asked for rarely.
constexpr size_t kMaxPastStates = 4;
// Threads that ask issuers about tokens that are not known yet, of which each may wait for seconds.
constexpr size_t kAskers = 8;

std::vector<IssuerOptions> IssuersOf(const Policy& policy) {
  std::vector<IssuerOptions> issuers;
  for (const IssuerPolicy& issuer : policy.issuers) {
    issuers.push_back({issuer.url, issuer.audiences, issuer.algorithms,
                       issuer.groups_from == GroupsFrom::kUserinfo
                           ? IssuerOptions::Groups::kUserinfo
                           : IssuerOptions::Groups::kToken});
  }
  return issuers;
}

// Groups that are none of a VO are left out: no rule can name them.
TokenIdentity Parsed(const Identity& identity) {
  TokenIdentity parsed;
  parsed.issuer_url = identity.issuer_url;
  parsed.subject = identity.subject;
  parsed.scopes = identity.scopes;
  for (const std::string& group : identity.groups) {
    if (std::optional<Entitlement> entitlement = ParseEntitlement(group)) {
      parsed.entitlements.push_back(*std::move(entitlement));
    }
  }
  return parsed;
}

absl::Status ErrorOfToken(const absl::Status& status) {
  const std::optional<TokenError> error = GetTokenError(status);
  const absl::string_view code = error.has_value() ? TokenErrorName(*error) : "";
  return absl::IsUnavailable(status) ? TokenNotVerifiedError(code, status.message())
                                     : TokenRefusedError(code, status.message());
}

}  // namespace

std::function<bool(const Change&)> MaySeeOf(const Admission& admission) {
  if (admission.rights.operation) return nullptr;
  return [rights = admission.rights](const Change& change) { return MaySee(change, rights); };
}

Access::Access(Options options)
    : options_(std::move(options)),
      visible_then_(kMaxPastStates),
      rates_(options_.rates),
      askers_(kAskers) {
  SetPolicy(std::make_shared<const Policy>());
}

void Access::SetPolicy(std::shared_ptr<const Policy> policy) {
  const MutexLock lock(&set_mu_);
  const std::shared_ptr<const InForce> before = in_force_.Current();
  InForce next;
  const bool is_same_key =
      before != nullptr && before->policy->personal.digest_key == policy->personal.digest_key;
  next.digest = is_same_key ? before->digest
                            : std::make_shared<const CallerDigest>(policy->personal.digest_key);
  if (before != nullptr && IssuersOf(*before->policy) == IssuersOf(*policy)) {
    next.verifier = before->verifier;
  } else if (!policy->issuers.empty()) {
    TokenVerifierOptions options;
    options.issuers = IssuersOf(*policy);
    next.verifier =
        std::make_shared<TokenVerifier>(std::move(options), options_.fetch, options_.clock);
  }
  next.policy = std::move(policy);
  in_force_.Publish(std::make_shared<const InForce>(std::move(next)));
}

bool Access::IsProxy(const CallSource& source) const {
  const std::vector<std::string>& proxies = options_.trusted_proxies;
  return std::find(proxies.begin(), proxies.end(), source.address) != proxies.end();
}

bool Access::IsLocal(const CallSource& source) const {
  return options_.only_in_process || source.is_unix ||
         (options_.trusted_proxies.empty() && source.is_direct &&
          IsLoopbackAddress(source.address));
}

Admission Access::Decide(const InForce& in_force, const CallSource& source,
                         const Identity* identity) const {
  Caller caller;
  caller.certificate = source.certificate;
  Admission admission;
  if (identity != nullptr) {
    caller.token = Parsed(*identity);
    admission.expire_time = identity->expire_time;
    admission.caller =
        in_force.policy->personal.audit_subject
            ? absl::StrCat("token ", identity->subject, " of ", identity->issuer_url)
            : absl::StrCat("token ", in_force.digest->Of(identity->issuer_url, identity->subject));
  } else if (source.certificate.has_value()) {
    admission.caller =
        absl::StrCat("certificate ", in_force.digest->Of("", source.certificate->subject));
  } else {
    admission.caller = absl::StrCat("address ", NetworkOf(AddressOf(source)));
  }
  admission.rights = RightsOf(*in_force.policy, caller);
  if (const std::optional<MissingScope> missing = MissingScopeOf(*in_force.policy, caller)) {
    admission.hint = absl::StrCat("the token has no groups, because it lacks the scope \"",
                                  missing->scope, "\" of ", missing->issuer);
  }
  return admission;
}

absl::Status Access::Refuse(const CallSource& source, absl::string_view method,
                            absl::Status status) const {
  Log(LogLevel::kWarning, "access.refused",
      {{"method", method},
       {"address", AddressOf(source)},
       {"request_id", source.request_id},
       {"trace_id", source.trace_id},
       {"reason", ErrorReason(status)},
       {"error", status.message()}});
  return status;
}

absl::StatusOr<Admission> Access::Finish(const InForce& in_force, const CallSource& source,
                                         absl::string_view method,
                                         const absl::StatusOr<Identity>& identity) const {
  const std::optional<TokenError> error = GetTokenError(identity.status());
  if (options_.meter != nullptr) {
    options_.meter->CountToken(error.has_value() ? TokenErrorName(*error) : "OK");
  }
  if (!identity.ok()) return Refuse(source, method, ErrorOfToken(identity.status()));
  return Decide(in_force, source, &*identity);
}

std::optional<absl::StatusOr<Admission>> Access::Admit(const CallSource& source,
                                                       absl::string_view method) const {
  if (IsLocal(source)) {
    return Admission{.rights = AllRights(), .is_local = true, .hint = "", .caller = "local"};
  }
  const std::shared_ptr<const InForce> in_force = in_force_.Current();
  if (!in_force->policy->is_given) return Refuse(source, method, AccessDeniedError());
  if (!source.authorization.has_value()) return Decide(*in_force, source, nullptr);
  if (in_force->verifier == nullptr) {
    return Refuse(source, method, TokenRefusedError("", "this server accepts no tokens"));
  }
  const auto identity = in_force->verifier->TryVerify(BearerToken(*source.authorization));
  if (!identity.has_value()) return std::nullopt;
  return Finish(*in_force, source, method, *identity);
}

absl::StatusOr<Admission> Access::AskIssuer(const CallSource& source,
                                            absl::string_view method) const {
  const std::shared_ptr<const InForce> in_force = in_force_.Current();
  if (in_force->verifier == nullptr) {  // the policy was replaced meanwhile
    return Refuse(source, method, TokenRefusedError("", "this server accepts no tokens"));
  }
  return Finish(*in_force, source, method,
                in_force->verifier->Verify(BearerToken(source.authorization.value_or(""))));
}

void Access::AdmitThen(const CallSource& source, absl::string_view method, Continuation next) {
  if (std::optional<absl::StatusOr<Admission>> admission = Admit(source, method)) {
    return next.admitted(*std::move(admission));
  }
  FairPool::Task task;
  task.run = [this, source, method, admitted = next.admitted] {
    admitted(AskIssuer(source, method));
  };
  task.is_wanted = std::move(next.is_wanted);
  task.drop = std::move(next.drop);
  if (!askers_.Submit(AddressOf(source), std::move(task))) next.admitted(ServerBusyError());
}

absl::Status Access::Spend(const Admission& admission, int units) {
  if (admission.is_local) return absl::OkStatus();
  const absl::Duration wait = rates_.Spend(admission.caller, units, options_.clock->Steady());
  if (wait == absl::ZeroDuration()) return absl::OkStatus();
  return RateLimitedError(options_.rates.per_second, wait);
}

std::string Access::AddressOf(const CallSource& source) const {
  if (!IsProxy(source)) return source.address;
  return ForwardedAddress(source.forwarded, source.x_forwarded_for).value_or(source.address);
}

std::shared_ptr<const ServingState> Access::Visible(
    const std::shared_ptr<const ServingState>& state, const Rights& rights) {
  return visible_.Get(state, rights);
}

std::shared_ptr<const ServingState> Access::VisibleThen(
    const std::shared_ptr<const ServingState>& state, const Rights& rights) {
  return visible_then_.Get(state, rights);
}

}  // namespace cis::server
