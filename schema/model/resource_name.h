// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names of the API's resources (AIP-122). Sites use ids that are not valid in a name, so the last
// part of a name is a slug; the site's own id is always returned beside it, unchanged.

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"
#include "schema/model/registry.h"

namespace cis {

// Returns `text` itself if it is a valid resource id without "--" and upper case. Otherwise returns
// its letters and digits in lower case joined by "-", then "-" and 8 hex digits of its hash, so
// that different texts keep different ids. At most 54 bytes; "x-" and the hash if no letter or
// digit is left.
std::string FormatSlug(absl::string_view text);

// The longest part of a name (AIP-122, and RFC 1034 for labels).
inline constexpr size_t kMaxResourceIdBytes = 63;

// Ids inside a site: stable, unique, [a-z0-9-], at most kMaxResourceIdBytes long. The id of an item
// is the id of its endpoint or share, "--" and the slug of `upstream_id`; if that is too long, it
// is shortened and ends in "-" and 12 hex digits of its hash.
std::string FormatEndpointId(const Endpoint& endpoint);  // "<host>-<6 hex of url, region>"
std::string FormatShareId(const Share& share);           // "<endpoint>--<vo>" or with project
// Returns what stands in for Share::project_key where the key must not be seen: "#" and the hash
// that is in FormatShareId. A share with that key has the same id.
std::string HiddenProjectKey(const Share& share);
std::string FormatEndpointItemId(const Endpoint& endpoint, absl::string_view upstream_id);
std::string FormatShareItemId(const Share& share, absl::string_view upstream_id);
// The same for an endpoint or share whose id is known.
std::string FormatItemId(absl::string_view parent_id, absl::string_view upstream_id);

// Full names.
std::string FormatSiteName(absl::string_view site_name);   // "sites/cesga-cloud-1a2b3c4d"
std::string FormatVoName(absl::string_view vo);            // "vos/vo-access-egi-eu-1a2b3c4d"
std::string FormatEndpointName(const Endpoint& endpoint);  // "sites/S/endpoints/E"
std::string FormatShareName(const Share& share);           // "sites/S/shares/..."
std::string FormatFlavorName(const Endpoint& endpoint, absl::string_view upstream_id);
std::string FormatImageName(const Endpoint& endpoint, absl::string_view upstream_id);
std::string FormatNetworkName(const Share& share, absl::string_view upstream_id);
std::string FormatChangeName(absl::string_view site_name,
                             int64_t change_id);  // "sites/S/changes/7"
std::string FormatCrawlName(int64_t crawl_id);    // "crawls/12"
// Of the registry: "sites/S/problems/..." and "sites/S/offers/...".
std::string FormatSiteProblemName(const SiteProblem& problem);
std::string FormatOfferName(absl::string_view site_name, absl::string_view service_type);

// A parsed name: `collection` is the last collection, e.g. "flavors".
struct ParsedName {
  std::string site_id;     // "" for vos and crawls; "-" for the wildcard
  std::string collection;  // "sites", "endpoints", "vos", "shares", "flavors", "images",
                           // "networks", "crawls", "problems", "offers", "changes"
  std::string id;          // of the last collection
};

// Parses "sites/S", "vos/V", "crawls/C" or "sites/S/<collection>/<id>". An id above
// kMaxResourceIdBytes, as names had until 2026-11-30, is shortened to its present form. Returns
// INVALID_ARGUMENT naming the whole text and the right form.
absl::StatusOr<ParsedName> ParseResourceName(absl::string_view text, absl::string_view collection);

}  // namespace cis
