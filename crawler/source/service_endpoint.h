#pragma once

// Rules about URLs: where a token may go, where a service's API begins, how pages are named. Pure.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "crawler/source/keystone.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// May a secret of `target` be sent to `url`? https (or `allow_http`), a host that is no loopback or
// link-local address (or `allow_loopback`), and Keystone's host, its registered domain, or one of
// `allow_hosts`. Returns a policy error that names the URL and the `cis:` key that would allow it.
absl::Status CheckEndpointPolicy(const ShareTarget& target, absl::string_view what,
                                 absl::string_view url);

// Where the API of a service begins.
struct ServiceBase {
  std::string url;   // with the version and what follows it, without a final "/"
  std::string root;  // without the version: what a version list is asked from
  // What stands behind the version in the catalog's URL, "/PROJECT"; empty as a rule.
  std::string suffix;
  std::string catalog_url;  // the catalog's URL up to its version: key of Endpoint::service_bases
  // The usual version beside the catalog's if CIS does not speak that one; otherwise empty.
  std::string usual_url;

  friend bool operator==(const ServiceBase&, const ServiceBase&) = default;
};

// From the catalog's URL. Without a version in it the usual one is appended ("/v2.1" for compute,
// "/v2" for image, "/v2.0" for network, "/v3" for volume); a site where that or the catalog's
// version is wrong answers 300, 404 or 410, and is then asked for its versions.
ServiceBase MakeServiceBase(ServiceType type, absl::string_view catalog_url);

// The URL of the API in a version list (`versions` as a list, or as {"values": […]}), on the
// scheme, host and port of `root` whatever the links name: sites are known to publish inner names.
// Empty if the list holds no version that CIS speaks.
std::string FindVersionUrl(ServiceType type, absl::string_view root, absl::string_view body);
// The same for Keystone: `root` of the v3 API, without "/v3".
std::string FindKeystoneBase(absl::string_view root, absl::string_view body);

// The newest microversion in Nova's version document, e.g. "2.93"; "" if it has none (/v2).
std::string FindMaxMicroversion(absl::string_view body);
// "2.9" < "2.61". Returns nullopt if `text` is not MAJOR.MINOR.
std::optional<int> ParseMicroversionMinor(absl::string_view text);

// True if `url` is on the scheme, host and port of `other`.
bool IsBelowOrigin(absl::string_view url, absl::string_view other);

// Every byte but letters, digits and "-._~" as %XX.
std::string PercentEncode(absl::string_view text);
// The decoded value of the first parameter `name` of the query of `url` (absolute or relative).
// Empty if there is none.
std::string QueryParameter(absl::string_view url, absl::string_view name);

}  // namespace cis::crawler
