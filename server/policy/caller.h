// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/policy/entitlement.h"

namespace cis::server {

// What a verified token says about its bearer.
struct TokenIdentity {
  std::string issuer_url;  // the claim `iss`
  std::string subject;
  std::vector<Entitlement> entitlements;
  std::vector<std::string> scopes;  // of the token; empty if it does not name any

  friend bool operator==(const TokenIdentity&, const TokenIdentity&) = default;
};

// A client certificate whose chain TLS has verified.
struct ClientCertificate {
  std::string subject;  // RFC 2253: "CN=portal.example.org,O=Example"
  std::vector<std::string> sans;

  friend bool operator==(const ClientCertificate&, const ClientCertificate&) = default;
};

// Who asks. Without all three, the caller is anonymous.
struct Caller {
  // On a Unix socket, or on loopback without a trusted proxy in between: has the rights of a
  // process that may read the database.
  bool is_local = false;
  std::optional<TokenIdentity> token;
  std::optional<ClientCertificate> certificate;

  friend bool operator==(const Caller&, const Caller&) = default;
};

}  // namespace cis::server
