// SPDX-License-Identifier: Apache-2.0
#include "server/serving/server.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "server/access/access.h"
#include "server/connection/acceptor.h"
#include "server/placement/placement_index.h"
#include "server/pool/fair_pool.h"
#include "server/pool/load_gate.h"
#include "server/serving/change_service.h"
#include "server/serving/grpc_services.h"
#include "server/serving/server_credentials.h"
#include "server/token/http_fetch.h"

namespace cis::server {
namespace {

// Requests are small: names, filters and numbers.
constexpr int kMaxRequestBytes = 1 << 20;
// Per connection; further calls of the client wait. Keeps one client from using all memory.
constexpr int kMaxConcurrentStreams = 100;
constexpr int kMaxMetadataBytes = 32 << 10;  // a token of 16 KiB and what goes with it
constexpr int kHandshakeTimeoutMs = 10'000;
constexpr int kMaxIdleMs = 300'000;
// How long the server's own port is tried.
constexpr absl::Duration kProbeTimeout = absl::Seconds(1);
constexpr absl::Duration kDestructorGrace = absl::Seconds(1);

// One processor stays for requests that cost little.
size_t PoolThreads() {
  const unsigned processors = std::thread::hardware_concurrency();
  return processors > 2 ? processors - 1 : 1;
}

void LogOfGrpc(gpr_log_func_args* args) {
  const LogLevel level =
      args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kWarning : LogLevel::kInfo;
  Log(level, "grpc", {{"message", args->message}});
}

// A message that a client sent broken, for example.
void LogOfProtobuf(google::protobuf::LogLevel, const char*, int, const std::string& message) {
  Log(LogLevel::kWarning, "protobuf", {{"message", message}});
}

}  // namespace

struct Server::Parts {
  SystemClock system_clock;
  const Clock* clock = &system_clock;
  Holder<TlsMaterial> tls;                               // empty without TLS
  std::shared_ptr<grpc::ServerCredentials> credentials;  // gRPC calls them, but does not keep them
  StateHolder states;
  std::unique_ptr<Access> access;
  LoadGate gate;
  std::unique_ptr<FairPool> pool;
  ChangeFeed feed;
  std::unique_ptr<HistoryThread> history;
  std::unique_ptr<HistoryThread> streams;
  std::vector<NamedService> services;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> handover;
  std::unique_ptr<Acceptor> acceptor;
  std::unique_ptr<grpc::Server> server;
  std::string address;
  std::atomic<bool> drained{false};

  // Binds the port, and makes the credentials of its connections.
  absl::Status Listen(const ServerOptions& options) {
    credentials = grpc::InsecureServerCredentials();
    if (options.tls != TlsMaterial()) {
      CIS_RETURN_IF_ERROR(CheckMaterial(options.tls, clock->Now()).status());
      tls.Publish(std::make_shared<const TlsMaterial>(options.tls));
      credentials = RenewableCredentials(&tls);
    }
    Acceptor::Options accept;
    accept.address = options.listen_address;
    accept.limits = options.connections;
    accept.limits.uncapped.insert(accept.limits.uncapped.end(), options.trusted_proxies.begin(),
                                  options.trusted_proxies.end());
    accept.clock = &system_clock;
    accept.on_backlog = [this](absl::Duration wait) { gate.Observe(wait); };
    accept.hand_over = [this](int listener, int connection) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
      parameters.listener_fd = listener;
      parameters.fd = connection;
      handover->HandleNewConnection(&parameters);
    };
    CIS_ASSIGN_OR_RETURN(acceptor, Acceptor::Create(std::move(accept)));
    address = acceptor->address();
    return absl::OkStatus();
  }

  void SetHealth(bool is_serving) const {
    grpc::HealthCheckServiceInterface* health = server->GetHealthCheckService();
    if (health == nullptr) return;
    health->SetServingStatus("", is_serving);
    for (const NamedService& named : services) {
      health->SetServingStatus(named.full_name, is_serving);
    }
  }
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  const bool has_port = !options.listen_address.empty();
  // Both are settings of the process; setting them again does nothing.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  auto parts = std::make_unique<Parts>();
  if (!options.db.empty()) {
    PastOptions past;
    past.path = options.db;
    parts->history = std::make_unique<HistoryThread>(past);
    parts->streams = std::make_unique<HistoryThread>(std::move(past));
  }
  if (options.clock != nullptr) parts->clock = options.clock;
  parts->pool = std::make_unique<FairPool>(PoolThreads());
  Access::Options access;
  access.only_in_process = !has_port;
  access.trusted_proxies = options.trusted_proxies;
  access.rates = options.rates;
  access.fetch =
      options.fetch != nullptr ? options.fetch : MakeHttpFetch(parts->clock, options.issuer_ca);
  access.clock = parts->clock;
  access.meter = options.meter;
  parts->access = std::make_unique<Access>(std::move(access));
  if (options.policy != nullptr) parts->access->SetPolicy(options.policy);
  if (has_port) {
    CIS_RETURN_IF_ERROR(parts->Listen(options));
  }
  ServiceParts service_parts;
  service_parts.connections = has_port ? &parts->acceptor->table() : nullptr;
  service_parts.states = &parts->states;
  service_parts.access = parts->access.get();
  service_parts.gate = &parts->gate;
  service_parts.pool = parts->pool.get();
  service_parts.clock = parts->clock;
  service_parts.steady_clock = &parts->system_clock;
  service_parts.freshness = options.freshness;
  service_parts.meter = options.meter;
  service_parts.history = parts->history.get();
  service_parts.streams = parts->streams.get();
  parts->services.push_back(MakeChangeService(service_parts, &parts->feed));
  parts->services.push_back(MakeInventoryService(service_parts));
  parts->services.push_back(MakePlacementService(service_parts));
  parts->services.push_back(MakeRegistryService(service_parts));

