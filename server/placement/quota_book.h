// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is left of a project's quotas. Usage is subtracted; -1 is unlimited; what the site does not
// report is unknown and never excludes.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schema/model/records.h"
#include "server/placement/quota_resource.h"
#include "server/placement/reason.h"

namespace cis::server {

// Amounts by QuotaResource; 0 = not needed.
using QuotaNeeds = std::array<int64_t, kQuotaResourceCount>;
// The need of one resource.
inline int64_t& Need(QuotaNeeds& needs, QuotaResource resource) {
  return needs[static_cast<size_t>(resource)];
}

// The quotas of one share by resource.
class QuotaBook {
 public:
  QuotaBook() = default;
  explicit QuotaBook(absl::Span<const Quota> quotas);

  // Returns what may still be created; -1 = unlimited; absent = not known. Never below -1.
  std::optional<int64_t> Free(QuotaResource resource) const;
  // The same for a resource of another name (records.h, Quota), such as "security_groups" or
  // "volumes.ssd".
  std::optional<int64_t> Free(absl::string_view resource) const;
  // Returns the limit of such a resource, ignoring usage; -1 = unlimited; absent = not known.
  std::optional<int64_t> Limit(absl::string_view resource) const;
  bool IsKnown(QuotaResource resource) const { return lines_[static_cast<size_t>(resource)].known; }

  // Returns whether no need exceeds its quota: Check without the reason.
  bool Allows(const QuotaNeeds& needs) const {
    for (size_t i = 0; i < needs.size(); ++i) {
      const Line& line = lines_[i];
      if (needs[i] > 0 && line.known && line.limit >= 0 &&
          needs[i] > line.limit - std::max<int64_t>(0, line.used.value_or(0))) {
        return false;
      }
    }
    return true;
  }

  // Returns the reason of the first need that exceeds its quota, or nothing. `unknown` is set if
  // one could not be checked.
  std::optional<Reason> Check(const QuotaNeeds& needs, bool* unknown) const;

 private:
  struct Line {
    // As the two functions above.
    std::optional<int64_t> Free() const;

    bool known = false;
    int64_t limit = -1;
    std::optional<int64_t> used;
  };
  std::array<Line, kQuotaResourceCount> lines_;
  std::map<std::string, Line, std::less<>> others_;  // by name
};

}  // namespace cis::server
