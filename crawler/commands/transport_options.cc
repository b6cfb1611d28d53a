// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/transport_options.h"

#include "crawler/commands/crawl_secrets.h"

namespace cis::crawler {

TransportOptions MakeTransportOptions(const CrawlerOptions& options,
                                      const ProcessContext& context) {
  TransportOptions transport;
  transport.max_in_flight_per_key = options.max_in_flight_per_endpoint;
  transport.max_in_flight = options.max_in_flight;
  transport.seed = context.seed;
  // HTTP_PROXY in upper case is not read: a client of a CGI program could set it (httpoxy).
  transport.tries.http_proxy = EnvironmentValue(context, {"http_proxy"});
  transport.tries.https_proxy = EnvironmentValue(context, {"https_proxy", "HTTPS_PROXY"});
  transport.tries.no_proxy = EnvironmentValue(context, {"no_proxy", "NO_PROXY"});
  return transport;
}

}  // namespace cis::crawler
