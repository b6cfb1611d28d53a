#pragma once

#include "crawler/commands/command.h"
#include "crawler/commands/options.h"
#include "crawler/http/curl_transport.h"

namespace cis::crawler {

// Bounds from the flags, proxies from the environment.
TransportOptions MakeTransportOptions(const CrawlerOptions& options, const ProcessContext& context);

}  // namespace cis::crawler
