// SPDX-License-Identifier: Apache-2.0
#include "server/http/pages.h"

#include "absl/strings/str_cat.h"

namespace cis::server {

HttpReply ReplyOf(const HttpPages& pages, const HttpRequest& request) {
  HttpReply reply;
  const auto page = pages.find(request.path);
  if (page == pages.end()) {
    reply.status = 404;
    reply.body = "not found; the pages are:";
    for (const auto& [path, make] : pages) absl::StrAppend(&reply.body, " ", path);
    reply.body.push_back('\n');
  } else if (request.method != "GET" && request.method != "HEAD") {
    reply.status = 405;
    reply.headers.emplace_back("Allow", "GET, HEAD");
    reply.body = "only GET and HEAD are allowed\n";
  } else {
    reply = page->second(request);
  }
  return reply;
}

}  // namespace cis::server
