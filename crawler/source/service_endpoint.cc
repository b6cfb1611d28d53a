// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/service_endpoint.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/source/answer.h"
#include "net/http/registered_domain.h"
#include "net/http/url.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

// "v2", "v2.1", "v3": a version as a path segment.
bool IsVersion(absl::string_view segment) {
  if (!absl::ConsumePrefix(&segment, "v") || segment.empty()) return false;
  return absl::ascii_isdigit(static_cast<unsigned char>(segment.front())) &&
         std::all_of(segment.begin(), segment.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.';
         });
}

absl::string_view UsualVersion(ServiceType type) {
  switch (type) {
    case ServiceType::kCompute:
      return "v2.1";
    case ServiceType::kImage:
      return "v2";
    case ServiceType::kNetwork:
      return "v2.0";
    case ServiceType::kVolume:
      break;
  }
  return "v3";
}

// Returns the ids in a version list that CIS supports, the preferred one first; a prefix match.
std::vector<absl::string_view> SpokenVersions(ServiceType type) {
  switch (type) {
    case ServiceType::kCompute:
      return {"v2.1", "v2"};
    case ServiceType::kImage:
    case ServiceType::kNetwork:
      return {"v2"};
    case ServiceType::kVolume:
      break;
  }
  return {"v3"};
}

std::string StripSlashes(absl::string_view url) {
  while (absl::ConsumeSuffix(&url, "/")) {
  }
  return std::string(url);
}

absl::Status PolicyError(const ShareTarget& target, Limit limit, absl::string_view what,
                         absl::string_view url, absl::string_view why, absl::string_view key) {
  const std::string where =
      target.config_origin.empty() ? "" : absl::StrCat(" (", target.config_origin, ")");
  return MakeSourceLimitError(
      ErrorClass::kPolicy, limit,
      absl::StrCat(what, " ", RedactUrl(url), " ", why,
                   "; no token is sent there unless the site file has `cis: {", key, "}`", where));
}

// Returns the versions of a list in any of its forms.
std::vector<json> Versions(absl::string_view body) {
  const json parsed = ParseBody(body);
  if (!parsed.is_object()) return {};
  const auto one = parsed.find("version");
  if (one != parsed.end() && one->is_object()) return {*one};
  const auto list = parsed.find("versions");
  if (list == parsed.end()) return {};
  const json* values = &*list;
  if (list->is_object()) {
    const auto nested = list->find("values");
    if (nested == list->end()) return {};
    values = &*nested;
  }
  std::vector<json> versions;
  if (values->is_array()) versions.assign(values->begin(), values->end());
  return versions;
}

// Returns the URL of `version`, on the host of `root`: the path of its self link if that is below
// root's path, otherwise root and the version segment of the link.
std::string OwnUrl(absl::string_view root, const json& version, absl::string_view usual) {
  std::string link_path;
  const auto links = version.find("links");
  if (links != version.end() && links->is_array()) {
    for (const json& link : *links) {
      if (StringAt(link, "rel") != "self") continue;
      const absl::StatusOr<Url> url = ParseUrl(StringAt(link, "href"));
      if (url.ok()) link_path = StripSlashes(url->path);
    }
  }
  const absl::StatusOr<Url> own = ParseUrl(root);
  if (!own.ok()) return "";
  const std::string prefix = StripSlashes(own->path);
  if (!link_path.empty() && absl::StartsWith(link_path, absl::StrCat(prefix, "/"))) {
    return absl::StrCat(FormatOrigin(*own), link_path);
  }
  const std::vector<absl::string_view> segments = absl::StrSplit(link_path, '/');
  const absl::string_view last = segments.back();
  return absl::StrCat(FormatOrigin(*own), prefix, "/", IsVersion(last) ? last : usual);
}

std::string FindVersion(const std::vector<absl::string_view>& spoken, absl::string_view usual,
                        absl::string_view root, absl::string_view body) {
  const std::vector<json> versions = Versions(body);
  for (const absl::string_view id : spoken) {
    for (const json& version : versions) {
      const std::string found = StringAt(version, "id");
      if (found != id && !absl::StartsWith(found, absl::StrCat(id, "."))) continue;
      return OwnUrl(root, version, usual);
    }
  }
  return "";
}

}  // namespace

