// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "server/http/http_message.h"
#include "server/http/pages.h"
#include "server/monitor/metrics.h"
#include "server/monitor/standing.h"

namespace cis::server {

// Returns the pages `/healthz` (200: the process answers), `/readyz` (200 while requests are
// answered and `accepts_connections` returns true, else 503) and `/metrics` (for Prometheus).
// `metrics` must outlive the pages.
HttpPages MonitorPages(const Metrics& metrics, const std::function<Standing()>& standing,
                       const std::function<bool()>& accepts_connections);

}  // namespace cis::server
