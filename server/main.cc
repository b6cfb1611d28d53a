// SPDX-License-Identifier: Apache-2.0

// cis-server: serves what cis-crawler wrote. Wiring and signals only.

#include <csignal>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/base/version.h"
#include "schema/store/store.h"
#include "server/http/http_server.h"
#include "server/monitor/monitor_handler.h"
#include "server/monitor/pages.h"
#include "server/policy/policy_file.h"
#include "server/process/certificate_renewal.h"
#include "server/process/descriptors.h"
#include "server/process/options.h"
#include "server/refresh/refresher.h"
#include "server/serving/server.h"
#include "server/snapshot/holder.h"

namespace cis::server {
namespace {

constexpr int kExitClean = 0;
constexpr int kExitInternal = 1;
constexpr int kExitUsage = 2;

// A caller that was silent for so long may ask for all it saved at once.
constexpr double kBurstSeconds = 5;

// How often changed certificates are looked for. SIGHUP looks at once.
constexpr timespec kPollTime = {.tv_sec = 10, .tv_nsec = 0};

CertificatePaths PathsOf(const Options& options) {
  return {options.tls_cert, options.tls_key, options.client_ca,
          options.client_certificate_optional};
}

// A file that this program can never read is a configuration error; for one that does not exist
// yet, or is busy, it waits.
absl::Status CheckDatabase(const std::string& path) {
  const absl::Status status = OpenStoreReader(path).status();
  return absl::IsNotFound(status) || absl::IsUnavailable(status) ? absl::OkStatus() : status;
}

// Returns null if there is none.
absl::StatusOr<std::shared_ptr<const Policy>> ReadPolicyOf(const Options& options) {
  if (options.policy.empty()) return nullptr;
  CIS_ASSIGN_OR_RETURN(Policy policy, ReadPolicy(options.policy));
  return std::make_shared<const Policy>(std::move(policy));
}

// A policy that cannot be read changes nothing.
void RenewPolicy(const Options& options, Server* server) {
  if (options.policy.empty()) return;
  const auto policy = ReadPolicyOf(options);
  if (policy.ok()) {
    server->ReplacePolicy(*policy);
    Log(LogLevel::kInfo, "policy.replaced", {{"file", options.policy}});
  } else {
    Log(LogLevel::kWarning, "policy.not_replaced",
        {{"file", options.policy}, {"error", policy.status().message()}});
  }
}

absl::StatusOr<std::unique_ptr<Server>> StartServer(const Options& options, TlsMaterial tls,
                                                    RequestMeter* meter) {
  CIS_RETURN_IF_ERROR(CheckDatabase(options.db));
  ServerOptions server;
  CIS_ASSIGN_OR_RETURN(server.policy, ReadPolicyOf(options));
  CIS_ASSIGN_OR_RETURN(const int64_t max_connections,
                       ConnectionsFor(options.max_connections, DescriptorLimit()));
  server.connections.max_connections = static_cast<size_t>(max_connections);
  server.connections.max_per_address = static_cast<size_t>(options.max_connections_per_address);
  server.rates = {options.rate_limit, kBurstSeconds * options.rate_limit};
  server.issuer_ca = options.issuer_ca;
  server.trusted_proxies = options.trusted_proxies;
  server.meter = meter;
  server.listen_address = options.listen;
  server.tls = std::move(tls);
  server.db = options.db;
  server.freshness = options.freshness;
  return Server::Start(server);
}

// Returns null if no monitoring address is configured.
absl::StatusOr<std::unique_ptr<HttpServer>> StartMonitor(
    const Options& options, const Metrics& metrics, const Server& server,
    const Refresher& refresher, const CertificateRenewal& renewal, const Holder<TlsMaterial>& tls) {
  if (options.http_listen.empty()) return nullptr;
  const FreshnessPolicy freshness = options.freshness;
  HttpPages pages = MonitorPages(
      metrics,
      [&server, &refresher, &renewal, freshness] {
        Standing standing = StandingOf(server.snapshot().get(), refresher.state(),
                                       server.takes_requests(), SystemClock().Now(), freshness);
        standing.certificate_expire_time = server.certificate_expire_time();
        standing.certificate_failed = renewal.failed();
        standing.connections = server.connection_counts();
        return standing;
      },
      [&server] { return server.accepts_connections(); });
  HttpServerOptions http;
  http.address = options.http_listen;
  if (!options.tls_cert.empty()) http.tls = [&tls] { return tls.Current(); };
  http.connections.uncapped_addresses = {options.trusted_proxies.begin(),
                                         options.trusted_proxies.end()};
  return HttpServer::Start(std::move(http), MonitorHandler(std::move(pages), server.access()));
}

int NotStarted(const absl::Status& status) {
  Log(LogLevel::kError, "server.not_started", {{"error", status.message()}});
  return absl::IsInternal(status) ? kExitInternal : kExitUsage;
}

// Looks for changed certificates until a signal asks the process to stop; returns that signal.
// SIGHUP reads the policy again too.
int WaitForEnd(const Options& options, const sigset_t& signals, CertificateRenewal* renewal,
               Server* server) {
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &kPollTime);
    if (signal == SIGTERM || signal == SIGINT) return signal;
    if (signal == SIGHUP) {
      Log(LogLevel::kInfo, "server.reloading", {{"signal", signal}});
      RenewPolicy(options, server);
    }
    renewal->Poll();
  }
}

