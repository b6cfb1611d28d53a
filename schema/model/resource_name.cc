// SPDX-License-Identifier: Apache-2.0
#include "schema/model/resource_name.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "schema/base/fnv1a.h"

namespace cis {
namespace {

constexpr size_t kMaxSlugBytes = 54;
constexpr size_t kMaxHostBytes = 24;
constexpr int kShareHashDigits = 8;

bool IsIdByte(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsResourceId(absl::string_view text) {
  if (text.empty() || text.size() > kMaxSlugBytes) return false;
  char before = '-';
  for (const char c : text) {
    if (!IsIdByte(c) && (c != '-' || before == '-')) return false;
    before = c;
  }
  return before != '-';
}

// Letters and digits in lower case, other runs as one "-".
std::string Simplify(absl::string_view text, size_t max_bytes) {
  std::string out;
  for (const char c : text) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    if (IsIdByte(lower)) {
      out += lower;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() == max_bytes) break;
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::string HexHash(absl::string_view text, int digits) {
  return absl::StrCat(absl::Hex(Fnv1a(text), absl::kZeroPad16))
      .substr(0, static_cast<size_t>(digits));
}

absl::string_view HostOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != absl::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of(":/"));
}

// Returns `id` itself if it is short enough. Depends on nothing but `id`, so that names from before
// the bound still lead to the same resource.
std::string BoundId(absl::string_view id) {
  if (id.size() <= kMaxResourceIdBytes) return std::string(id);
  constexpr int kHashDigits = 12;
  absl::string_view head = id.substr(0, kMaxResourceIdBytes - kHashDigits - 1);
  while (absl::ConsumeSuffix(&head, "-")) {
  }
  return absl::StrCat(head, "-", HexHash(id, kHashDigits));
}

// Whether the key was made by HiddenProjectKey. No project id begins with "#", and another key has
// an "@".
bool IsHiddenKey(absl::string_view project_key) {
  return project_key.size() == 1 + kShareHashDigits && project_key.front() == '#' &&
         std::all_of(project_key.begin() + 1, project_key.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

// A VO may have several projects at an endpoint, so the project is part of the id.
std::string ShareHash(const Share& share) {
  if (IsHiddenKey(share.project_key)) return share.project_key.substr(1);
  return HexHash(absl::StrCat(share.endpoint.keystone_url, "\n", share.endpoint.region, "\n",
                              share.vo, "\n", share.project_key),
                 kShareHashDigits);
}

std::string SiteId(absl::string_view site_name) { return FormatSlug(site_name); }

}  // namespace

std::string FormatSlug(absl::string_view text) {
  if (IsResourceId(text)) return std::string(text);
  constexpr int kHashDigits = 8;
  std::string simple = Simplify(text, kMaxSlugBytes - kHashDigits - 1);
  if (simple.empty()) simple = "x";
  return absl::StrCat(simple, "-", HexHash(text, kHashDigits));
}

std::string FormatEndpointId(const Endpoint& endpoint) {
  std::string host = Simplify(HostOf(endpoint.keystone_url), kMaxHostBytes);
  if (host.empty()) host = "x";
  return absl::StrCat(host, "-",
                      HexHash(absl::StrCat(endpoint.keystone_url, "\n", endpoint.region), 6));
}

std::string HiddenProjectKey(const Share& share) { return absl::StrCat("#", ShareHash(share)); }

std::string FormatShareId(const Share& share) {
  std::string vo = Simplify(share.vo, 40);
  if (vo.empty()) vo = "x";
  return absl::StrCat(vo, "-", ShareHash(share));
}

std::string FormatEndpointItemId(const Endpoint& endpoint, absl::string_view upstream_id) {
  return FormatItemId(FormatEndpointId(endpoint), upstream_id);
}

std::string FormatShareItemId(const Share& share, absl::string_view upstream_id) {
  return FormatItemId(FormatShareId(share), upstream_id);
}

std::string FormatItemId(absl::string_view parent_id, absl::string_view upstream_id) {
  return BoundId(absl::StrCat(parent_id, "--", FormatSlug(upstream_id)));
}

std::string FormatSiteName(absl::string_view site_name) {
  return absl::StrCat("sites/", SiteId(site_name));
}

std::string FormatVoName(absl::string_view vo) { return absl::StrCat("vos/", FormatSlug(vo)); }

std::string FormatEndpointName(const Endpoint& endpoint) {
  return absl::StrCat(FormatSiteName(endpoint.site_name), "/endpoints/",
                      FormatEndpointId(endpoint));
}

std::string FormatShareName(const Share& share) {
  return absl::StrCat(FormatSiteName(share.endpoint.site_name), "/shares/", FormatShareId(share));
}

std::string FormatFlavorName(const Endpoint& endpoint, absl::string_view upstream_id) {
  return absl::StrCat(FormatSiteName(endpoint.site_name), "/flavors/",
                      FormatEndpointItemId(endpoint, upstream_id));
}

std::string FormatImageName(const Endpoint& endpoint, absl::string_view upstream_id) {
  return absl::StrCat(FormatSiteName(endpoint.site_name), "/images/",
                      FormatEndpointItemId(endpoint, upstream_id));
}

std::string FormatNetworkName(const Share& share, absl::string_view upstream_id) {
  return absl::StrCat(FormatSiteName(share.endpoint.site_name), "/networks/",
                      FormatShareItemId(share, upstream_id));
}

std::string FormatSiteProblemName(const SiteProblem& problem) {
  return absl::StrCat(FormatSiteName(problem.site_name), "/problems/",
                      FormatSlug(absl::StrCat(problem.code, " ", problem.subject)));
}

std::string FormatOfferName(absl::string_view site_name, absl::string_view service_type) {
  return absl::StrCat(FormatSiteName(site_name), "/offers/", FormatSlug(service_type));
}

std::string FormatChangeName(absl::string_view site_name, int64_t change_id) {
  return absl::StrCat(FormatSiteName(site_name), "/changes/", change_id);
}

std::string FormatCrawlName(int64_t crawl_id) { return absl::StrCat("crawls/", crawl_id); }

absl::StatusOr<ParsedName> ParseResourceName(absl::string_view text, absl::string_view collection) {
  const bool top = collection == "sites" || collection == "vos" || collection == "crawls";
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  const auto valid = [](absl::string_view id) {
    return !id.empty() &&
           std::all_of(id.begin(), id.end(), [](char c) { return IsIdByte(c) || c == '-'; });
  };
  ParsedName name;
  name.collection = std::string(collection);
  if (top && parts.size() == 2 && parts[0] == collection && valid(parts[1])) {
    name.id = std::string(parts[1]);
    if (collection == "sites") name.site_id = name.id;
    return name;
  }
  if (!top && parts.size() == 4 && parts[0] == "sites" && valid(parts[1]) &&
      parts[2] == collection && valid(parts[3])) {
    name.site_id = std::string(parts[1]);
    name.id = BoundId(parts[3]);
    return name;
  }
  const absl::string_view one = absl::StripSuffix(collection, "s");
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a name of that kind; the form is ",
                   top ? "" : "sites/{site}/", collection, "/{", one, "}"));
}

}  // namespace cis
