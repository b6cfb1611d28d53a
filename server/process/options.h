// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "schema/base/log.h"
#include "schema/model/data_state.h"

namespace cis::server {

// All flags of cis-server, checked.
struct Options {
  std::string db;
  std::string listen = "127.0.0.1:50051";
  std::string http_listen;  // empty = no HTTP
  std::string tls_cert;     // files; all empty = no TLS
  std::string tls_key;
  std::string client_ca;
  bool client_certificate_optional = false;  // a client without one is served too
  std::string policy;
  std::string issuer_ca;  // file; empty = the system's CAs
  // Connections to --listen; 0 = as many as the process has descriptors for.
  int64_t max_connections = 0;
  int64_t max_connections_per_address = 128;
  double rate_limit = 200;                   // requests per second of one caller; 0 = no limit
  std::vector<std::string> trusted_proxies;  // addresses of proxies in front of the server
  bool insecure_listen = false;              // plain text may leave the machine
  absl::Duration refresh_interval = absl::Seconds(2);
  absl::Duration drain_grace = absl::Seconds(10);
  FreshnessPolicy freshness;
  LogFormat log_format = LogFormat::kText;
};

// What to print instead of serving: the help or the version.
struct Printout {
  std::string text;
};

// Reads flags and the file that --config names. Returns INVALID_ARGUMENT saying what is wrong.
absl::StatusOr<std::variant<Options, Printout>> ParseOptions(int argc, const char* const* argv);

}  // namespace cis::server
