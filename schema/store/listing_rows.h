#pragma once

// Rows of what a share's endpoint listed. Needs an open write transaction and notes in its log what
// it changes. Errors are those of Statement::Step().

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "schema/model/records.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"
#include "schema/store/transaction_log.h"

namespace cis {

// `reported` without extra specs, as a share that may not read them sees it, completed by what
// `stored` knows from them: the specs, GPU, architecture, CPU allocation and their provenance.
Flavor KeepKnownSpecs(const Flavor& stored, const Flavor& reported);

// `reported` by a share that has not accepted the image, which another share of the endpoint sees
// as `stored`: that share can start it too, by its id, so the record says what takes it from
// nobody.
Image KeepAccepted(const Image& stored, const Image& reported);

// Replaces what is known of (share, records.kind) by `records`, seen at `time`. Rows that the
// listing no longer has become inactive and keep when they were last seen.
absl::Status ReplaceListing(Connection& db, TransactionLog& log, const ShareRowIds& row,
                            const RecordSet& records, absl::Time time);

}  // namespace cis
