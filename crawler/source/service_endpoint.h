// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rules about URLs: where a token may be sent, where a service's API begins, how pages are named.
// Pure.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crawler/source/keystone.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// Checks whether a secret of `target` may be sent to `url`: it must be https (or `allow_http`), its
// host must not be a loopback or link-local address (or `allow_loopback`), and it must be
// Keystone's host, in its registered domain, or one of `allow_hosts`. Returns a policy error that
// names the URL and the `cis:` key that would allow it.
absl::Status CheckEndpointPolicy(const ShareTarget& target, absl::string_view what,
                                 absl::string_view url);

// Where the API of a service begins.
struct ServiceBase {
  std::string url;   // with the version and what follows it, without a final "/"
  std::string root;  // without the version: what a version list is asked from
  // What follows the version in the catalog's URL, "/PROJECT"; usually empty.
  std::string suffix;
  std::string catalog_url;  // the catalog's URL up to its version: key of Endpoint::service_bases
  // The usual version next to the catalog's, if CIS does not support that one; otherwise empty.
  std::string usual_url;

  friend bool operator==(const ServiceBase&, const ServiceBase&) = default;
};

// Makes the base from the catalog's URL. If that has no version, the usual one is appended ("/v2.1"
// for compute, "/v2" for image, "/v2.0" for network, "/v3" for volume); a site where that or the
// catalog's version is wrong answers 300, 404 or 410, and is then asked for its versions.
ServiceBase MakeServiceBase(ServiceType type, absl::string_view catalog_url);

// Returns the URL of the API in a version list (`versions` as a list, or as {"values": […]}), on
// the scheme, host and port of `root` whatever the links name, because sites are known to publish
// internal names. Empty if the list has no version that CIS supports.
std::string FindVersionUrl(ServiceType type, absl::string_view root, absl::string_view body);
// The same for Keystone: returns the root of the v3 API, without "/v3".
std::string FindKeystoneBase(absl::string_view root, absl::string_view body);

// Returns the newest microversion in Nova's version document, e.g. "2.93"; "" if it has none (/v2).
std::string FindMaxMicroversion(absl::string_view body);
// Returns 61 for "2.61", so that 2.9 < 2.61. Returns nullopt if `text` is not MAJOR.MINOR.
std::optional<int> ParseMicroversionMinor(absl::string_view text);

// Returns true if `url` is on the scheme, host and port of `other`.
bool IsBelowOrigin(absl::string_view url, absl::string_view other);

// Returns `text` with every byte but letters, digits and "-._~" as %XX.
std::string PercentEncode(absl::string_view text);
// Returns the decoded value of the first parameter `name` of the query of `url` (absolute or
// relative). Empty if there is none.
std::string QueryParameter(absl::string_view url, absl::string_view name);

}  // namespace cis::crawler
