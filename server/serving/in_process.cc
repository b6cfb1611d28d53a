// SPDX-License-Identifier: Apache-2.0
#include "server/serving/in_process.h"

#include <utility>

#include "grpcpp/channel.h"
#include "schema/base/status_macros.h"
#include "schema/store/store.h"
#include "server/refresh/refresher.h"
#include "server/serving/server.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

struct InProcessServer::Parts {
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<Refresher> refresher;  // null: the file is read once
};

absl::StatusOr<std::unique_ptr<InProcessServer>> InProcessServer::Open(
    const std::string& path, const InProcessOptions& options) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(path));
  CIS_ASSIGN_OR_RETURN(Catalog catalog, reader->Load(nullptr));
  ServerOptions server_options;
  server_options.db = path;
  server_options.freshness = options.freshness;
  auto parts = std::make_unique<Parts>();
  CIS_ASSIGN_OR_RETURN(parts->server, Server::Start(server_options));
  parts->server->Publish(Snapshot::Build(std::move(catalog)));
  parts->channel = parts->server->InProcessChannel();
  if (options.follow_interval > absl::ZeroDuration()) {
    RefresherOptions refresher_options;
    refresher_options.path = path;
    refresher_options.interval = options.follow_interval;
    Server* server = parts->server.get();
    parts->refresher = std::make_unique<Refresher>(
        refresher_options, [server](std::shared_ptr<const Snapshot> snapshot) {
          server->Publish(std::move(snapshot));
        });
    parts->refresher->Start();
  }
  return std::unique_ptr<InProcessServer>(new InProcessServer(std::move(parts)));
}

InProcessServer::InProcessServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

InProcessServer::~InProcessServer() = default;

std::shared_ptr<grpc::Channel> InProcessServer::channel() const { return parts_->channel; }

}  // namespace cis::server
