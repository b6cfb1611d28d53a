// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of what a share's endpoint listed. The functions need an open write transaction and record
// their changes in its log. Errors are those of Statement::Step().

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "schema/model/records.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"
#include "schema/store/transaction_log.h"

namespace cis {

// Returns `reported`, a flavor as seen by a share that may not read extra specs, completed with
// what `stored` has from them: the specs, GPU, architecture, CPU allocation and their provenance.
Flavor KeepKnownSpecs(const Flavor& stored, const Flavor& reported);

// Completes `reported`, an image of a share that has not accepted it, which another share of the
// endpoint has accepted as `stored`: the other can start it too, by its id, so the result has the
// value that excludes no share.
Image KeepAccepted(const Image& stored, const Image& reported);

// Replaces the listing of (share, records.kind) with `records`, seen at `time`. Rows that are not
// in the listing any more become inactive and keep their last_seen.
absl::Status ReplaceListing(Connection& db, TransactionLog& log, const ShareRowIds& row,
                            const RecordSet& records, absl::Time time);

}  // namespace cis
