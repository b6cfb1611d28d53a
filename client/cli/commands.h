// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/cli/options.h"
#include "client/format/table.h"
#include "client/rpc/client.h"
#include "schema/base/clock.h"

namespace cis::client {

// The environment of a command. All of it is owned by the caller.
struct CommandContext {
  Client& client;
  const Options& options;
  std::ostream& out;  // answers
  std::ostream& err;  // notes
  TableStyle style;   // of tables on `out`
  const Clock& clock;
  // Waits; returns false if the user wants to stop.
  std::function<bool(absl::Duration)> sleep;
};

// Runs the command. Returns whether anything matched, or the errors of Client, or INVALID_ARGUMENT
// if flags do not go together.
absl::StatusOr<bool> RunCommand(const CommandContext& context);

// The exit code for what RunCommand returned: 0 match, 2 nothing matches, 1 error.
int ExitCodeOf(const absl::StatusOr<bool>& result);

// Returns an error as the line for stderr: what is wrong, and what may help.
std::string ErrorText(const absl::Status& status);

// The commands, one file per command.
absl::StatusOr<bool> RunPlace(const CommandContext& context);
absl::StatusOr<bool> RunShow(const CommandContext& context);
absl::StatusOr<bool> RunChanges(const CommandContext& context);
absl::StatusOr<bool> RunWatch(const CommandContext& context);
// For sites, endpoints, vos, shares, flavors, images, networks and crawls.
absl::StatusOr<bool> RunList(const CommandContext& context);

// Writes one sentence to stderr, cleaned, unless --quiet is set.
void Note(const CommandContext& context, absl::string_view sentence);

// Makes `request` about an earlier time if the user asks for one and the request supports it; the
// clock then shows that time.
template <typename Request>
void SetAsOf(const CommandContext& context, Request* request) {
  if constexpr (requires { request->mutable_as_of(); }) {
    if (!context.options.as_of.has_value()) return;
    const timespec time = absl::ToTimespec(context.clock.Now());
    request->mutable_as_of()->set_seconds(time.tv_sec);
    request->mutable_as_of()->set_nanos(static_cast<int32_t>(time.tv_nsec));
  }
}

// The style of a table in the requested format: `wide` is never cut.
TableStyle StyleFor(const CommandContext& context);

}  // namespace cis::client
