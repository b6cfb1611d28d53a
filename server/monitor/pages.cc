// SPDX-License-Identifier: Apache-2.0
#include "server/monitor/pages.h"

#include "absl/strings/str_cat.h"
#include "schema/base/time_text.h"

namespace cis::server {

HttpPages MonitorPages(const Metrics& metrics, const std::function<Standing()>& standing,
                       const std::function<bool(const HttpRequest&)>& may_see_metrics) {
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
  pages["/readyz"] = [standing](const HttpRequest&) {
    HttpReply reply;
    const bool is_serving = standing().is_serving;
    reply.status = is_serving ? 200 : 503;
    reply.body = is_serving ? "ready\n"
                            : "not ready: no snapshot is loaded yet, or the server is stopping\n";
    return reply;
  };
  pages["/metrics"] = [&metrics, standing, may_see_metrics](const HttpRequest& request) {
    HttpReply reply;
    if (!may_see_metrics(request)) {
      reply.status = 403;
      reply.body =
          "the metrics name sites and their errors: ask from the machine of the server, over its "
          "Unix socket or at 127.0.0.1 or localhost; not through a proxy, and not if the server "
          "has "
          "--trusted-proxy, except over the Unix socket\n";
      return reply;
    }
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = metrics.Text(standing());
    return reply;
  };
  return pages;
}

}  // namespace cis::server