  grpc::ServerBuilder builder;
  for (const NamedService& named : parts->services) builder.RegisterService(named.service.get());
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kMaxIdleMs);
  if (has_port) {
    parts->handover = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        parts->credentials);
  }
  parts->server = builder.BuildAndStart();
  if (parts->server == nullptr) return absl::InternalError("gRPC does not start; see its log");
  if (has_port) parts->acceptor->Start();
  parts->SetHealth(false);
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Drain(kDestructorGrace); }

void Server::Publish(std::shared_ptr<const Snapshot> snapshot) {
  const std::shared_ptr<const ServingState> before = parts_->states.Current();
  const bool is_first = before == nullptr;
  parts_->states.Publish(
      std::make_shared<const ServingState>(ServingState::Build(std::move(snapshot), before.get())));
  parts_->feed.WakeAll();
  if (is_first && !parts_->drained) parts_->SetHealth(true);
}

std::shared_ptr<const Snapshot> Server::snapshot() const {
  const std::shared_ptr<const ServingState> state = parts_->states.Current();
  return state == nullptr ? nullptr : state->snapshot;
}

absl::Status Server::ReplaceCertificate(const TlsMaterial& material) {
  const std::shared_ptr<const TlsMaterial> used = parts_->tls.Current();
  if (used == nullptr) return absl::InvalidArgumentError("the server was started without TLS");
  CIS_RETURN_IF_ERROR(CheckMaterial(material, parts_->clock->Now()).status());
  if (material.client_ca.empty() != used->client_ca.empty()) {
    return absl::InvalidArgumentError(
        "whether there is a client CA cannot change; restart the server");
  }
  parts_->tls.Publish(std::make_shared<const TlsMaterial>(material));
  return absl::OkStatus();
}

absl::Time Server::certificate_expire_time() const {
  const std::shared_ptr<const TlsMaterial> used = parts_->tls.Current();
  const absl::StatusOr<Validity> validity =
      used == nullptr ? absl::NotFoundError("there is none") : ReadMaterial(*used);
  return validity.ok() ? validity->expire_time : absl::InfinitePast();
}

void Server::ReplacePolicy(std::shared_ptr<const Policy> policy) {
  parts_->access->SetPolicy(std::move(policy));
}

bool Server::takes_requests() const { return !parts_->drained; }

bool Server::accepts_connections() const {
  return parts_->acceptor == nullptr || parts_->acceptor->Responds(kProbeTimeout);
}

ConnectionCounts Server::connection_counts() const {
  return parts_->acceptor == nullptr ? ConnectionCounts() : parts_->acceptor->table().counts();
}

Access* Server::access() const { return parts_->access.get(); }

const std::string& Server::address() const { return parts_->address; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // both ends are this process
  return parts_->server->InProcessChannel(arguments);
}

void Server::Drain(absl::Duration grace) {
  if (parts_->drained.exchange(true)) return;
  parts_->SetHealth(false);
  parts_->feed.Stop();
  if (parts_->history != nullptr) parts_->history->Close();
  parts_->access->Close();
  parts_->pool->Close();
  if (parts_->acceptor != nullptr) parts_->acceptor->StopAccepting();
  parts_->server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  // gRPC waits for the streams of its connections, also for millions that were reset.
  if (parts_->acceptor != nullptr) parts_->acceptor->CloseAll();
  parts_->server->Wait();
  if (parts_->history != nullptr) parts_->history->Stop();
  parts_->access->Stop();
  parts_->pool->Stop();
  if (parts_->streams != nullptr) parts_->streams->Stop();
}

void RouteLibraryLogs() {
  gpr_set_log_function(LogOfGrpc);
  google::protobuf::SetLogHandler(LogOfProtobuf);
}

}  // namespace cis::server
