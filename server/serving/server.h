#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "server/meter/request_meter.h"
#include "server/snapshot/data_state.h"
#include "server/snapshot/snapshot.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace cis::server {

// PEM texts. All empty = no TLS.
struct TlsMaterial {
  std::string certificate_chain;
  std::string private_key;
  std::string client_ca;  // not empty: clients must show a certificate that one of these signed
};

struct ServerOptions {
  // `HOST:PORT` or `unix:PATH`; port 0 lets the system choose. Empty: in-process channels only.
  std::string listen_address;
  TlsMaterial tls;
  FreshnessPolicy freshness;
  std::string db;  // the database file, for questions about the past; empty = they are refused
  const Clock* clock = nullptr;  // nullptr = the machine's; must outlive the server
  RequestMeter* meter =
      nullptr;  // is told of each answer; nullptr = nobody. Must outlive the server
};

// The gRPC server: all services, health and reflection. Safe to use from any number of threads.
class Server {
 public:
  // Listens and answers: UNAVAILABLE and health NOT_SERVING until the first Publish. Returns
  // INVALID_ARGUMENT if the address cannot be listened on or the TLS texts are not of use.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);
  // Drains, for at most a second.
  ~Server();

  // What later requests are answered from. Streams of changes look into the journal again.
  void Publish(std::shared_ptr<const Snapshot> snapshot);

  // What requests are answered from now; null before the first Publish.
  std::shared_ptr<const Snapshot> snapshot() const;
  // False once Drain was called.
  bool takes_requests() const;

  // Where it listens, with the port that was chosen. Empty if it does not.
  const std::string& address() const;

  // To this server, without a port. Must not be used after the server is gone.
  std::shared_ptr<grpc::Channel> InProcessChannel() const;

  // Tells health checks NOT_SERVING, takes no more requests, ends streams with SERVER_STOPPING, and
  // waits until requests under way are answered; what is not at the end of `grace` is cancelled.
  // Later calls do nothing.
  void Drain(absl::Duration grace);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// Sends what gRPC itself has to say to the log. Once a process, in main.
void RouteGrpcLog();

}  // namespace cis::server
