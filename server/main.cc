// SPDX-License-Identifier: Apache-2.0

// cis-server: serves what cis-crawler wrote. Wiring and signals only.

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "schema/base/log.h"
#include "schema/base/read_file.h"
#include "schema/base/status_macros.h"
#include "schema/base/version.h"
#include "schema/store/store.h"
#include "server/monitor/pages.h"
#include "server/process/options.h"
#include "server/refresh/refresher.h"
#include "server/serving/server.h"

namespace cis::server {
namespace {

constexpr int kExitClean = 0;
constexpr int kExitInternal = 1;
constexpr int kExitUsage = 2;

constexpr size_t kMaxPemBytes = 4 << 20;

absl::StatusOr<std::string> ReadPem(const std::string& flag, const std::string& path) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> text = ReadTextFile(path, kMaxPemBytes, FileKind::kRegularOrPipe);
  if (text.ok() && !text->empty()) return text;
  return absl::InvalidArgumentError(
      absl::StrCat(flag, ": ", text.ok() ? absl::StrCat(path, ": empty") : text.status().message(),
                   "; write the path of a PEM file"));
}

absl::StatusOr<ServerOptions> MakeServerOptions(const Options& options, RequestMeter* meter) {
  ServerOptions server;
  server.meter = meter;
  server.listen_address = options.listen;
  server.db = options.db;
  server.freshness = options.freshness;
  CIS_ASSIGN_OR_RETURN(server.tls.certificate_chain, ReadPem("--tls-cert", options.tls_cert));
  CIS_ASSIGN_OR_RETURN(server.tls.private_key, ReadPem("--tls-key", options.tls_key));
  CIS_ASSIGN_OR_RETURN(server.tls.client_ca, ReadPem("--client-ca", options.client_ca));
  return server;
}

// A file that this program can never read is a configuration error; for one that does not exist
// yet, or is busy, it waits.
absl::Status CheckDatabase(const std::string& path) {
  const absl::Status status = OpenStoreReader(path).status();
  return absl::IsNotFound(status) || absl::IsUnavailable(status) ? absl::OkStatus() : status;
}

absl::StatusOr<std::unique_ptr<Server>> StartServer(const Options& options, RequestMeter* meter) {
  CIS_RETURN_IF_ERROR(CheckDatabase(options.db));
  CIS_ASSIGN_OR_RETURN(const ServerOptions server_options, MakeServerOptions(options, meter));
  return Server::Start(server_options);
}

// Returns null if no monitoring address is configured.
absl::StatusOr<std::unique_ptr<HttpServer>> StartMonitor(const Options& options,
                                                         const Metrics& metrics,
                                                         const Server& server,
                                                         const Refresher& refresher) {
  if (options.http_listen.empty()) return nullptr;
  const FreshnessPolicy freshness = options.freshness;
  return HttpServer::Start(
      options.http_listen, MonitorPages(metrics, [&server, &refresher, freshness] {
        return StandingOf(server.snapshot().get(), refresher.state(), server.takes_requests(),
                          SystemClock().Now(), freshness);
      }));
}

int NotStarted(const absl::Status& status) {
  Log(LogLevel::kError, "server.not_started", {{"error", status.message()}});
  return absl::IsInternal(status) ? kExitInternal : kExitUsage;
}

int Run(const Options& options, const sigset_t& stop_signals) {
  SetLogFormat(options.log_format);
  RouteGrpcLog();
  Metrics metrics(Version());
  absl::StatusOr<std::unique_ptr<Server>> server = StartServer(options, &metrics);
  if (!server.ok()) return NotStarted(server.status());
  RefresherOptions refresher_options;
  refresher_options.path = options.db;
  refresher_options.interval = options.refresh_interval;
  Refresher refresher(refresher_options,
                      [&server](const std::shared_ptr<const Snapshot>& snapshot) {
                        (*server)->Publish(snapshot);
                        // Logged once the server answers: scripts wait for this line before they
                        // send requests.
                        Log(LogLevel::kInfo, "snapshot.published",
                            {{"generation", snapshot->generation()},
                             {"sites", snapshot->sites().size()},
                             {"shares", snapshot->shares().size()}});
                      });
  const absl::StatusOr<std::unique_ptr<HttpServer>> monitor =
      StartMonitor(options, metrics, **server, refresher);
  if (!monitor.ok()) return NotStarted(monitor.status());
  Log(LogLevel::kInfo, "server.listening",
      {{"address", (*server)->address()},
       {"http", *monitor == nullptr ? "" : (*monitor)->address()},
       {"db", options.db}});
  refresher.Start();
  int signal = 0;
  sigwait(&stop_signals, &signal);
  Log(LogLevel::kInfo, "server.draining", {{"signal", signal}});
  (*server)->Drain(options.drain_grace);
  refresher.Stop();
  Log(LogLevel::kInfo, "server.stopped");
  return kExitClean;
}

}  // namespace
}  // namespace cis::server

int main(int argc, char** argv) {
  // Before any thread exists, so that all of them leave the signals to sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);

  const auto options = cis::server::ParseOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "cis-server: " << options.status().message() << "\n";
    return cis::server::kExitUsage;
  }
  if (const auto* printout = std::get_if<cis::server::Printout>(&*options)) {
    std::cout << printout->text;
    return cis::server::kExitClean;
  }
  return cis::server::Run(std::get<cis::server::Options>(*options), stop_signals);
}
