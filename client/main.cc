// SPDX-License-Identifier: Apache-2.0

// cisquery: asks a CIS server, or a database file, and prints the answer.

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "client/cli/commands.h"
#include "client/cli/options.h"
#include "client/rpc/client.h"
#include "client/token/bearer_token.h"
#include "schema/base/clock.h"
#include "server/serving/in_process.h"

namespace {

// Columns of a table that does not go to a terminal.
constexpr size_t kPlainWidth = 100;

// Time between two polls of the file by `watch --db`.
constexpr absl::Duration kFollowInterval = absl::Seconds(1);

// oidc-agent may ask its user before it returns a token.
constexpr absl::Duration kAgentTimeout = absl::Seconds(60);

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

cis::client::TableStyle StyleOfStdout() {
  cis::client::TableStyle style;
  style.max_width = kPlainWidth;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  size_t columns = 0;
  winsize size{};
  if (absl::SimpleAtoi(Environment("COLUMNS"), &columns) && columns > 0) {
    style.max_width = columns;
  } else if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    style.max_width = size.ws_col;
  }
  style.colour = terminal && Environment("NO_COLOR").empty() && Environment("TERM") != "dumb";
  return style;
}

// Signals that end `watch`; blocked, so that they arrive in WaitOrStop only.
sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

bool WaitOrStop(absl::Duration time) {
  const sigset_t signals = StopSignals();
  const timespec limit = absl::ToTimespec(time);
  return sigtimedwait(&signals, nullptr, &limit) < 0;
}

// Reports how the program ended, after everything that was to be printed.
int Finish(absl::StatusOr<bool> result) {
  std::cout.flush();
  if (result.ok() && !std::cout) {
    result = absl::DataLossError("the answer could not be written to stdout in full");
  }
  if (!result.ok()) std::cerr << cis::client::ErrorText(result.status()) << "\n";
  return cis::client::ExitCodeOf(result);
}

// A core of this process would hold the token.
void DisableCoreDumps() {
  const rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

absl::StatusOr<std::optional<cis::client::BearerToken>> TokenFor(
    const cis::client::Options& options) {
  const std::string account =
      options.oidc_agent.empty() ? Environment("OIDC_AGENT_ACCOUNT") : options.oidc_agent;
  return cis::client::ReadToken(
      {options.token_file, Environment("OIDC_ACCESS_TOKEN"), account, Environment("OIDC_SOCK")},
      kAgentTimeout);
}

int RunOn(std::shared_ptr<grpc::Channel> channel, const cis::client::ClientOptions& calls,
          const cis::client::Options& options) {
  if (options.command == cis::client::Command::kWatch) {
    const sigset_t signals = StopSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  }
  cis::client::Client client(std::move(channel), calls);
  const cis::SystemClock clock;
  const int exit_code = Finish(cis::client::RunCommand(
      {client, options, std::cout, std::cerr, StyleOfStdout(), clock, WaitOrStop}));
  // Nothing is left to save, and closing the channel would take gRPC a third of the whole run.
  if (options.db.empty()) std::_Exit(exit_code);
  return exit_code;
}

int RunOnServer(const cis::client::Options& options) {
  DisableCoreDumps();
  auto token = TokenFor(options);
  if (!token.ok()) return Finish(token.status());
  const std::string source = token->has_value() ? (*token)->source : "";
  auto channel = cis::client::MakeChannel({options.server, options.tls, options.tls_ca,
                                           options.tls_cert, options.tls_key, *std::move(token)});
  if (!channel.ok()) return Finish(channel.status());
  return RunOn(*std::move(channel), {options.timeout, options.server, source}, options);
}

int Run(const cis::client::Options& options) {
  if (options.db.empty()) return RunOnServer(options);
  cis::server::InProcessOptions in_process;
  if (options.command == cis::client::Command::kWatch) in_process.follow_interval = kFollowInterval;
  const auto local = cis::server::InProcessServer::Open(options.db, in_process);
  if (!local.ok()) return Finish(local.status());
  return RunOn((*local)->channel(), {options.timeout, options.db}, options);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const cis::client::ParsedArguments parsed = cis::client::ParseArguments(
      std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), Environment("CIS_SERVER"));
  std::cout << parsed.out;
  std::cerr << parsed.err;
  return parsed.options.has_value() ? Run(*parsed.options) : parsed.exit_code;
}
