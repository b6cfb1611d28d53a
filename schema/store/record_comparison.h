#pragma once

// What StoreWriter::Renormalize would change, found without writing.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schema/model/observation.h"
#include "schema/model/stored_diff.h"
#include "schema/store/store.h"

namespace cis {

// The records of an observation by the rules that are to be compared.
using RecordMaker = std::function<absl::StatusOr<RecordSet>(const Observation&)>;
using TellDifference = std::function<void(const RecordDifference&)>;

// Calls `make` for each stored observation of the database at `path`, oldest first within an
// endpoint, and `tell` for each stored record that Renormalize of all these would change, each
// once, ordered by endpoint. What `make` returns an error for would stay as it is.
//
// Takes no lock that a writer waits for. Each endpoint is read in a transaction of its own, so a
// crawl may go on meanwhile. Of the file it holds one observation and the flavors or images of one
// endpoint at a time. Returns the errors of OpenStoreReader and of StoreReader::Load.
absl::Status CompareRecords(const std::string& path, const RecordMaker& make,
                            const TellDifference& tell);

}  // namespace cis
