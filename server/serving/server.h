// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/base/clock.h"
#include "schema/model/data_state.h"
#include "server/access/rate_limiter.h"
#include "server/connection/connection_table.h"
#include "server/meter/request_meter.h"
#include "server/policy/policy.h"
#include "server/snapshot/snapshot.h"
#include "server/tls/certificate.h"
#include "server/token/fetch.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace cis::server {

class Access;

struct ServerOptions {
  // `HOST:PORT` or `unix:PATH`; port 0 lets the system choose. Empty: in-process channels only.
  std::string listen_address;
  TlsMaterial tls;
  FreshnessPolicy freshness;
  std::shared_ptr<const Policy> policy;  // who may see what; null = there is none
  // Addresses of proxies in front of the server. If there is one, callers over loopback are not
  // taken for processes of this machine, and what these proxies say is the address of a caller.
  std::vector<std::string> trusted_proxies;
  // Of connections. Proxies are added to those without a cap.
  ConnectionLimits connections;
  RateLimits rates;  // how fast each caller from another machine may ask
  // Reads the documents of issuers. nullptr = over HTTPS, with certificates of `issuer_ca` (a file;
  // "" = the system's).
  Fetch fetch = nullptr;
  std::string issuer_ca;
  std::string db;  // the database file, for questions about the past; empty = they are rejected
  const Clock* clock = nullptr;  // nullptr = the machine's; must outlive the server
  RequestMeter* meter =
      nullptr;  // receives each answered request; nullptr = none. Must outlive the server
};

// The gRPC server: all services, health and reflection. Safe to use from any number of threads.
class Server {
 public:
  // Starts listening. Until the first Publish, requests get UNAVAILABLE and health checks
  // NOT_SERVING. Returns INVALID_ARGUMENT if the server cannot listen on the address, and the
  // errors of CheckMaterial.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);
  // Drains, for at most a second.
  ~Server();

  // Sets the snapshot that later requests are answered from. Streams of changes read the journal
  // again.
  void Publish(std::shared_ptr<const Snapshot> snapshot);

  // Uses `material` for connections that begin from now on. Returns the errors of CheckMaterial,
  // and INVALID_ARGUMENT if the server has no TLS, or if only one of the old and the new material
  // has a client CA; the old one stays then.
  absl::Status ReplaceCertificate(const TlsMaterial& material);
  // When the certificate expires; InfinitePast without TLS.
  absl::Time certificate_expire_time() const;

  // Applies to calls that begin from now on. `policy` must not be null.
  void ReplacePolicy(std::shared_ptr<const Policy> policy);

  // The snapshot that requests are answered from at present; null before the first Publish.
  std::shared_ptr<const Snapshot> snapshot() const;
  // False once Drain was called.
  bool takes_requests() const;

  // The address that the server listens on, with the port that was chosen. Empty if it does not
  // listen.
  const std::string& address() const;

  // Tries the server's own port: whether it accepts a connection within a second. True if it does
  // not listen.
  bool accepts_connections() const;
  ConnectionCounts connection_counts() const;

  // Who may see what, for other transports; lives as long as the server.
  Access* access() const;

  // Returns a channel to this server that needs no port. Must not be used after the server is
  // destroyed.
  std::shared_ptr<grpc::Channel> InProcessChannel() const;

  // Sets health checks to NOT_SERVING, accepts no more requests, ends streams with SERVER_STOPPING,
  // and waits for requests in progress; those that have not finished at the end of `grace` are
  // cancelled, and connections that are still open are closed. Later calls do nothing.
  void Drain(absl::Duration grace);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

// Sends the messages of gRPC and protobuf to the log. Call once per process, in main.
void RouteLibraryLogs();

}  // namespace cis::server
