// SPDX-License-Identifier: Apache-2.0
#include "server/serving/access.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/log.h"
#include "server/policy/rights_of.h"
#include "server/service/access_errors.h"
#include "server/service/errors.h"
#include "server/serving/caller.h"

namespace cis::server {
namespace {

// States of earlier times are few and asked for rarely.
constexpr size_t kMaxPastStates = 4;

}  // namespace

Access::Access(Options options) : options_(std::move(options)), visible_then_(kMaxPastStates) {
  SetPolicy(std::make_shared<const Policy>());
}

void Access::SetPolicy(std::shared_ptr<const Policy> policy) { policy_.Publish(std::move(policy)); }

absl::StatusOr<Admission> Access::Decide(const grpc::CallbackServerContext& call) const {
  const std::shared_ptr<const Policy> policy = policy_.Current();
  Caller caller = CallerOf(call, options_.trusted_proxies.empty());
  if (options_.only_in_process || caller.is_local) return Admission{AllRights(), ""};
  if (!policy->is_given) return AccessDeniedError();
  if (const std::optional<std::string> token = TokenOf(call)) {
    if (options_.verify == nullptr) return TokenRefusedError("this server accepts no tokens");
    absl::StatusOr<TokenIdentity> identity = options_.verify(*token);
    if (absl::IsUnavailable(identity.status())) {
      return TokenNotVerifiedError(identity.status().message());
    }
    if (!identity.ok()) return TokenRefusedError(identity.status().message());
    caller.token = *std::move(identity);
  }
  Admission admission;
  admission.rights = RightsOf(*policy, caller);
  if (const std::optional<MissingScope> missing = MissingScopeOf(*policy, caller)) {
    admission.hint = absl::StrCat("the token has no groups, because it lacks the scope \"",
                                  missing->scope, "\" of ", missing->issuer);
  }
  return admission;
}

absl::StatusOr<Admission> Access::Admit(const grpc::CallbackServerContext& call,
                                        absl::string_view method) const {
  absl::StatusOr<Admission> admission = Decide(call);
  if (!admission.ok()) {
    Log(LogLevel::kWarning, "access.refused",
        {{"method", method},
         {"address", AddressOf(call)},
         {"reason", ErrorReason(admission.status())},
         {"error", admission.status().message()}});
  }
  return admission;
}

std::string Access::AddressOf(const grpc::CallbackServerContext& call) const {
  std::string address = AddressOfPeer(call.peer());
  const std::vector<std::string>& proxies = options_.trusted_proxies;
  const bool is_proxy = std::find(proxies.begin(), proxies.end(), address) != proxies.end();
  return is_proxy ? ForwardedAddressOf(call).value_or(std::move(address)) : address;
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
