// SPDX-License-Identifier: Apache-2.0
#include "schema/model/records.h"

#include <array>
#include <utility>

namespace cis {
namespace {

constexpr std::array<std::pair<NetworkUse, absl::string_view>, 4> kUses{{
    {NetworkUse::kNone, "none"},
    {NetworkUse::kFloatingPool, "floating-pool"},
    {NetworkUse::kDirect, "direct"},
    {NetworkUse::kTenant, "tenant"},
}};

constexpr std::array<std::pair<Kind, absl::string_view>, 5> kKinds{{
    {Kind::kAuth, "auth"},
    {Kind::kFlavors, "flavors"},
    {Kind::kImages, "images"},
    {Kind::kNetworks, "networks"},
    {Kind::kQuotas, "quotas"},
}};

constexpr std::array<std::pair<ErrorClass, absl::string_view>, 16> kErrors{{
    {ErrorClass::kNone, "none"},
    {ErrorClass::kDns, "dns"},
    {ErrorClass::kConnect, "connect"},
    {ErrorClass::kTls, "tls"},
    {ErrorClass::kTimeout, "timeout"},
    {ErrorClass::kAuth, "auth"},
    {ErrorClass::kForbidden, "forbidden"},
    {ErrorClass::kNotFound, "not-found"},
    {ErrorClass::kRateLimit, "rate-limit"},
    {ErrorClass::kServer, "server"},
    {ErrorClass::kParse, "parse"},
    {ErrorClass::kLimit, "limit"},
    {ErrorClass::kPolicy, "policy"},
    {ErrorClass::kConfig, "config"},
    {ErrorClass::kInternal, "internal"},
    {ErrorClass::kBackingOff, "backing-off"},
}};

template <typename Table, typename Value>
absl::string_view WordOf(const Table& table, Value value) {
  for (const auto& [v, name] : table) {
    if (v == value) return name;
  }
  return table[0].second;
}

}  // namespace

absl::string_view FormatNetworkUse(NetworkUse use) { return WordOf(kUses, use); }

NetworkUse ParseNetworkUse(absl::string_view text) {
  for (const auto& [value, name] : kUses) {
    if (name == text) return value;
  }
  return NetworkUse::kNone;
}

absl::string_view FormatKind(Kind kind) { return WordOf(kKinds, kind); }

std::optional<Kind> ParseKind(absl::string_view text) {
  for (const auto& [value, name] : kKinds) {
    if (name == text) return value;
  }
  return std::nullopt;
}

absl::string_view FormatErrorClass(ErrorClass error) { return WordOf(kErrors, error); }

ErrorClass ParseErrorClass(absl::string_view text) {
  for (const auto& [value, name] : kErrors) {
    if (name == text) return value;
  }
  return ErrorClass::kInternal;
}

}  // namespace cis
