// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds what StoreWriter::Renormalize would change, without writing.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/model/stored_diff.h"
#include "schema/store/store.h"

namespace cis {

// Returns the records of an observation by the rules that are to be compared.
using RecordMaker = std::function<absl::StatusOr<RecordSet>(const Observation&)>;
using DifferenceReporter = std::function<void(const RecordDifference&)>;

// Calls `make` for each stored observation of the database at `path`, oldest first within an
// endpoint, and `report` once for each stored record that would change if Renormalize stored all
// the results; endpoints are in the order of their sites' names. Observations for which `make`
// returns an error would keep their records.
//
// Takes no lock that a writer waits for. Each endpoint is read in a transaction of its own, so a
// crawl may run at the same time. Memory holds one observation and the flavors or images of one
// endpoint at a time. Returns the errors of OpenStoreReader and of StoreReader::Load.
absl::Status CompareRecords(const std::string& path, const RecordMaker& make,
                            const DifferenceReporter& report);

}  // namespace cis
