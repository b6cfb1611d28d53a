#pragma once

#include "crawler/command.h"
#include "crawler/http/curl_transport.h"
#include "crawler/options.h"

namespace cis {

// Bounds from the flags, proxies from the environment.
TransportOptions MakeTransportOptions(const CrawlerOptions& options, const ProcessContext& context);

}  // namespace cis
