// SPDX-License-Identifier: Apache-2.0
#pragma once

// The methods of ChangeService, except the stream itself (change_watch.h). They run on the history
// thread; their errors are documented in proto/cis/v1/changes.proto.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/changes.pb.h"
#include "server/history/past.h"
#include "server/service/request_context.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// All leave out what the caller may not see (RequestContext::may_see).

// Returns CHANGE_NOT_FOUND for a change that is not kept.
absl::Status GetChange(Past& past, const RequestContext& context, const Snapshot& snapshot,
                       const v1::GetChangeRequest& request, v1::Change& response);
absl::Status ListChanges(Past& past, const RequestContext& context, const Snapshot& snapshot,
                         const v1::ListChangesRequest& request, v1::ListChangesResponse& response);

// Returns which changes a stream is about. Names are those of `snapshot`. Returns SITE_NOT_FOUND,
// VO_NOT_FOUND, INVALID_RESOURCE_NAME, CONFLICTING_FIELDS, UNKNOWN_ENUM_VALUE or REQUEST_TOO_LARGE.
absl::StatusOr<ChangeQuery> ParseWatch(const Snapshot& snapshot,
                                       const v1::WatchChangesRequest& request);

// Returns the token for the position of a stream.
std::string FormatResumeToken(const ChangePosition& position);
// Returns INVALID_RESUME_TOKEN.
absl::StatusOr<ChangePosition> ParseResumeToken(absl::string_view token);

// Returns where a stream without a token begins: after the newest change. Returns the errors of
// NextChanges.
absl::StatusOr<ChangePosition> NewestPosition(Past& past);

// Returns at most kMaxWatchBatch of the changes after `position` that `query` selects and the
// caller may see, and the token after them. Advances `position`, and returns whether there may be
// more to read now. Returns RESUME_TOKEN_EXPIRED or RESUME_TOKEN_MISMATCH if the position is not in
// the journal, HISTORY_UNAVAILABLE if the file cannot be read.
absl::StatusOr<bool> NextChanges(Past& past, const ChangeQuery& query,
                                 const std::function<bool(const Change&)>& may_see,
                                 v1::WatchChangesResponse& response, ChangePosition* position);

// Changes per message of a stream: with values of 500 bytes, far below the 4 MiB that clients
// accept.
inline constexpr int kMaxWatchBatch = 100;

// Converts a status of Past to an error for users: HISTORY_UNAVAILABLE, with the cause in the log,
// unless it is an error for users already.
absl::Status PastError(const absl::Status& status);

}  // namespace cis::server
