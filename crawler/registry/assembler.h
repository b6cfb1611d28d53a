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

// Puts pages together to whole lists, each entry once. Sites may come in several lists that know
// different things of them.
class RegistryAssembler {
 public:
  // Adds the entries of `page`, which was read from `place`. An entry that is there already and
  // says something else is told in `remarks`; the first is kept. Returns RESOURCE_EXHAUSTED if
  // there are more entries than limits.h allows.
  absl::Status Add(GocdbPage page, absl::string_view place, Remarks& remarks);

  // What is there of one part, as read at `time`.
  RegistryUpdate Take(RegistryPart part, absl::Time time);

  // Entries of all kinds so far that were not there before.
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
