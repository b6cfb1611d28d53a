// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cis::crawler {

// Where an OIDC access token comes from. Plain values; crawler/tokens uses them. Held in memory
// only; never stored, logged or part of an error.
struct TokenGrant {
  enum class Type {
    kGiven,         // the token itself; it cannot be renewed
    kRefreshToken,  // a refresh token, at the issuer's token endpoint (RFC 6749, section 6)
    kOidcAgent,     // oidc-agent, over its unix socket
    kMytoken,       // a mytoken server
  };
  Type type = Type::kGiven;
  std::string access_token;                             // kGiven
  std::string issuer;                                   // kRefreshToken; kOidcAgent: or account
  std::string client_id, client_secret, refresh_token;  // kRefreshToken; no secret = public client
  std::string account, socket;                          // kOidcAgent: short name; path
  std::string server, mytoken;                          // kMytoken
  // What the token is requested for; empty = the issuer's default.
  std::string scope, audience, resource;
  std::string secret_file;      // the file of refresh_token or mytoken; empty = a variable
  std::string ca_file;          // of issuer or server; empty = the system's
  bool allow_loopback = false;  // issuer or server may be on a loopback address, by http too

  // clang-tidy 14 takes the comparison with 0 that the compiler writes for a pointer's.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const TokenGrant&, const TokenGrant&) = default;
};

}  // namespace cis::crawler
