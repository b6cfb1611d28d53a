// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/commands.h"
#include "client/cli/options.h"
#include "client/rpc/client.h"
#include "schema/base/clock.h"
#include "tests/support/fake_services.h"

namespace cis::client {

// What a command left behind.
struct CommandResult {
  int exit_code = -1;
  std::string out;
  std::string err;
  absl::Status status;
};

// A clock that stands still.
class StillClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'700'000'000); }
};

// Runs a command line against the server behind `channel`, as main does.
inline CommandResult RunCommandLine(std::shared_ptr<grpc::Channel> channel,
                                    std::vector<std::string> arguments,
                                    const Clock& clock = StillClock(),
                                    std::function<bool(absl::Duration)> sleep = {},
                                    const std::string& token_source = "") {
  CommandResult result;
  ParsedArguments parsed = ParseArguments(std::move(arguments), "fake");
  if (!parsed.options.has_value()) return {parsed.exit_code, parsed.out, parsed.err, {}};
  Client client(std::move(channel),
                {parsed.options->timeout, parsed.options->server, token_source});
  std::ostringstream out;
  std::ostringstream err;
  TableStyle style;
  style.max_width = 100;
  if (!sleep) sleep = [](absl::Duration) { return false; };
  const absl::StatusOr<bool> outcome =
      RunCommand({client, *parsed.options, out, err, style, clock, std::move(sleep)});
  result.exit_code = ExitCodeOf(outcome);
  result.out = out.str();
  result.err = err.str();
  result.status = outcome.status();
  if (!outcome.ok()) result.err += ErrorText(outcome.status()) + "\n";
  return result;
}

inline CommandResult RunCommandLine(FakeServer& server, std::vector<std::string> arguments,
                                    std::function<bool(absl::Duration)> sleep = {}) {
  return RunCommandLine(server.channel(), std::move(arguments), StillClock(), std::move(sleep));
}

}  // namespace cis::client
