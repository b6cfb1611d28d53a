// SPDX-License-Identifier: Apache-2.0
#include "server/policy/policy.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cis::server {
namespace {

// By bit.
constexpr std::array<absl::string_view, 6> kPublicKindWords{
    "project_ids", "private_flavors", "private_images", "quotas", "floating_ips", "placements"};

}  // namespace

PublicKinds ParsePublicKind(absl::string_view word) {
  const auto* it = std::find(kPublicKindWords.begin(), kPublicKindWords.end(), word);
  if (it == kPublicKindWords.end()) return 0;
  return static_cast<PublicKinds>(1U << static_cast<size_t>(it - kPublicKindWords.begin()));
}

std::vector<absl::string_view> FormatPublicKinds(PublicKinds kinds) {
  std::vector<absl::string_view> words;
  for (size_t i = 0; i < kPublicKindWords.size(); ++i) {
    if ((kinds >> i & 1U) != 0) words.push_back(kPublicKindWords[i]);
  }
  return words;
}

const IssuerPolicy* Policy::FindIssuer(absl::string_view name) const {
  const auto it = std::find_if(issuers.begin(), issuers.end(),
                               [name](const IssuerPolicy& one) { return one.name == name; });
  return it == issuers.end() ? nullptr : &*it;
}

const IssuerPolicy* Policy::FindIssuerByUrl(absl::string_view url) const {
  const auto it = std::find_if(issuers.begin(), issuers.end(),
                               [url](const IssuerPolicy& one) { return one.url == url; });
  return it == issuers.end() ? nullptr : &*it;
}

std::optional<std::string> Policy::VoOfGroup(const std::vector<std::string>& group) const {
  for (const auto& [vo, its_group] : groups_of_vos) {
    if (its_group == group) return vo;
  }
  if (group.size() != 1 || groups_of_vos.contains(group.front())) return std::nullopt;
  return group.front();
}

}  // namespace cis::server
