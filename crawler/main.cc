// SPDX-License-Identifier: Apache-2.0

// cis-crawler: asks sites, stores answers. Flags are in options.cc, commands in command.h.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "crawler/commands/command.h"
#include "crawler/commands/core_dumps.h"
#include "crawler/commands/options.h"
#include "schema/base/clock.h"
#include "schema/base/log.h"

namespace {

std::atomic<cis::HttpTransport*> g_transport{nullptr};
std::atomic<bool> g_stopped{false};

// The first signal lets a crawl end in good order; a second one ends the process.
void OnSignal(int /*signal*/) {
  g_stopped.store(true);
  if (cis::HttpTransport* transport = g_transport.load()) transport->Cancel();
}

}  // namespace

int main(int argc, char** argv) {
  cis::crawler::DisableCoreDumps();
  const std::vector<std::string> args(argv + 1, argv + argc);
  const absl::StatusOr<cis::crawler::CrawlerOptions> options =
      cis::crawler::ParseCrawlerOptions(args);
  if (!options.ok()) {
    std::cerr << "cis-crawler: " << options.status().message() << "\n";
    return cis::crawler::UsageExitCode(args);
  }
  cis::SetLogFormat(options->log_format);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  if (options->command == cis::crawler::CrawlerCommand::kCrawl) {
    sigaction(SIGTERM, &action, nullptr);
    sigaction(SIGINT, &action, nullptr);
  }
  const cis::SystemClock clock;
  cis::crawler::ProcessContext context;
  context.clock = &clock;
  context.seed = std::random_device()();
  context.distro_info_folder = "/usr/share/distro-info";
  context.environment = [](absl::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  context.read_stdin = [] { return std::string{std::istreambuf_iterator<char>(std::cin), {}}; };
  context.on_transport = [](cis::HttpTransport* transport) {
    g_transport.store(transport);
    if (transport != nullptr && g_stopped.load()) transport->Cancel();
  };
  if (isatty(STDERR_FILENO) != 0 && options->log_format == cis::LogFormat::kText) {
    context.write_terminal = [](absl::string_view text) { std::cerr << text << std::flush; };
  }
  const cis::crawler::CommandResult result = cis::crawler::RunCommand(*options, context);
  if (!result.error.empty()) std::cerr << "cis-crawler: " << result.error << "\n";
  std::cout << result.out << std::flush;
  return std::cout ? result.exit_code : 1;
}
