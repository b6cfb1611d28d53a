// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "crawler/registry/remarks.h"
#include "schema/model/registry.h"

namespace cis::crawler {

// The lists that were read, or why one could not be read; a list that is in no file is absent.
using RegistryLists = std::map<RegistryPart, absl::StatusOr<RegistryUpdate>>;

// Reads GOCDB's lists from files, or from the *.xml files of folders. The kind of a file is that of
// its entries or, if it has none, is taken from its name ("downtime", "service" or "site" in it). A
// list is as old as the oldest of its files, at most `now`. A file that cannot be read fails the
// list that its name indicates, else all lists. Oddities are put into `remarks`, each kind once.
RegistryLists ReadRegistryFiles(const std::vector<std::string>& paths, absl::Time now,
                                Remarks& remarks);

}  // namespace cis::crawler
