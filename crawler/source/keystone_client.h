// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crawler/source/exchange.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// Returns true if the answer may not be from Keystone's v3 API: it is a version list, or a "not
// found" that Keystone did not write.
bool LooksUnlikeKeystone(const Answer& answer);

// Sends requests to the Keystone of one target. The URL is tried as configured (+ "/v3"); only if
// the site answers with a version list or unlike Keystone is it asked for its versions, once. Lives
// as long as its exchange.
class KeystoneClient {
 public:
  KeystoneClient(Exchange* exchange, const ShareTarget* target);
  KeystoneClient(const KeystoneClient&) = delete;
  KeystoneClient& operator=(const KeystoneClient&) = delete;

  // Checks whether a secret may be sent there. Returns the error of CheckEndpointPolicy.
  absl::Status CheckPolicy() const;

  // Sends `request` (its method, headers and body; timeouts and limits are set here) to `path`
  // ("/v3/auth/tokens") below Keystone's URL. The handler gets the answer of the right URL, or the
  // first answer if there is no other URL.
  void Ask(HttpRequest request, std::string path, Exchange::Handler handler);

  // Keystone's URL without "/v3".
  const std::string& base() const { return base_; }
  // Sets what another client of this Keystone has found out.
  void SetBase(std::string base) { base_ = std::move(base); }

 private:
  HttpRequest Complete(HttpRequest request, absl::string_view path) const;

  Exchange* exchange_;
  const ShareTarget* target_;
  std::string base_;
  bool discovered_ = false;
};

}  // namespace cis::crawler
