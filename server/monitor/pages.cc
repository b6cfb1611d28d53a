// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/pages.h"

#include "absl/strings/str_cat.h"
#include "schema/base/time_text.h"

namespace cis::server {

HttpPages MonitorPages(const Metrics& metrics, const std::function<Standing()>& standing) {
  HttpPages pages;
  pages["/healthz"] = [standing] {
    HttpReply reply;
    const RefreshState refresh = standing().refresh;
    reply.body = refresh.problem.empty()
                     ? "ok\n"
                     : absl::StrCat("degraded: the database has not been read since ",
                                    FormatSecond(refresh.failing_since),
                                    "; what was read before is served; the log says why\n");
    return reply;
  };
  pages["/readyz"] = [standing] {
    HttpReply reply;
    const bool is_serving = standing().is_serving;
    reply.status = is_serving ? 200 : 503;
    reply.body = is_serving ? "ready\n"
                            : "not ready: no snapshot is loaded yet, or the server is stopping\n";
    return reply;
  };
  pages["/metrics"] = [&metrics, standing] {
    HttpReply reply;
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = metrics.Text(standing());
    return reply;
  };
  return pages;
}

}  // namespace cis::server
