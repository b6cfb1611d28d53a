// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "server/policy/caller.h"

namespace cis::server {

// What a transport knows about a caller. Nothing of it is verified except the certificate.
struct CallSource {
  // Of the other end of the connection, without the port; "" = it has none.
  std::string address;
  int port = 0;
  // Whether nothing but the caller itself can have sent the request, if the address is of loopback.
  bool is_direct = true;
  bool is_unix = false;                          // connected over a Unix socket
  std::optional<ClientCertificate> certificate;  // whose chain TLS has verified
  // The last values of the headers `forwarded` and `x-forwarded-for`; "" = there is none.
  std::string forwarded;
  std::string x_forwarded_for;
  // The value of the header `authorization`; "" if there are several.
  std::optional<std::string> authorization;
  std::string request_id;  // connects the lines of the log that are about the call
  std::string trace_id;    // "" = the caller traces nothing
};

// Whether a caller may choose this id for its request: 1 to 64 letters, digits, `-`, `_` and `.`.
bool IsRequestId(absl::string_view text);
// Returns a request id that no other call to this process has.
std::string MakeRequestId();

// Returns the trace id of a header `traceparent` (W3C Trace Context), 32 hexadecimal digits; "" if
// it is not of that form.
std::string TraceIdOf(absl::string_view traceparent);

// Returns the address that the last proxy on the way has taken the connection from, as that proxy
// says in `forwarded` (RFC 7239) or `x_forwarded_for`; nullopt if it does not say. Ask only for
// calls from a proxy that is trusted: anyone can send these.
std::optional<std::string> ForwardedAddress(absl::string_view forwarded,
                                            absl::string_view x_forwarded_for);

// Returns the token of "Bearer TOKEN" (RFC 6750); "" for another scheme.
std::string BearerToken(absl::string_view authorization);

}  // namespace cis::server
