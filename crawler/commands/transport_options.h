// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crawler/commands/command.h"
#include "crawler/commands/options.h"
#include "net/http/curl_transport.h"

namespace cis::crawler {

// Returns the limits from the flags and the proxies from the environment.
TransportOptions MakeTransportOptions(const CrawlerOptions& options, const ProcessContext& context);

}  // namespace cis::crawler