absl::Status CheckEndpointPolicy(const ShareTarget& target, absl::string_view what,
                                 absl::string_view url) {
  const absl::StatusOr<Url> parsed = ParseUrl(url);
  if (!parsed.ok()) {
    return MakeSourceError(ErrorClass::kPolicy,
                           absl::StrCat(what, ": ", parsed.status().message()));
  }
  if (parsed->scheme != "https" && !target.allow_http) {
    return PolicyError(target, Limit::kPlainHttp, what, url, "is plain http", "allow_http: true");
  }
  const HostClass host_class = ClassifyHost(parsed->host);
  if ((host_class == HostClass::kLoopback || host_class == HostClass::kLinkLocal) &&
      !target.allow_loopback) {
    return PolicyError(target, Limit::kInwardHost, what, url, "is a loopback or link-local address",
                       "allow_loopback: true");
  }
  const absl::StatusOr<Url> keystone = ParseUrl(target.share.endpoint.keystone_url);
  if (keystone.ok() && IsSameSite(parsed->host, keystone->host)) return absl::OkStatus();
  for (const std::string& host : target.allow_hosts) {
    if (absl::EqualsIgnoreCase(host, parsed->host)) return absl::OkStatus();
  }
  return PolicyError(
      target, Limit::kForeignHost, what, url,
      absl::StrCat("is not on the host or in the domain of ", target.share.endpoint.keystone_url),
      absl::StrCat("allow_hosts: [", parsed->host, "]"));
}

ServiceBase MakeServiceBase(ServiceType type, absl::string_view catalog_url) {
  ServiceBase base;
  base.url = StripSlashes(catalog_url);
  std::vector<std::string> segments = absl::StrSplit(base.url, '/');
  // The first three segments are "https:", "" and the host.
  std::string version;
  for (size_t i = 3; i < segments.size(); ++i) {
    if (!IsVersion(segments[i])) continue;
    version = segments[i];
    for (size_t k = i + 1; k < segments.size(); ++k)
      absl::StrAppend(&base.suffix, "/", segments[k]);
    segments.resize(i);
    break;
  }
  base.root = absl::StrJoin(segments, "/");
  const std::string usual = absl::StrCat(base.root, "/", UsualVersion(type));
  if (version.empty()) {
    base.catalog_url = base.root;
    base.url = usual;
    return base;
  }
  base.catalog_url = absl::StrCat(base.root, "/", version);
  const std::vector<absl::string_view> spoken = SpokenVersions(type);
  const bool is_spoken = std::any_of(spoken.begin(), spoken.end(), [&](absl::string_view id) {
    return version == id || absl::StartsWith(version, absl::StrCat(id, "."));
  });
  if (!is_spoken) base.usual_url = usual;
  return base;
}

std::string FindVersionUrl(ServiceType type, absl::string_view root, absl::string_view body) {
  return FindVersion(SpokenVersions(type), UsualVersion(type), root, body);
}

std::string FindKeystoneBase(absl::string_view root, absl::string_view body) {
  return KeystoneBase(FindVersion({"v3"}, "v3", root, body));
}

std::string FindMaxMicroversion(absl::string_view body) {
  for (const json& version : Versions(body)) {
    if (!absl::StartsWith(StringAt(version, "id"), "v2.1")) continue;
    return StringAt(version, "version");
  }
  return "";
}

std::optional<int> ParseMicroversionMinor(absl::string_view text) {
  int minor = 0;
  if (!absl::ConsumePrefix(&text, "2.") || !absl::SimpleAtoi(text, &minor) || minor < 0) {
    return std::nullopt;
  }
  return minor;
}

bool IsBelowOrigin(absl::string_view url, absl::string_view other) {
  const absl::StatusOr<Url> parsed = ParseUrl(url);
  const absl::StatusOr<Url> with = ParseUrl(other);
  return parsed.ok() && with.ok() && FormatOrigin(*parsed) == FormatOrigin(*with);
}

std::string PercentEncode(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      out += c;
    } else {
      absl::StrAppendFormat(&out, "%%%02X", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

std::string QueryParameter(absl::string_view url, absl::string_view name) {
  const size_t start = url.find('?');
  if (start == absl::string_view::npos) return "";
  absl::string_view query = url.substr(start + 1);
  query = query.substr(0, query.find('#'));
  for (const absl::string_view part : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> pair =
        absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (pair.first != name) continue;
    std::string out;
    for (size_t i = 0; i < pair.second.size(); ++i) {
      const char c = pair.second[i];
      uint32_t byte = 0;
      if (c == '%' && i + 2 < pair.second.size() &&
          absl::ascii_isxdigit(static_cast<unsigned char>(pair.second[i + 1])) &&
          absl::ascii_isxdigit(static_cast<unsigned char>(pair.second[i + 2])) &&
          absl::SimpleHexAtoi(pair.second.substr(i + 1, 2), &byte)) {
        out += static_cast<char>(byte);
        i += 2;
      } else {
        out += c == '+' ? ' ' : c;
      }
    }
    return out;
  }
  return "";
}

}  // namespace cis::crawler
