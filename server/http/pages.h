// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "server/http/http_message.h"

namespace cis::server {

// Maps a path, "/metrics", to the function that makes its reply at once. The functions are called
// from several threads at once.
using HttpPages = std::map<std::string, std::function<HttpReply(const HttpRequest&)>>;

// Returns the reply to `request`: that of its page for GET and HEAD; 404, naming the pages, if
// there is no such page; 405 for another method.
HttpReply ReplyOf(const HttpPages& pages, const HttpRequest& request);

}  // namespace cis::server