int Run(const Options& options, const sigset_t& signals) {
  SetLogFormat(options.log_format);
  RouteLibraryLogs();
  Metrics metrics(Version());
  absl::StatusOr<TlsMaterial> tls = ReadCertificateFiles(PathsOf(options));
  if (!tls.ok()) return NotStarted(tls.status());
  absl::StatusOr<std::unique_ptr<Server>> server = StartServer(options, *tls, &metrics);
  if (!server.ok()) return NotStarted(server.status());
  Holder<TlsMaterial> http_tls;
  http_tls.Publish(std::make_shared<const TlsMaterial>(*tls));
  CertificateRenewal renewal(PathsOf(options), *std::move(tls),
                             [&server, &http_tls](const TlsMaterial& material) -> absl::Status {
                               CIS_RETURN_IF_ERROR((*server)->ReplaceCertificate(material));
                               http_tls.Publish(std::make_shared<const TlsMaterial>(material));
                               return absl::OkStatus();
                             });
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
      StartMonitor(options, metrics, **server, refresher, renewal, http_tls);
  if (!monitor.ok()) return NotStarted(monitor.status());
  Log(LogLevel::kInfo, "server.listening",
      {{"address", (*server)->address()},
       {"http", *monitor == nullptr ? "" : (*monitor)->address()},
       {"db", options.db}});
  if (options.insecure_listen) {
    Log(LogLevel::kWarning, "server.insecure",
        {{"detail", "other machines may connect in plain text (--insecure-listen)"}});
  }
  refresher.Start();
  const int signal = WaitForEnd(options, signals, &renewal, server->get());
  Log(LogLevel::kInfo, "server.draining", {{"signal", signal}});
  (*server)->Drain(options.drain_grace);
  refresher.Stop();
  Log(LogLevel::kInfo, "server.stopped");
  return kExitClean;
}

}  // namespace
}  // namespace cis::server

int main(int argc, char** argv) {
  // Before any thread exists, so that all of them leave the signals to WaitForEnd.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto options = cis::server::ParseOptions(argc, argv);
  if (!options.ok()) {
    std::cerr << "cis-server: " << options.status().message() << "\n";
    return cis::server::kExitUsage;
  }
  if (const auto* printout = std::get_if<cis::server::Printout>(&*options)) {
    std::cout << printout->text;
    return cis::server::kExitClean;
  }
  return cis::server::Run(std::get<cis::server::Options>(*options), signals);
}
