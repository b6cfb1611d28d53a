#pragma once

// GOCDB's XML in values. No I/O.
//
// Read are SITE (get_site_list: attributes; get_site: elements), SERVICE_ENDPOINT (get_service, and
// get_service_endpoint of old) and DOWNTIME (get_downtime: one service each;
// get_downtime_nested_services: SERVICES/SERVICE). Formats: lib/Gocdb_Services/PI of GOCDB/gocdb.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/registry/remarks.h"
#include "schema/model/registry.h"

namespace cis::crawler {

// The production status, and the infrastructure, of what is in use.
inline constexpr absl::string_view kProduction = "Production";

// What one document holds. It may mix kinds of entries.
struct GocdbPage {
  std::vector<RegistrySite> sites;
  std::vector<RegistryService> services;
  std::vector<Downtime> downtimes;
  int64_t entry_count = 0;    // of all kinds, readable or not
  int64_t skipped_count = 0;  // entries of the three kinds that could not be read
  std::string next_cursor;    // where the next page begins; empty = this is the last
  std::string next_page;      // its number, in the older way of paging; empty = none
};

// Reads one document. Entries that cannot be read are left out, counted and told in `remarks`, as
// is whatever else is odd; `place` (a file or URL) is what remarks and errors call the document.
// Returns INVALID_ARGUMENT if it is no XML, no list of GOCDB, or GOCDB's own error message;
// RESOURCE_EXHAUSTED if a bound of limits.h is exceeded.
absl::StatusOr<GocdbPage> ParseGocdb(absl::string_view bytes, absl::string_view place,
                                     Remarks& remarks);

}  // namespace cis::crawler
