#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "crawler/command.h"
#include "crawler/http/curl_transport.h"

namespace cis {

// The first of the variables that is set to something; empty if none is.
std::string EnvironmentValue(const ProcessContext& context,
                             std::initializer_list<absl::string_view> names);

// Bounds from the flags, proxies from the environment.
TransportOptions MakeTransportOptions(const CrawlerOptions& options, const ProcessContext& context);

}  // namespace cis
