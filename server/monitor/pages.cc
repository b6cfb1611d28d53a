// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/pages.h"

#include "absl/strings/str_cat.h"
#include "schema/base/time_text.h"

namespace cis::server {

HttpPages MonitorPages(const Metrics& metrics, const std::function<Standing()>& standing,
                       const std::function<bool()>& accepts_connections) {
  HttpPages pages;
  pages["/healthz"] = [standing](const HttpRequest&) {
    HttpReply reply;
    const RefreshState refresh = standing().refresh;
    reply.body = refresh.problem.empty()
                     ? "ok\n"
                     : absl::StrCat("degraded: the database has not been read since ",
                                    FormatSecond(refresh.failing_since),
                                    "; what was read before is served; the log says why\n");
    return reply;
  };
  pages["/readyz"] = [standing, accepts_connections](const HttpRequest&) {
    HttpReply reply;
    reply.body = "ready\n";
    if (!standing().is_serving) {
      reply.body = "not ready: no snapshot is loaded yet, or the server is stopping\n";
    } else if (!accepts_connections()) {
      reply.body = "not ready: the server does not accept connections to its own port\n";
    } else {
      return reply;
    }
    reply.status = 503;
    return reply;
  };
  pages["/metrics"] = [&metrics, standing](const HttpRequest&) {
    HttpReply reply;
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = metrics.Text(standing());
    return reply;
  };
  return pages;
}

}  // namespace cis::server
