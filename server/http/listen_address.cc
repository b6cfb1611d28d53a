// SPDX-License-Identifier: Apache-2.0
#include "server/http/listen_address.h"

#include <sys/un.h>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace cis::server {

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& address) {
  ListenAddress result;
  absl::string_view rest = address;
  if (absl::ConsumePrefix(&rest, "unix:")) {
    const size_t max_bytes = sizeof(sockaddr_un{}.sun_path) - 1;
    if (rest.empty() || rest.size() > max_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", address, "\" is not an address to listen on; the path after unix: ",
                       "must have from 1 to ", max_bytes, " bytes"));
    }
    result.unix_path = std::string(rest);
    return result;
  }
  const auto wrong = [&address] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", address,
                     "\" is not an address to listen on; write HOST:PORT with a port from 0 to "
                     "65535, or unix:PATH"));
  };
  const size_t colon = rest.rfind(':');
  if (colon == absl::string_view::npos) return wrong();
  const absl::string_view port = rest.substr(colon + 1);
  absl::string_view host = rest.substr(0, colon);
  const bool is_bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  const bool has_colon = host.find(':') != absl::string_view::npos;
  int number = -1;
  const bool is_port = port.find_first_not_of("0123456789") == absl::string_view::npos &&
                       absl::SimpleAtoi(port, &number) && number >= 0 && number <= 65535;
  if (host.empty() || host.find_first_of(" ,/[]") != absl::string_view::npos ||
      has_colon != is_bracketed || !is_port) {
    return wrong();
  }
  result.host = std::string(host);
  result.port = static_cast<uint16_t>(number);
  return result;
}

}  // namespace cis::server
