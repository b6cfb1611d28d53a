#pragma once

// The methods of ChangeService, but for the stream itself (change_watch.h). They run on the history
// thread; their errors are told in proto/cis/v1/changes.proto.

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/changes.pb.h"
#include "server/history/past.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Returns CHANGE_NOT_FOUND for a change that is not kept.
absl::Status GetChange(Past& past, const Snapshot& snapshot, const v1::GetChangeRequest& request,
                       v1::Change& response);
absl::Status ListChanges(Past& past, const RequestContext& context, const Snapshot& snapshot,
                         const v1::ListChangesRequest& request, v1::ListChangesResponse& response);

// Which changes a stream is about. Names are those of `snapshot`. Returns SITE_NOT_FOUND,
// VO_NOT_FOUND, INVALID_RESOURCE_NAME, CONFLICTING_FIELDS, UNKNOWN_ENUM_VALUE or
// REQUEST_TOO_LARGE.
absl::StatusOr<ChangeQuery> ParseWatch(const Snapshot& snapshot,
                                       const v1::WatchChangesRequest& request);

// Where a stream stands.
std::string FormatResumeToken(const ChangePosition& position);
// Returns INVALID_RESUME_TOKEN.
absl::StatusOr<ChangePosition> ParseResumeToken(absl::string_view token);

// Where a stream without a token begins: after the newest change. Errors as NextChanges.
absl::StatusOr<ChangePosition> NewestPosition(Past& past);

// The changes after `position` that `query` is about, at most kMaxWatchBatch, and the token after
// them. Moves `position` on. Returns RESUME_TOKEN_EXPIRED or RESUME_TOKEN_MISMATCH if it is not in
// the journal, HISTORY_UNAVAILABLE if the file cannot be read.
absl::Status NextChanges(Past& past, const ChangeQuery& query, ChangePosition& position,
                         v1::WatchChangesResponse& response);

// Changes of one message of a stream: far below the 4 MiB that clients take, with values of 500
// bytes.
inline constexpr int kMaxWatchBatch = 100;

// A status of Past as users see it: HISTORY_UNAVAILABLE, and the cause in the log, unless it is a
// user's error already.
absl::Status PastError(const absl::Status& status);

}  // namespace cis::server
