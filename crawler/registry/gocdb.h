// SPDX-License-Identifier: Apache-2.0
#pragma once

// Parses GOCDB's XML. No I/O.
//
// It reads SITE (get_site_list: attributes; get_site: elements), SERVICE_ENDPOINT (get_service, and
// the older get_service_endpoint) and DOWNTIME (get_downtime: one service each;
// get_downtime_nested_services: SERVICES/SERVICE). Formats: lib/Gocdb_Services/PI of GOCDB/gocdb.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/registry/remarks.h"
#include "schema/model/registry.h"

namespace cis::crawler {

// The production status, and the infrastructure, of services in use.
inline constexpr absl::string_view kProduction = "Production";

// The contents of one document. It may have several kinds of entries.
struct GocdbPage {
  std::vector<RegistrySite> sites;
  std::vector<RegistryService> services;
  std::vector<Downtime> downtimes;
  int64_t entry_count = 0;    // of all kinds, readable or not
  int64_t skipped_count = 0;  // entries of the three kinds that could not be read
  std::string next_cursor;    // where the next page begins; empty = this is the last
  std::string next_page;      // number of the next page, in older paging; empty = none
};

// Parses one document. Entries that cannot be read are left out, counted and named in `remarks`,
// and so is any other oddity; `place` (a file or URL) names the document in remarks and errors.
// Returns INVALID_ARGUMENT if it is not XML, not a list of GOCDB, or GOCDB's own error message;
// RESOURCE_EXHAUSTED if a limit of limits.h is exceeded.
absl::StatusOr<GocdbPage> ParseGocdb(absl::string_view bytes, absl::string_view place,
                                     Remarks& remarks);

}  // namespace cis::crawler
