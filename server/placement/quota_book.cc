// SPDX-License-Identifier: Apache-2.0
#include "server/placement/quota_book.h"

#include <algorithm>

namespace cis::server {

QuotaBook::QuotaBook(absl::Span<const Quota> quotas) {
  for (const Quota& quota : quotas) {
    const auto* it = std::find(kQuotaResourceNames.begin(), kQuotaResourceNames.end(),
                               absl::string_view(quota.resource));
    Line& line = it == kQuotaResourceNames.end()
                     ? others_[std::string(quota.resource)]
                     : lines_[static_cast<size_t>(it - kQuotaResourceNames.begin())];
    line.known = true;
    line.limit = quota.limit;
    line.used = quota.used;
  }
}

std::optional<int64_t> QuotaBook::Line::Free() const {
  if (!known) return std::nullopt;
  if (limit < 0) return -1;
  if (limit == 0) return 0;
  if (!used) return std::nullopt;
  return std::max<int64_t>(0, limit - std::max<int64_t>(0, *used));
}

std::optional<int64_t> QuotaBook::Free(QuotaResource resource) const {
  return lines_[static_cast<size_t>(resource)].Free();
}

std::optional<int64_t> QuotaBook::Free(absl::string_view resource) const {
  const auto it = others_.find(resource);
  return it == others_.end() ? std::nullopt : it->second.Free();
}

std::optional<int64_t> QuotaBook::Limit(absl::string_view resource) const {
  const auto it = others_.find(resource);
  if (it == others_.end() || !it->second.known) return std::nullopt;
  return it->second.limit;
}

std::optional<Reason> QuotaBook::Check(const QuotaNeeds& needs, bool* unknown) const {
  for (size_t i = 0; i < needs.size(); ++i) {
    const int64_t need = needs[i];
    const Line& line = lines_[i];
    if (need <= 0) continue;
    if (!line.known) {
      *unknown = true;
      continue;
    }
    if (line.limit < 0) continue;
    const int64_t used = std::max<int64_t>(0, line.used.value_or(0));
    const int64_t free = std::max<int64_t>(0, line.limit - used);
    if (need <= free) {
      if (!line.used) *unknown = true;
      continue;
    }
    Reason reason;
    reason.code = line.limit == 0 ? ReasonCode::kQuotaZero : ReasonCode::kQuotaExhausted;
    reason.quota = static_cast<QuotaResource>(i);
    reason.want = need;
    reason.best = free;
    return reason;
  }
  return std::nullopt;
}

}  // namespace cis::server
