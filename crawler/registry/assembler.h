// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/registry/gocdb.h"
#include "crawler/registry/remarks.h"
#include "schema/model/registry.h"

namespace cis::crawler {

// Combines pages into whole lists, each entry once. Sites may be in several lists with different
// facts.
class RegistryAssembler {
 public:
  // Adds the entries of `page`, which was read from `place`. If an entry exists already with other
  // contents, the first is kept and `remarks` gets a remark. Returns RESOURCE_EXHAUSTED if there
  // are more entries than limits.h allows.
  absl::Status Add(GocdbPage page, absl::string_view place, Remarks& remarks);

  // Returns the entries of one part, as read at `time`.
  RegistryUpdate Take(RegistryPart part, absl::Time time);

  // Returns the number of different entries of all kinds.
  size_t size() const { return sites_.size() + services_.size() + downtimes_.size(); }

 private:
  using ServiceKey = std::tuple<std::string, std::string, std::string, std::string>;

  void AddSite(RegistrySite site, absl::string_view place, Remarks& remarks);

  std::map<std::string, RegistrySite> sites_;        // by name in lower case
  std::map<std::string, std::string> service_keys_;  // primary key -> where it was first read
  std::map<ServiceKey, RegistryService> services_;
  std::map<ServiceKey, Downtime> downtimes_;
  std::map<RegistryPart, int64_t> skipped_counts_;
};

}  // namespace cis::crawler
