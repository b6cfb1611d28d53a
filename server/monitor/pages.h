// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "server/monitor/http_server.h"
#include "server/monitor/metrics.h"
#include "server/monitor/standing.h"

namespace cis::server {

// Returns the pages `/healthz` (200: the process answers), `/readyz` (200 while requests are
// answered, else 503) and `/metrics` (for Prometheus). `metrics` must outlive the pages.
HttpPages MonitorPages(const Metrics& metrics, const std::function<Standing()>& standing);

}  // namespace cis::server
